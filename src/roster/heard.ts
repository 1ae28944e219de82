// What an upload says about a PIN, and what of it is new. Pure.

import type { Capabilities } from '../biometrics/capability.js'
import { pieceIn } from '../biometrics/template.js'
import { fieldOf } from '../upload/fields.js'
import { personOf } from '../upload/person.js'
import type { FieldRecord, OperationRecord, UploadRecord } from '../upload/upload.js'
import { cardOf, contentDigest, digestOf, isEditOf, isNameOf } from './digest.js'
import { withMissing } from './missing.js'
import { seenIn } from './presence.js'
import { lateOf } from './reading.js'
import type { Held, PersonRow, PersonState } from './row.js'

/** What an upload says about one PIN. */
export interface News {
  /** What the terminal has of the user; of several rows the last. */
  held?: Held
  /** Its templates and photos. */
  pieces: { key: string; digest: string; record: FieldRecord }[]
  /** Whether something was enrolled, as far as the terminal's log of operations says. */
  isEnrolled?: true
}

const USERS = new Set(['user', 'userinfo'])
// What is known to be no enrollment: start, alarm, menu, option, a user who is deleted, new or edited.
const OTHER_OPERATIONS: ReadonlySet<string> = new Set(['0', '3', '4', '5', '9', '30', '36'])
// The latest pieces of a face of the oldest kind, twice.
const MOST_TOLD = 40

/** What an upload says, by PIN; templates of an older table have the version of their terminal. */
export function newsIn(
  records: readonly UploadRecord[],
  source: Capabilities | undefined,
): Map<string, News> {
  const byPin = new Map<string, News>()
  for (const record of records) {
    const pin = pinOf(record)
    if (pin === undefined || pin === '') continue
    const news = byPin.get(pin) ?? { pieces: [] }
    if (record.kind !== 'fields') news.isEnrolled = true
    else if (USERS.has(record.type)) news.held = heldIn(record)
    else {
      const piece = keyedPiece(record, source)
      if (piece === undefined) continue
      news.pieces.push(piece)
    }
    byPin.set(pin, news)
  }
  return byPin
}

// A longer one than storage can index is nobody's.
function pinOf(record: UploadRecord): string | undefined {
  return record.kind === 'fields' || isEnrollment(record) ? personOf(record)?.trim() : undefined
}

function isEnrollment(record: UploadRecord): record is OperationRecord {
  return record.kind === 'operation' && !OTHER_OPERATIONS.has(record.operation)
}

/** How far the user of a row is who is on his way. */
export type UserSending = 'unsent' | 'sent' | 'settled'

/** Whether an upload may be about people: most are not. */
export function isAboutPeople(records: readonly UploadRecord[]): boolean {
  return records.some((record) => {
    const { kind, type } = record
    if (kind === 'fields') return type !== 'rtlog' && type !== 'options'
    return isEnrollment(record)
  })
}

/**
 * The row of a PIN with what was heard of the user; undefined if it says nothing new.
 *
 * @param token of the reading in progress
 * @param user how far the user is, if he is on his way
 */
export function withUser(
  before: PersonRow | undefined,
  held: Held,
  token: string | undefined,
  user: UserSending,
): { content: PersonRow; state?: PersonState } | undefined {
  // Who was shown stays so, should the row come again later.
  const isShown = before?.seen !== undefined && lateOf(before.seen) === token
  const seen = token === undefined ? {} : { seen: isShown ? (before.seen as string) : token }
  // Who comes after the deletion was carried out may be anybody.
  const isNobody =
    before === undefined ||
    (before.owner === undefined && !before.removal) ||
    before.removal?.isDone === true
  if (isNobody || (before.owner !== 'foreign' && isStranger(before, held, user))) {
    const { asked } = before ?? {}
    const content: PersonRow = {
      owner: 'foreign',
      facets: {},
      held,
      ...seen,
      ...(asked && { asked }),
      ...(before && seenIn(before)),
    }
    return { content: { ...content, meaning: 'not ours' }, state: 'foreign' }
  }
  // What came while the user was on its way may be what was there before.
  const isOld = before.removal === undefined && user !== 'settled'
  const { isGone: _, ...there } = before
  const content: PersonRow = {
    ...there,
    held: { ...held, ...(isOld && { isOld: true }) },
    ...seen,
    ...seenIn(before),
  }
  return digestOf(content) === digestOf(before) ? undefined : { content }
}

function isStranger(
  { name, oldName = name, isFresh }: PersonRow,
  { name: held }: Held,
  user: UserSending,
): boolean {
  if (held === undefined || name === undefined || oldName === undefined) return false
  // Nothing was sent yet: whoever is there was not put there by us.
  if (isFresh && user === 'unsent') return !isNameOf(held, name) && !isNameOf(held, oldName)
  return !isEditOf(held, name) && !isEditOf(held, oldName)
}

/** Those pieces that the roster neither sent nor reported. */
export function enrolledIn(
  { facets, owner, removal, told = {} }: PersonRow,
  news: News,
): News['pieces'] {
  if (owner !== 'ours' || removal !== undefined) return []
  const sent = new Set(Object.values(facets).flatMap(({ pieces = [] }) => pieces))
  const madeOf = facets['photo 0']
  const hasFace = Object.keys(told).some((key) => key.startsWith('face '))
  return news.pieces.filter(({ key, digest }) => {
    if (sent.has(digest) || told[key] === digest) return false
    // The terminal made it of our photo.
    return !(madeOf !== undefined && !hasFace && key.startsWith('face '))
  })
}

/**
 * The row with pieces that need not be reported again; undefined if it says nothing new. What a
 * terminal shows of a PIN that is being emptied shows that it isn't empty.
 */
export function withPieces(
  before: PersonRow,
  { pieces, isEnrolled }: News,
  at: number,
): PersonRow | undefined {
  if (pieces.length === 0) return isEnrolled && withMissing(before, at)
  if (before.removal !== undefined) {
    return before.held === undefined ? { ...before, held: {} } : undefined
  }
  if (before.owner !== 'ours') return undefined
  const sent = new Set(Object.values(before.facets).flatMap((facet) => facet.pieces ?? []))
  const fresh = pieces.filter(({ key, digest }) => {
    return !sent.has(digest) && before.told?.[key] !== digest
  })
  const { missing, ...rest } = before
  if (fresh.length === 0) return missing === undefined ? undefined : rest
  const told = new Map(Object.entries(before.told ?? {}))
  for (const { key, digest } of fresh) {
    told.delete(key)
    told.set(key, digest)
  }
  return { ...rest, told: Object.fromEntries([...told].slice(-MOST_TOLD)), toldAt: at }
}

function heldIn({ fields }: FieldRecord): Held {
  const name = fieldOf(fields, 'name')
  const card = fieldOf(fields, 'card') ?? fieldOf(fields, 'cardno')
  const privilege = fieldOf(fields, 'pri') ?? fieldOf(fields, 'privilege')
  return {
    ...(name !== undefined && { name: name.slice(0, 100) }),
    ...(card !== undefined && { card: digestOf(cardOf(card)) }),
    ...(privilege !== undefined && { privilege: privilege.slice(0, 10) }),
  }
}

function keyedPiece(
  record: FieldRecord,
  source: Capabilities | undefined,
): News['pieces'][number] | undefined {
  if (record.type === 'biophoto') {
    const content = fieldOf(record.fields, 'content') ?? ''
    return content === '' ? undefined : { key: 'photo', digest: contentDigest(content), record }
  }
  const piece = pieceIn(record, source)
  if (piece === undefined) return undefined
  const { type, no, majorVersion = '', index, content } = piece
  return {
    key: `${type} ${no} ${majorVersion} ${index}`,
    digest: contentDigest(content.text),
    record,
  }
}
