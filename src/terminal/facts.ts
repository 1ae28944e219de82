// The facts about a terminal in its requests.
import { isUtf8 } from 'node:buffer'
import type { Target } from '../endpoint/query.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { isListPair, listPairsOf } from '../list.js'
import type { Family } from '../reply/outcome.js'
import { type Contact, isStamp, STAMPED_TABLES, type TerminalFacts } from './storage.js'

const MOST_OPTIONS = 500
const LONGEST_VALUE = 1000
// Not a bare decimal: an attacker can make their hashes collide.
const OPTION_KEY = /^(?!\d+$)~?[\w-]{1,64}$/
const LATER_COUNTS = { UserCardCount: 10, UserPhotoCount: 11, ATTPhotoCount: 12 }
const COUNT = /^\d{1,9}$/
// One line that every database can store and every page can show.
const PLAIN = /^[^\p{C}\ufffd]{1,100}$/u

/** What a terminal is, and how sure that is. */
export type RankedFamily = Required<Pick<TerminalFacts, 'family' | 'familyRank'>>

/** What looks like an access terminal; some time clocks send such requests as well. */
export const LOOKS_LIKE_ACCESS: RankedFamily = { family: 'access', familyRank: 'seen' }

const PROVED: RankedFamily = { family: 'attendance', familyRank: 'proved' }
const FAMILY_OF_TABLE: ReadonlyMap<string, RankedFamily> = new Map([
  ['ATTLOG', PROVED],
  ['OPERLOG', PROVED],
  ['RTLOG', LOOKS_LIKE_ACCESS],
  ['RTSTATE', LOOKS_LIKE_ACCESS],
  ['TABLEDATA', LOOKS_LIKE_ACCESS],
])

// The members of a query that carry a stamp, and the table it belongs to if the query names none,
// as before 2010.
const STAMPS = { stamp: 'ATTLOG', opstamp: 'OPERLOG', photostamp: 'ATTPHOTO' } as const

/** A contact: the terminal, the time, the address, and other facts. */
export function contactOf(
  serialNumber: string,
  request: TerminalRequest,
  kind: Contact['kind'],
  facts: TerminalFacts = {},
): Contact {
  const address = plain(request.address)
  return { serialNumber, at: new Date(), kind, ...(address !== undefined && { address }), ...facts }
}

/**
 * The facts in `INFO=` of a poll (attendance manual, "Get Request"): firmware, users, fingers,
 * records, address, versions, faces, and more by model. Values that are missing or malformed are
 * ignored. The last three of thirteen count cards, user photos and attendance photos; they are
 * stored under the names that those options have.
 */
export function infoFacts(info: string | undefined): TerminalFacts {
  if (info === undefined) return {}
  const values = info.split(',', 16)
  const options = Object.entries(LATER_COUNTS).flatMap(([name, at]) => {
    const counted = count(values[at])
    return counted === undefined ? [] : [[name, String(counted)]]
  })
  return known({
    firmware: plain(values[0]),
    users: count(values[1]),
    fingers: count(values[2]),
    records: count(values[3]),
    // The last of nine values are flags (PUSH SDK 3.2.0).
    faces: values.length === 9 ? undefined : count(values[8]),
    options: options.length === 0 ? undefined : Object.fromEntries(options),
  })
}

/**
 * The facts in a terminal's options: those of `table=options`, of `registry`, and of the reply to
 * `INFO`.
 */
export function optionFacts(options: Readonly<Record<string, string>>): TerminalFacts {
  const kept = Object.entries(options).filter(isKept).slice(0, MOST_OPTIONS)
  if (kept.length === 0) return {}
  const found = new Map<string, string>()
  for (const [key, value] of kept) {
    if (!found.has(key.toLowerCase())) found.set(key.toLowerCase(), value)
  }
  return known({
    ...statedFamily(found.get('devicetype')),
    firmware: plain(found.get('fwversion') ?? found.get('firmver')),
    model: plain(found.get('~devicename')),
    users: count(found.get('usercount')),
    fingers: count(found.get('fpcount')),
    faces: count(found.get('facecount')),
    records: count(found.get('transactioncount')),
    options: Object.fromEntries(kept),
  })
}

/**
 * The options in a body, `Key=Value,Key=Value` or a line each; those whose key is not a name are
 * left out.
 */
export function pairsOf(body: string): Record<string, string> {
  const pairs: Record<string, string> = Object.create(null)
  for (const [key, value] of body.split(/[\r\n]/).flatMap(listPairsOf)) {
    if (OPTION_KEY.test(key)) pairs[key] ??= value
  }
  return pairs
}

/** Whether a body has options alone, all of which `optionFacts` returns as they came. */
export function hasOnlyOptions(body: Buffer): boolean {
  if (!isUtf8(body)) return false
  const lines = body
    .toString()
    .split(/[\r\n]/)
    .filter((line) => line.trim() !== '')
  const pairs = lines.flatMap(listPairsOf)
  const isList = (line: string) => isListPair(line.split(',', 1)[0] ?? '')
  const isAlone = new Set(pairs.map(([key]) => key)).size === pairs.length
  return isAlone && pairs.length <= MOST_OPTIONS && lines.every(isList) && pairs.every(isKept)
}

/**
 * The facts in the request of an upload: the family, by its path or table, and the stamp of that
 * table.
 *
 * @param hasRecords without records a table proves nothing, and a stamp would make the terminal
 *   skip those it has
 */
export function uploadFacts({ target }: TerminalRequest, hasRecords: boolean): TerminalFacts {
  const table = target.value('table')?.toUpperCase()
  return known({
    ...(hasRecords && familyOfUpload(target, table)),
    // The result of a query does not move the stamp.
    stamps: target.has('cmdid') || !hasRecords ? undefined : stampsOf(target, table),
  })
}

function familyOfUpload(target: Target, table: string | undefined): RankedFamily | undefined {
  if (target.segment === 'querydata') return LOOKS_LIKE_ACCESS
  if (table !== undefined) return FAMILY_OF_TABLE.get(table)
  return Object.keys(STAMPS).some((member) => target.has(member)) ? PROVED : undefined
}

/** The family that a terminal states; nothing if it states none. */
export function statedFamily(type: string | undefined): RankedFamily | undefined {
  const family = familyOfType(type)
  return family && { family, familyRank: 'stated' }
}

// `DeviceType` of the query or of the options: `acc` is an access terminal, any other word a time
// clock.
function familyOfType(type: string | undefined): Family | undefined {
  if (!type?.trim()) return undefined
  return type.trim().toLowerCase() === 'acc' ? 'access' : 'attendance'
}

/**
 * Text that can be stored and shown; undefined if it is missing, blank, long, or has control
 * characters.
 */
export function plain(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed !== undefined && PLAIN.test(trimmed) ? trimmed : undefined
}

function isKept([key, value]: [string, string]): boolean {
  const isName = OPTION_KEY.test(key) && key !== '__proto__'
  return isName && value.length <= LONGEST_VALUE && !value.includes('\0')
}

function stampsOf(target: Target, table: string | undefined): Record<string, string> | undefined {
  for (const [member, ownTable] of Object.entries(STAMPS)) {
    const stamp = target.value(member)
    const stamped = STAMPED_TABLES.find((name) => name === (table ?? ownTable))
    if (stamped !== undefined && isStamp(stamp)) return { [stamped]: stamp }
  }
  return undefined
}

function count(text: string | undefined): number | undefined {
  const trimmed = text?.trim()
  return trimmed !== undefined && COUNT.test(trimmed) ? Number(trimmed) : undefined
}

function known(
  facts: { [Key in keyof TerminalFacts]: TerminalFacts[Key] | undefined },
): TerminalFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}
