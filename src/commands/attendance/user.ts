// Users of attendance terminals.
import type { BuiltCommand } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { type Person, person } from '../person.js'
import { PRIVILEGE, type Privilege } from '../privilege.js'
import { deleting, fixed, optional, querying, required, type Shape, updating } from '../shape.js'
import { time } from '../time.js'
import { CARD, freeText, integer, matching, PASSWORD } from '../value.js'

export type { Privilege }

/** A user as stored on an attendance terminal. */
export interface User extends Person {
  /** `Name`: at most 24 bytes in the terminal's encoding, without `=`; see `cutText`. */
  name?: string
  /** `Pri`. */
  privilege?: Privilege
  /** `Passwd`: at most 8 digits; empty removes it. */
  password?: string
  /**
   * `Card`: decimal, such as `'123456789'`, or its bytes in hex, low byte first, such as
   * `'[15CD5B07]'`.
   */
  card?: string
  /** `Grp`: the access group, 1 on most terminals. */
  group?: number
  /** `TZ`: 8 or 16 digits, as the terminal uploads them. */
  timeZones?: string
  /** `Verify`: a code from the manual's table of verification modes; -1 for the group's. */
  verification?: number
  /** `ViceCard`: a second card; needs `card`. */
  viceCard?: string
  /** `StartDatetime`, the terminal's local time; needs `validUntil`. */
  validFrom?: string
  /** `EndDatetime`, the terminal's local time; needs `validFrom`. */
  validUntil?: string
}

const USER = [
  person(),
  optional('Name', 'name', freeText(24)),
  optional('Pri', 'privilege', PRIVILEGE),
  optional('Passwd', 'password', PASSWORD),
  optional('Card', 'card', CARD),
  optional('Grp', 'group', integer(0, 255)),
  optional('TZ', 'timeZones', matching(/^(\d{8}|\d{16})$/, 'a string of 8 or 16 digits')),
  optional('Verify', 'verification', integer(-1, 255)),
  optional('ViceCard', 'viceCard', CARD),
]
const PUT_USER: Shape = {
  ...updating('USERINFO', USER),
  alsoRead: ['StartDatetime', 'EndDatetime', 'Expires'],
}
const PUT_TEMPORARY_USER: Shape = {
  ...PUT_USER,
  fields: [
    ...USER,
    required('StartDatetime', 'validFrom', time('T')),
    required('EndDatetime', 'validUntil', time('T')),
    fixed('Expires', '1'),
  ],
}
/**
 * Adds a user or replaces it (`DATA UPDATE USERINFO`). The reply is 0, or negative if the terminal
 * is full. Firmware may reset fields that are not sent, so send the whole user. Issue it before the
 * user's templates and photos, which fail for an unknown user. It has no `key`: superseding an
 * unsent one would move the user after its templates. A period of validity needs the option
 * `UserValidTimeFun=1`; one model stores it but does not enforce it.
 *
 * @example
 * attendance.putUser({ pin: '7', name: 'Ada', card: '123456789' })
 */
export function putUser(user: User, options?: TextOptions): BuiltCommand {
  const isTemporary = user?.validFrom !== undefined || user?.validUntil !== undefined
  return build('attendance.putUser', isTemporary ? PUT_TEMPORARY_USER : PUT_USER, user, options)
}

/**
 * Deletes a user with its templates and photos (`DATA DELETE USERINFO`). Reply: 0, also if
 * there is no such user.
 */
export function deleteUser(user: Person): BuiltCommand {
  return build('attendance.deleteUser', deleting('USERINFO', person()), user)
}

/**
 * Requests a user, uploaded as OPERLOG or USERINFO (`DATA QUERY USERINFO`). `Return` may be a
 * count.
 */
export function queryUser(user: Person): BuiltCommand {
  return build('attendance.queryUser', querying('USERINFO', person()), user)
}

/**
 * Requests all users, uploaded as OPERLOG or USERINFO (`DATA QUERY USERINFO`). `Return` may be a
 * count.
 */
export function queryUsers(): BuiltCommand {
  return build('attendance.queryUsers', querying('USERINFO'))
}
