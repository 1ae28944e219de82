// A user's row as a door terminal uploads it, as the members that put it again. Pure.
import { ownOf } from '../../check.js'
import { isTimeCode, localTimeOf } from '../../upload/clock.js'
import { fieldOf, newFields } from '../../upload/fields.js'
import type { UploadRecord } from '../../upload/upload.js'
import { privilegeOf } from '../privilege.js'
import type { User } from './user.js'

type Members = Omit<User, 'more'>

// By the terminal's key in lower case: the key that a command spells, and the member, if the value is
// one that `putUser` writes.
const KEYS: Readonly<
  Record<string, [key: string, read: (text: string) => Partial<Members> | undefined]>
> = {
  cardno: ['CardNo', (card) => ({ card })],
  password: ['Password', (password) => ({ password })],
  group: ['Group', (text) => numbered(text, 255, (group) => ({ group }))],
  starttime: ['StartTime', (text) => period(text, (validFrom) => ({ validFrom }))],
  endtime: ['EndTime', (text) => period(text, (validUntil) => ({ validUntil }))],
  name: ['Name', (name) => ({ name })],
  privilege: ['Privilege', privilegeIn],
  cardbit: ['CardBit', (text) => numbered(text, 255, (cardBits) => ({ cardBits }))],
  sitecode: ['SiteCode', (text) => numbered(text, 2 ** 32 - 1, (siteCode) => ({ siteCode }))],
  superauthorize: ['SuperAuthorize', noMember],
  disable: ['Disable', noMember],
}
// The place of the row in the terminal's own table: written to another row, it would overwrite that.
const PLACE = 'uid'
const DAY = /^(20\d\d)(\d\d)(\d\d)$/

/**
 * The user in a row that a door terminal uploaded, for `putUser` on this or another terminal. Keys
 * that have no member, or a value that no member has, are in `more`. Blanks are left out: a terminal
 * may send a name or a card blank although it has one. So is `uid`, the place in its own table.
 *
 * @example
 * const user = accessUserIn(record)
 * if (user) await commands.issue(other, access.putUser({ ...user, name: 'Ada' }))
 *
 * @returns undefined if the record is something else
 */
export function accessUserIn(record: UploadRecord): User | undefined {
  if (record.kind !== 'fields' || record.type !== 'user') return undefined
  const pin = fieldOf(record.fields, 'pin')
  if (pin === undefined || pin === '') return undefined
  const user: Members = { pin }
  const more = newFields()
  for (const [name, value] of Object.entries(record.fields)) {
    const lower = name.toLowerCase()
    if (value === '' || lower === PLACE || lower === 'pin') continue
    const [key, read] = ownOf(KEYS, lower) ?? [name, noMember]
    const members = read(value)
    if (members === undefined) continue
    if (Object.keys(members).length > 0) Object.assign(user, members)
    else more[key] = value
  }
  return Object.keys(more).length === 0 ? user : { ...user, more }
}

function noMember(): Partial<Members> {
  return {}
}

function numbered(
  text: string,
  most: number,
  member: (number: number) => Partial<Members>,
): Partial<Members> {
  return /^\d{1,10}$/.test(text) && Number(text) <= most ? member(Number(text)) : {}
}

function privilegeIn(text: string): Partial<Members> {
  const privilege = privilegeOf(text)
  return privilege === undefined ? {} : { privilege }
}

/** A day, or a moment as a time code; undefined if it is 0: there is no period. */
function period(
  text: string,
  member: (time: string) => Partial<Members>,
): Partial<Members> | undefined {
  if (text === '0') return undefined
  if (isTimeCode(text)) return member(localTimeOf(text))
  const [, year, month, day] = DAY.exec(text) ?? []
  return year === undefined ? {} : member(`${year}-${month}-${day}`)
}
