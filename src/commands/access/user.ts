// Users of access terminals, their cards and what they may open. Letter case matters: lower-case
// keys created an empty user.
import { isWhole } from '../../check.js'
import { type BuiltCommand, DATA } from '../built.js'
import { build, optional, required, type Shape } from '../line.js'
import { PRIVILEGE, type Privilege } from '../privilege.js'
import { DAY_OR_TIME_CODE } from '../time.js'
import { CARD, flag, freeText, integer, matching, PASSWORD, PIN, type Value } from '../value.js'
import { deletion } from './deletion.js'

export type { Privilege }

/** A user as stored on an access terminal. */
export interface User {
  /** `Pin`: 1 to 24 digits, letters or `_`; many models take 9 digits at most. */
  pin: string
  /**
   * `CardNo`: decimal, or bytes in hex such as `'[15CD5B07]'`; unused if the terminal keeps several
   * cards per user.
   */
  card?: string
  /** `Password`: at most 8 digits; empty removes it. */
  password?: string
  /** `Group`. */
  group?: number
  /**
   * `StartTime`: `'2026-12-25'` if the terminal's `DateFmtFunOn` is 0, `'2026-12-25 08:00:00'` (its
   * local time) if it is 1.
   */
  validFrom?: string
  /** `EndTime`, as `validFrom`. */
  validUntil?: string
  /** `Name`: at most 64 bytes in UTF-8, without `=`. */
  name?: string
  /** `Privilege`. */
  privilege?: Privilege
}

/** Which doors a user may open, and when. */
export interface Authorization {
  /** `Pin`. */
  pin: string
  /** `AuthorizeTimezoneId`: a time zone of the terminal. */
  timeZone: number
  /** `AuthorizeDoorId`: the doors, such as `[1, 2]`; written as a sum of 1, 2, 4, 8 and so on. */
  doors: readonly number[]
}

/** One of several cards of a user. */
export interface Card {
  /** `Pin`. */
  pin: string
  /** `CardNo`: hex, such as `'CC9932DD'`. */
  card: string
  /** `LossCardFlag`: false by default. */
  isLost?: boolean
  /** `CardType`: whether it is a second card; false by default. */
  isSecondary?: boolean
}

const CARD_HEX = matching(/^[0-9A-Fa-f]{2,32}$/, "a string of hex digits, such as 'CC9932DD'")
const DOORS: Value = {
  expected: 'an array of different door numbers from 1 to 16',
  isTyped: Array.isArray,
  text(value) {
    if (!Array.isArray(value) || value.length === 0) return undefined
    const isDoor = (door: unknown) => isWhole(door, 1, 16)
    if (!value.every(isDoor) || new Set(value).size < value.length) return undefined
    return String(value.reduce((sum, door) => sum + 2 ** (door - 1), 0))
  },
}

const PUT_USER: Shape = {
  head: 'DATA UPDATE user',
  fields: [
    optional('CardNo', 'card', CARD),
    required('Pin', 'pin', PIN),
    optional('Password', 'password', PASSWORD),
    optional('Group', 'group', integer(0, 255)),
    optional('StartTime', 'validFrom', DAY_OR_TIME_CODE),
    optional('EndTime', 'validUntil', DAY_OR_TIME_CODE),
    optional('Name', 'name', freeText()),
    optional('Privilege', 'privilege', PRIVILEGE),
  ],
  nature: DATA,
  alsoRead: ['SuperAuthorize', 'Disable'],
}
const AUTHORIZE: Shape = {
  head: 'DATA UPDATE userauthorize',
  fields: [
    required('Pin', 'pin', PIN),
    required('AuthorizeTimezoneId', 'timeZone', integer(1, 255)),
    required('AuthorizeDoorId', 'doors', DOORS),
  ],
  nature: DATA,
}
const PUT_CARD: Shape = {
  head: 'DATA UPDATE mulcarduser',
  fields: [
    required('Pin', 'pin', PIN),
    required('CardNo', 'card', CARD_HEX),
    optional('LossCardFlag', 'isLost', flag(), '0'),
    optional('CardType', 'isSecondary', flag(), '0'),
  ],
  nature: DATA,
}

/**
 * Adds or changes a user (`DATA UPDATE user`). Reply: 0 or more. The user opens nothing until
 * authorized. Issue it before authorizations, templates and photos. It has no `key`: superseding an
 * unsent one would move the user after what needs it.
 *
 * @example
 * access.putUser({ pin: '7', name: 'Ada', card: '123456789' })
 */
export function putUser(user: User): BuiltCommand {
  return build('access.putUser', PUT_USER, user)
}

/**
 * Deletes a user (`DATA DELETE user Pin=`). Reply: 0 or more. Nothing else is deleted with
 * it: delete authorizations, templates and photos first.
 */
export function deleteUser(user: { pin: string }): BuiltCommand {
  return deletion('access.deleteUser', 'user', user)
}

/**
 * Lets a user open doors within a time zone (`DATA UPDATE userauthorize`). Reply: 0 or more.
 * Issue the user and the time zone first.
 */
export function authorize(authorization: Authorization): BuiltCommand {
  return build('access.authorize', AUTHORIZE, authorization)
}

/** Revokes all of a user's doors (`DATA DELETE userauthorize Pin=`). Reply: 0 or more. */
export function deleteAuthorizations(user: { pin: string }): BuiltCommand {
  return deletion('access.deleteAuthorizations', 'userauthorize', user)
}

/**
 * Adds one of several cards of a user (`DATA UPDATE mulcarduser`); `putUser({ card })` is for a
 * single one.
 */
export function putCard(card: Card): BuiltCommand {
  return build('access.putCard', PUT_CARD, card)
}

/**
 * Deletes all cards that `putCard` gave a user (`DATA DELETE mulcarduser Pin=`). Reply: 0 or
 * more.
 */
export function deleteCards(user: { pin: string }): BuiltCommand {
  return deletion('access.deleteCards', 'mulcarduser', user)
}
