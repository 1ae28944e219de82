// What the app decides, checked; what the terminal reads, and what is stored. Pure.
import { describe, isWhole } from '../check.js'
import { newFields } from '../upload/fields.js'
import type { KeptUpload } from '../upload/storage.js'
import type { FieldRecord } from '../upload/upload.js'
import type { VerificationQuestion } from './question.js'

/** Opens the door. */
export interface Allowed {
  allow: true
  /** The door to open, 1 to 16; by default the one that the question names. */
  door?: number
  /** For how long, 1 to 254 seconds; 5 by default. */
  seconds?: number
  /** A text for the screen, of at most 60 bytes of UTF-8. */
  tip?: string
}

/** Leaves the door closed. */
export interface Denied {
  allow: false
  /** A text for the screen, of at most 60 bytes of UTF-8. */
  tip?: string
}

/** What a terminal reads first: whether the door opens, or why not. */
export type Verdict = 'allowed' | 'denied' | 'timeout'

/** A decision, as the terminal got it. */
export interface VerificationDecision {
  question: VerificationQuestion
  /** `timeout` if the deadline came first: the door stays closed, unless `onTimeout` says otherwise. */
  verdict: Verdict
  /** The door that opens. */
  door?: number
  /** For how long, in seconds. */
  seconds?: number
  /** The text for the screen. */
  tip?: string
}

/**
 * The type of the records of decisions in storage. It has a blank, so that no terminal can send a
 * table of this name.
 */
export const DECISION = 'door decision'

const SECONDS = 5
const LONGEST_TIP = 60
const MEMBERS = ['allow', 'door', 'seconds', 'tip']
const EXPECTED = '{ allow: true, door?, seconds?, tip? } or { allow: false, tip? }'
// Control characters, and halves of characters.
const UNFIT = /[\p{Cc}\p{Cs}]/u
const HIGHEST_DOOR = 16

/**
 * Checks what `decide` answered, and completes it.
 *
 * @throws TypeError that says what came and what was expected
 */
export function checkedDecision(
  answer: unknown,
  question: VerificationQuestion,
): VerificationDecision {
  if (typeof answer !== 'object' || answer === null) throw nonsense('', answer, EXPECTED)
  const { allow, door = question.door, seconds = SECONDS, tip } = answer as Partial<Allowed>
  if (typeof allow !== 'boolean') throw nonsense('allow', allow, 'true or false')
  const stranger = Object.keys(answer).find((member) => !MEMBERS.includes(member))
  if (stranger !== undefined) throw nonsense(stranger, (answer as never)[stranger], EXPECTED)
  checkTip(tip)
  const shown = tip === undefined || tip === '' ? {} : { tip }
  if (!allow) return { question, verdict: 'denied', ...shown }
  if (!isWhole(door, 1, HIGHEST_DOOR)) {
    const hint = question.door === undefined ? '; the question names none' : ''
    throw nonsense('door', door, `a door from 1 to ${HIGHEST_DOOR}${hint}`)
  }
  if (!isWhole(seconds, 1, 254)) throw nonsense('seconds', seconds, 'whole seconds from 1 to 254')
  return { question, verdict: 'allowed', door, seconds, ...shown }
}

function checkTip(tip: unknown): void {
  const expected = `text of at most ${LONGEST_TIP} bytes, without line breaks`
  if (tip === undefined) return
  const isText = typeof tip === 'string' && !UNFIT.test(tip)
  if (!isText || Buffer.byteLength(tip) > LONGEST_TIP) throw nonsense('tip', tip, expected)
}

function nonsense(member: string, came: unknown, expected: string): TypeError {
  const what = member === '' ? 'returned' : `returned ${member}`
  return new TypeError(
    `express-iclock: option "verification.decide" ${what} ${describe(came)}; expected ${expected}. The door stays closed.`,
  )
}

/**
 * The answer to a question: the verdict, the line as it came, what opens the door, and a text for the
 * screen (security PUSH manual, "Background verification").
 *
 * @param line the question as it came; undefined if it was not read
 * @param word how this terminal spells that it may open
 */
export function decisionText(
  { verdict, door, seconds, tip }: Omit<VerificationDecision, 'question'>,
  line: Buffer | undefined,
  word: string,
): Buffer {
  const opens = door !== undefined && seconds !== undefined
  const words = { allowed: word, denied: 'FAILED', timeout: opens ? word : 'TIMEOUT' }
  const lines: Buffer[] = [Buffer.from(`AUTH=${words[verdict]}`)]
  if (line !== undefined) lines.push(line)
  if (opens) lines.push(Buffer.from(`CONTROL DEVICE 01${hex(door)}01${hex(seconds)}`))
  if (tip !== undefined) lines.push(Buffer.from(`TIPS=${tip}`))
  return Buffer.concat(lines.flatMap((each, place) => (place === 0 ? [each] : [CRLF, each])))
}

const CRLF = Buffer.from('\r\n')

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}

/** The record of a decision: what was decided, and then the line as it came. */
export function decisionRecord(decision: VerificationDecision): FieldRecord {
  const { question } = decision
  const fields = newFields()
  const decided = pairsOf(decision)
  for (const [key, value] of decided) fields[key] = value
  for (const [key, value] of Object.entries(question.record.fields)) fields[key] ??= value
  const raw = Buffer.concat([Buffer.from(headOf(decided)), question.record.raw])
  const { instant } = question
  return { kind: 'fields', type: DECISION, fields, ...(instant !== undefined && { instant }), raw }
}

function pairsOf({ verdict, door, seconds, tip }: VerificationDecision): [string, string][] {
  const pairs: [string, unknown][] = [
    ['verdict', verdict],
    // There even if no door opens: the terminal's line behind it may have the same key.
    ['opens', door ?? ''],
    ['seconds', seconds],
    ['tip', tip],
  ]
  return pairs.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
}

function headOf(pairs: readonly [string, string][]): string {
  return pairs.map(([key, value]) => `${key}=${value}\t`).join('')
}

/** What was decided, as a record of storage has it before the terminal's line. */
export interface Decided
  extends Pick<VerificationDecision, 'verdict' | 'door' | 'seconds' | 'tip'> {
  /** The terminal's line, as far as the row has it. */
  line: Buffer
}

/** What was decided in a record of storage; undefined if it is another record. */
export function decidedIn(raw: Buffer): Decided | undefined {
  const found: Record<string, string> = {}
  let at = 0
  for (const key of ['verdict', 'opens', 'seconds', 'tip']) {
    const end = raw.indexOf('\t', at)
    const pair = end === -1 ? '' : raw.toString('utf8', at, end)
    if (!pair.startsWith(`${key}=`)) continue
    found[key] = pair.slice(key.length + 1)
    at = end + 1
  }
  if (found.verdict === undefined) return undefined
  return {
    verdict: found.verdict as Verdict,
    ...(found.opens && { door: Number(found.opens) }),
    ...(found.seconds !== undefined && { seconds: Number(found.seconds) }),
    ...(found.tip !== undefined && { tip: found.tip }),
    line: raw.subarray(at),
  }
}

/**
 * The decision about the same line in a record of storage; undefined if the record is of another.
 */
export function decisionIn(
  { raw, size }: Pick<KeptUpload, 'raw' | 'size'>,
  question: VerificationQuestion,
): VerificationDecision | undefined {
  const found = decidedIn(raw)
  if (found === undefined) return undefined
  const { line, ...decided } = found
  // A list shows the first bytes of a long record.
  const sent = question.record.raw
  const isWhole = raw.length - line.length + sent.length === size
  const isSame = isWhole && sent.subarray(0, line.length).equals(line)
  return isSame ? { question, ...decided } : undefined
}
