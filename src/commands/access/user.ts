// Users of access terminals, their cards and what they may open. Letter case matters: lower-case
// keys created an empty user.
import { describe } from '../../check.js'
import type { BuiltCommand } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { type Person, person } from '../person.js'
import { PRIVILEGE, type Privilege } from '../privilege.js'
import { refused } from '../refusal.js'
import { type Row, rowField } from '../row.js'
import { deleting, type Field, optional, required, type Shape, updating } from '../shape.js'
import { DAY_OR_TIME_CODE } from '../time.js'
import { CARD, flag, freeText, integer, listOf, matching, PASSWORD } from '../value.js'

export type { Privilege }

/** A user as stored on an access terminal. */
export interface User extends Person {
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
  /** `Name`: at most 64 bytes in the terminal's encoding, without `=`; see `cutText`. */
  name?: string
  /** `Privilege`. */
  privilege?: Privilege
  /** `CardBit`: how many bits the card's format has, such as 26. */
  cardBits?: number
  /** `SiteCode` of the card. */
  siteCode?: number
  /**
   * Keys that have no member here, such as `{ Disable: 0 }`, in the letter case that the terminal
   * reads; `accessUserIn` fills it from a row that a terminal uploaded.
   */
  more?: Row['fields']
}

/** Which doors a user may open, and when. */
export interface Authorization extends Person {
  /** `AuthorizeTimezoneId`: a time zone of the terminal. */
  timeZone: number
  /** `AuthorizeDoorId`: the doors, such as `[1, 2]`; written as a sum of 1, 2, 4, 8 and so on. */
  doors: readonly number[]
}

/** One of several cards of a user. */
export interface Card extends Person {
  /** `CardNo`: hex, such as `'CC9932DD'`. */
  card: string
  /** `LossCardFlag`: false by default. */
  isLost?: boolean
  /** `CardType`: whether it is a second card; false by default. */
  isSecondary?: boolean
}

// Before the names of members that are keys of the app's.
const MORE = 'more.'

const CARD_HEX = matching(/^[0-9A-Fa-f]{2,32}$/, "a string of hex digits, such as 'CC9932DD'")
const DOORS = listOf(
  integer(1, 16),
  16,
  'an array of different door numbers from 1 to 16',
  (doors) => {
    const isSet = doors.length > 0 && new Set(doors).size === doors.length
    return isSet ? String(doors.reduce((sum, door) => sum + 2 ** (Number(door) - 1), 0)) : undefined
  },
)

const PUT_USER: Shape & { fields: readonly Field[] } = {
  ...updating('user', []),
  fields: [
    optional('CardNo', 'card', CARD),
    person('Pin'),
    optional('Password', 'password', PASSWORD),
    optional('Group', 'group', integer(0, 255)),
    optional('StartTime', 'validFrom', DAY_OR_TIME_CODE),
    optional('EndTime', 'validUntil', DAY_OR_TIME_CODE),
    optional('Name', 'name', freeText()),
    optional('Privilege', 'privilege', PRIVILEGE),
    optional('CardBit', 'cardBits', integer(1, 255)),
    optional('SiteCode', 'siteCode', integer(0, 2 ** 32 - 1)),
  ],
  alsoRead: ['SuperAuthorize', 'Disable'],
}
const AUTHORIZE = updating('userauthorize', [
  person('Pin'),
  required('AuthorizeTimezoneId', 'timeZone', integer(1, 255)),
  required('AuthorizeDoorId', 'doors', DOORS),
])
const PUT_CARD = updating('mulcarduser', [
  person('Pin'),
  required('CardNo', 'card', CARD_HEX),
  optional('LossCardFlag', 'isLost', flag(), '0'),
  optional('CardType', 'isSecondary', flag(), '0'),
])

/**
 * Adds or changes a user (`DATA UPDATE user`). Reply: 0 or more. The user opens nothing until
 * authorized. Issue it before authorizations, templates and photos. It has no `key`: superseding an
 * unsent one would move the user after what needs it.
 *
 * @example
 * access.putUser({ pin: '7', name: 'Ada', card: '123456789' })
 */
export function putUser(user: User, options?: TextOptions): BuiltCommand {
  const { more, ...members } = Object(user) as User
  if (more === undefined) return build('access.putUser', PUT_USER, user, options)
  return build('access.putUser', withMore(more, members), withKeys(members, more), options)
}

function withMore(more: unknown, members: object): Shape {
  if (typeof more !== 'object' || more === null || Array.isArray(more)) {
    throw new TypeError(
      `express-iclock: access.putUser: "more" is ${describe(more)}; expected an object of keys and values, such as { Disable: 0 }`,
    )
  }
  const own = Object.keys(more).map((key) => {
    checkKey(key, members)
    return rowField('access.putUser', key, MORE)
  })
  return { ...PUT_USER, fields: [...PUT_USER.fields, ...own] }
}

function withKeys(members: object, more: object): object {
  const own = Object.entries(more).map(([key, value]) => [`${MORE}${key}`, value])
  return { ...members, ...Object.fromEntries(own) }
}

// In another letter case the terminal would make an empty user of it.
function checkKey(key: string, members: object): void {
  const field = PUT_USER.fields.find((one) => one.key.toLowerCase() === key.toLowerCase())
  if (field?.member === undefined) return
  const isFree = field.key === key && Object(members)[field.member] === undefined
  if (isFree && !field.isRequired) return
  throw refused(
    'access.putUser',
    `${MORE}${key}`,
    `is the key of the member "${field.member}"; expected that member`,
  )
}

/**
 * Deletes a user (`DATA DELETE user Pin=`). Reply: 0 or more. Nothing else is deleted with
 * it: delete authorizations, templates and photos first.
 */
export function deleteUser(user: Person): BuiltCommand {
  return build('access.deleteUser', deleting('user', person('Pin')), user)
}

/**
 * Lets a user open doors within a time zone (`DATA UPDATE userauthorize`). Reply: 0 or more.
 * Issue the user and the time zone first.
 */
export function authorize(authorization: Authorization): BuiltCommand {
  return build('access.authorize', AUTHORIZE, authorization)
}

/** Revokes all of a user's doors (`DATA DELETE userauthorize Pin=`). Reply: 0 or more. */
export function deleteAuthorizations(user: Person): BuiltCommand {
  return build('access.deleteAuthorizations', deleting('userauthorize', person('Pin')), user)
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
export function deleteCards(user: Person): BuiltCommand {
  return build('access.deleteCards', deleting('mulcarduser', person('Pin')), user)
}
