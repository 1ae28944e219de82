// Events as text, for any storage. Pure.
import type { BiometricType } from '../biometrics/type.js'
import type { Cancellation } from '../queue/storage.js'
import { cut, SUMMARY_BYTES } from '../queue/summary.js'
import type { Outcome } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import { personOf } from '../upload/person.js'
import { tableOf } from '../upload/table.js'
import type { AttendanceRecord, FieldRecord, Upload, UploadRecord } from '../upload/upload.js'
import { DECISION } from '../verification/decision.js'
import { templateOf } from './template.js'

/** A record of a punch as it is written: times in milliseconds, bytes as latin1. */
export interface WrittenRecord {
  instant?: number
  raw: string
  fields?: readonly (readonly [string, string])[]
  [member: string]: unknown
}

/** An event as it is written. */
export type WrittenEvent = { at: number; pin?: string } & (
  | { t: 'punch' | 'decision'; record: WrittenRecord }
  | { t: 'template'; biometric: BiometricType; no: string }
  | { t: 'upload'; kind: string; type: string; instant?: number; size: number; raw: string }
  | { t: 'reply'; commandId: string; reply: object }
  | { t: 'closed'; commandId: string; reason: Cancellation['reason'] }
)

// An entry is read whole, so it stays small; a line that is longer is no punch.
const LONGEST_ENTRY = 8000
const MOST_EVENTS = 100
const DOOR_EVENTS: ReadonlyMap<string, 'punch' | 'decision'> = new Map([
  ['rtlog', 'punch'],
  ['transaction', 'punch'],
  [DECISION, 'decision'],
])

/**
 * The events of an upload, as texts of entries.
 *
 * @param fresh those of its records and unparsed lines that were new, in its order
 */
export function uploadTexts(upload: Upload, fresh: Iterable<UploadRecord | Buffer>): string[] {
  return textsOf(fresh, (line) => uploadEvent(upload, line))
}

/** The event of a line, as part of an entry: an entry is a list of them in brackets. */
export function uploadEventText(upload: Upload, line: UploadRecord | Buffer): string {
  return asciiJson(uploadEvent(upload, line))
}

function uploadEvent(upload: Upload, line: UploadRecord | Buffer): WrittenEvent {
  const at = upload.receivedAt.getTime()
  if (Buffer.isBuffer(line)) {
    return { t: 'upload', at, kind: 'unparsed', type: cut(tableOf(upload)), ...bytesOf(line) }
  }
  const pin = personOf(line)
  const about = { at, ...(pin !== undefined && { pin }) }
  if (line.kind === 'attendance') return { ...about, t: 'punch', record: attendanceOf(line) }
  if (line.kind === 'fields') {
    const t = DOOR_EVENTS.get(line.type)
    if (t !== undefined && line.raw.length <= LONGEST_ENTRY / 4) {
      return { ...about, t, record: fieldsOf(line) }
    }
    const template = pin === undefined ? undefined : templateOf(line)
    if (template !== undefined) return { ...about, t: 'template', ...template }
  }
  const { kind, type, raw } = line
  // Whom a packet is about isn't known before all packets are joined; then its rows are records.
  const shown = kind === 'packet' ? { size: raw.length, raw: '' } : bytesOf(raw)
  return { ...about, t: 'upload', kind, type: cut(type), ...instantOf(line), ...shown }
}

/** The events of replies of one terminal that were new, as texts of entries. */
export function replyTexts(
  kept: Iterable<readonly [reply: CommandReply, outcome: Outcome]>,
  repliedAt: Date,
): string[] {
  return textsOf(kept, ([reply, outcome]) => replyEvent(reply, outcome, repliedAt))
}

/** The event of a reply, as part of an entry. */
export function replyEventText(reply: CommandReply, outcome: Outcome, repliedAt: Date): string {
  return asciiJson(replyEvent(reply, outcome, repliedAt))
}

function replyEvent(
  reply: CommandReply,
  { outcome, meaning }: Outcome,
  repliedAt: Date,
): WrittenEvent {
  const { commandId, returnCode, rows, commandName } = reply
  const pin = personOf(reply)
  const about = { at: repliedAt.getTime(), ...(pin !== undefined && { pin }) }
  const shown = { returnCode, ...(rows !== undefined && { rows }), commandName: cut(commandName) }
  const told = { ...shown, outcome, meaning: cut(meaning) }
  return { ...about, t: 'reply', commandId, reply: told }
}

/** The events of commands of one terminal that were closed, as texts of entries. */
export function closingTexts(
  commandIds: Iterable<string>,
  closedAt: Date,
  reason: Cancellation['reason'],
): string[] {
  const at = closedAt.getTime()
  return textsOf(commandIds, (commandId) => ({ t: 'closed', at, commandId, reason }))
}

/** The events of a text; a person's that were forgotten are null. */
export function eventsIn(text: string): (WrittenEvent | null)[] {
  return JSON.parse(text)
}

/** The text without what is about a person; the same text if nothing is. */
export function withoutPerson(text: string, pin: string): string {
  // What a text doesn't name needn't be read.
  if (text === '' || !text.includes(`"pin":${asciiJson(pin)}`)) return text
  // The others stay where they are: a cursor may be between them.
  return asciiJson(eventsIn(text).map((event) => (event?.pin === pin ? null : event)))
}

function textsOf<Given>(all: Iterable<Given>, write: (given: Given) => WrittenEvent): string[] {
  const texts: string[] = []
  let [parts, length]: [string[], number] = [[], 0]
  for (const given of all) {
    const part = asciiJson(write(given))
    const isFull = parts.length === MOST_EVENTS || length + part.length > LONGEST_ENTRY
    if (isFull && parts.length > 0) {
      texts.push(`[${parts.join(',')}]`)
      parts = []
      length = 0
    }
    parts.push(part)
    length += part.length
  }
  if (parts.length > 0) texts.push(`[${parts.join(',')}]`)
  return texts
}

function attendanceOf(record: AttendanceRecord): WrittenRecord {
  const { kind, type, pin, time, status, verify, workCode, rest, raw } = record
  return {
    ...{ kind, type, pin, time },
    ...{ status: cut(status), verify: cut(verify), workCode: cut(workCode) },
    rest: rest.map(cut),
    ...instantOf(record),
    raw: raw.toString('latin1', 0, SUMMARY_BYTES),
  }
}

function fieldsOf(record: FieldRecord): WrittenRecord {
  const { kind, type, fields, raw } = record
  const pairs = Object.entries(fields)
  return { kind, type, fields: pairs, ...instantOf(record), raw: raw.toString('latin1') }
}

function instantOf(line: UploadRecord): { instant?: number } {
  const instant = 'instant' in line ? line.instant : undefined
  return instant === undefined ? {} : { instant: instant.getTime() }
}

function bytesOf(raw: Buffer): { size: number; raw: string } {
  return { size: raw.length, raw: raw.toString('latin1', 0, SUMMARY_BYTES) }
}

// Any column of any database keeps ASCII unchanged.
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
