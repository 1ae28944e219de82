// Reading who is on a terminal: when, how far it is, and whether it is complete. Pure.
import type { Failure, Sending } from './row.js'
import { type Look, pauseAfter, progressOf } from './settle.js'

/** A reading in progress. */
export interface Reading extends Sending {
  /** Marks the rows that came since it was decided. */
  token: string
  /**
   * Whether the terminal may be another one, or may have been reset: then a name that differs is
   * somebody else.
   */
  isStrict: boolean
  /** What the query returned; there once it has ended. */
  ended?: { returnCode: number | null; at: number }
  /** The question how many users there are, issued after the query ended. */
  counting?: Sending
  /** How many users the terminal said it has, after the query ended. */
  users?: number
}

/** How many templates a terminal said it has, once nothing was on its way. */
export interface TemplateCount {
  /** How many of ours there should be. */
  expected: number
  told: number
  /** Since when it says fewer, in ms since 1970. */
  lowSince?: number
}

/** The question which templates a terminal takes. */
export interface OptionsQuestion extends Sending {
  /** The model and firmware that it was asked of. */
  machine: string
  /** How often it was left unanswered. */
  tries: number
  /** When it is asked again, in ms since 1970. */
  retryAt?: number
}

/** A reading that is complete, or a terminal that can be asked only PIN by PIN. */
export interface Read {
  mode: 'all' | 'each'
  at: number
  users: number
  /** Of `each`: marks the rows of those who were asked for since. */
  token?: string
  /** Of `each`: whether the terminal may be another one than before. */
  isOther?: true
  /** Of `each`: how many more users there were than are known. */
  surplus?: number
  /** Since when there are fewer, in ms since 1970. */
  lowSince?: number
}

/** What is known of a terminal: the row with the PIN `''`. */
export interface TerminalRow {
  reading?: Reading
  /** The last complete reading. */
  read?: Read
  failure?: Failure
  tries?: number
  /** The model and firmware that were last read. */
  machine?: string
  /** How often somebody's place became free. */
  places: number
  /** How many readings in a row the count of users was the reason for. */
  miscounts?: number
  templates?: { fingers?: TemplateCount; faces?: TemplateCount }
  asked?: OptionsQuestion
}

/** Every command that the row of a terminal names. */
export function idsOfTerminal({ reading, asked }: TerminalRow): string[] {
  return [reading, reading?.counting, asked].flatMap((one) => one?.ids ?? [])
}

/** How long a count must stay lower before it is believed: terminals count some time after a change. */
export const SURE: number = 5 * 60_000

/** What says whether to read. */
export interface ReadingNeeds {
  now: number
  /** Its model and firmware; undefined if they are unknown. */
  machine: string | undefined
  /** How many users the terminal last said it has. */
  users: number | undefined
  /** How many it should have, if nothing is on its way. */
  expected: number | undefined
  /** How long a reading lasts, in ms. */
  readEvery: number
  isAsked: boolean
}

/** Marks the rows that came after the query of a reading had ended: they are there, and prove nothing. */
export function lateOf(token: string): string {
  return `${token} late`
}

/** Why a terminal must be read; undefined if it needn't be. */
export function reasonToRead(
  { read, failure, machine, miscounts = 0 }: TerminalRow,
  needs: ReadingNeeds,
): { isStrict: boolean; isMiscount?: true } | undefined {
  if (failure !== undefined && !needs.isAsked) {
    if (failure.kind === 'stuck' || needs.now < (failure.retryAt ?? 0)) return undefined
  }
  const isOther = machine !== undefined && machine !== needs.machine
  if (read === undefined || isOther) return { isStrict: true }
  if (needs.isAsked || needs.now - read.at >= needs.readEvery) return { isStrict: false }
  const { users, expected } = needs
  // It was asked for everybody, and showed some: it may know how.
  if (read.mode === 'each' && failure !== undefined) return { isStrict: true }
  if (users === undefined || expected === undefined) return undefined
  if (read.mode === 'each')
    return countedRead(read, needs) === 'fewer' ? { isStrict: false } : undefined
  if (users === expected) return undefined
  // Some terminals count otherwise than they show.
  if (miscounts > 0 && needs.now < read.at + pauseAfter(miscounts)) return undefined
  // Half of them are gone: it was reset, or is another one.
  return { isStrict: users * 2 < expected, isMiscount: true }
}

/** What to remember of the count of a terminal that doesn't show everybody. */
export function countedRead(read: Read, { users, expected, now }: ReadingNeeds): Read | 'fewer' {
  if (read.mode !== 'each' || users === undefined || expected === undefined) return read
  const surplus = users - expected
  const { surplus: before, lowSince = now, ...rest } = read
  if (before !== undefined && surplus < before) {
    if (now - lowSince >= SURE) return 'fewer'
    return read.lowSince === lowSince ? read : { ...read, lowSince }
  }
  return before === surplus && read.lowSince === undefined ? read : { ...rest, surplus }
}

/** What a reading has come to. */
export type Verdict =
  | { is: 'query' | 'count' | 'open' }
  | { is: 'complete'; users: number }
  | { is: 'each'; failure?: Failure }
  | { is: 'failed'; failure: Failure }

/**
 * How far a reading is.
 *
 * @param seen how many different PINs have come since it began
 * @param counted the number of users in the reply to the question, if there is one
 */
export function verdictOf(
  row: TerminalRow & { reading: Reading },
  seen: number,
  look: (id: string) => Look | undefined,
  counted: number | undefined,
  now: number,
): Verdict {
  const { reading } = row
  const tries = (row.tries ?? 0) + 1
  const failed = (meaning: string): Verdict => {
    const failure: Failure = { kind: 'retry', meaning, retryAt: now + pauseAfter(tries) }
    // A terminal that never showed everybody is asked PIN by PIN meanwhile.
    const isEach = row.read === undefined && tries > MOST_FIRST_TRIES
    return { is: isEach ? 'each' : 'failed', failure }
  }
  if (reading.ended === undefined) {
    const progress = progressOf(reading, look)
    if (progress.is === 'lost') return { is: 'query' }
    if (progress.is === 'open' || progress.is === 'unsent') return { is: 'open' }
    if (progress.is === 'done') return { is: 'count' }
    // Some firmware knows no such query.
    if (progress.look.state === 'failed' && row.read?.mode !== 'all') return { is: 'each' }
    return failed(`who is on the terminal was not found out: ${progress.look.meaning}`)
  }
  const users = reading.users ?? counted
  if (users === undefined && reading.counting !== undefined) {
    const progress = progressOf(reading.counting, look)
    if (progress.is === 'lost') return { is: 'count' }
    if (progress.is === 'open' || progress.is === 'unsent') return { is: 'open' }
  }
  const returned = reading.ended.returnCode ?? 0
  const least = Math.max(users ?? 0, returned)
  // Our own count of rows proves nothing.
  const isComplete = least > 0 ? seen >= least : users === 0 && seen === 0
  if (isComplete) return { is: 'complete', users: users ?? seen }
  if (least === 0) return failed('the terminal did not say how many users it has')
  return failed(`the terminal has ${least} users and showed ${seen} of them`)
}

const MOST_FIRST_TRIES = 3
