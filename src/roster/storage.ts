// The storage of the roster: one row for each terminal and PIN. Types, and the checks of its filters.
import type { Awaitable } from '../endpoint/deadline.js'
import {
  type CheckedFilter,
  checkMembers,
  checkPaged,
  moment,
  type Page,
  text,
  texts,
} from '../page.js'

/** The longest content of a row, in bytes of UTF-8. The roster never writes a longer one. */
export const LONGEST_CONTENT = 8000

/** How many commands a row names at most. */
export const MOST_COMMANDS = 100

/**
 * The state of a row whose person is known to be gone from the terminal. `forget` deletes such rows
 * once they are old.
 */
export const REMOVED = 'removed'

/** How long rows in the state `removed` are kept at least, in milliseconds: a day. */
export const REMOVED_KEPT: number = 24 * 60 * 60 * 1000

/** What is known of one PIN on one terminal. Storage keeps it and interprets none of it. */
export interface RosterRow {
  serialNumber: string
  /** The PIN, compared exactly; `''` for the row about the terminal itself. */
  pin: string
  /**
   * Replaced by each write: 16 characters of `0-9a-z` that the writer chooses and that no other
   * write ever has.
   */
  version: string
  /** What a person sees and filters by, 1 to 20 letters. */
  state: string
  /** When the state began. */
  changedAt: Date
  /** When it was last decided to delete this person from the terminal; missing if never. */
  removedAt?: Date
  /**
   * The commands that may be sent for this row, at most `MOST_COMMANDS`: a poll doesn't send a command with
   * `terms.fence` unless the row names it.
   */
  commandIds: readonly string[]
  /** JSON, at most `LONGEST_CONTENT` bytes: stored and returned as it is. */
  content: string
}

/** One write of a row. */
export interface RosterWrite {
  /** The row as it is to be. */
  row: RosterRow
  /**
   * The version that it replaces; if missing, the row is written only if there is none for this
   * terminal and PIN.
   */
  replaces?: string
}

/** Which rows to list. Without members: all. */
export interface RosterFilter {
  /** Those of this terminal. */
  serialNumber?: string
  /** Those of this PIN; `''` for the rows about terminals. */
  pin?: string
  /** Those in one of these states; an empty list means none. */
  state?: string | readonly string[]
  /** At most this many: 1 to 1,000, 100 by default. */
  limit?: number
  /** Continues after a page: its `next`. */
  after?: string
}

/** Which rows to count. Without members: all. */
export interface RosterCountFilter {
  /** Those of this terminal. */
  serialNumber?: string
  /** Those whose `removedAt` is this moment or later. */
  removedSince?: Date
}

/**
 * The storage of the roster (`express-iclock/roster`). Rows are small: reading 1,000 of them is at
 * most 8 MB, and usually less than one.
 *
 * `forget(before)` of the same adapter deletes the rows in the state `removed` whose `changedAt` is
 * before both `before` and a day ago (`REMOVED_KEPT`), and no other row. `forgetPerson` deletes the
 * rows of this PIN on these terminals, and the rows about these terminals (PIN `''`), so that the
 * roster reads them anew before it puts anybody there. Neither counts them in what it returns.
 */
export interface RosterStorage {
  /**
   * The rows of these PINs on one terminal, in any order; those that don't exist are left out. At
   * most 1,000 PINs, in one statement. What an empty list finds is nothing.
   */
  findRoster(serialNumber: string, pins: readonly string[]): Awaitable<readonly RosterRow[]>
  /**
   * Lists rows in the order of their serial numbers and then of their PINs (of their UTF-16 units or
   * of their UTF-8 bytes). What it costs follows what it returns: it finds rows by terminal, by PIN,
   * by state, and by terminal and state.
   *
   * @throws TypeError if the filter has a member that it doesn't know (`checkRosterFilter`)
   */
  listRoster(filter: RosterFilter): Awaitable<Page<RosterRow>>
  /**
   * Writes rows of one or several terminals, at most 1,000, no two of the same terminal and PIN, in
   * one statement or a few. Each one is written atomically, only if the stored row has the version
   * `replaces`, or, without `replaces`, if there is none; of two writes that race, one is written.
   * Together they need not be atomic: after an error any of them may have been written.
   *
   * A row is replaced as a whole: a member that is missing (`removedAt`) is gone.
   *
   * @returns for each write, in order, whether it was written. After a retry inside the adapter,
   *   false may stand for a write that took effect: whoever reads false reads the row again
   */
  writeRoster(writes: readonly RosterWrite[]): Awaitable<readonly boolean[]>
  /**
   * Counts rows by their state: exact numbers, states without rows left out. With `serialNumber` it
   * reads an index of this terminal's rows, with `removedSince` an index of `removedAt`; without
   * either an index of states.
   *
   * @throws TypeError if the filter has a member that it doesn't know (`checkRosterCount`)
   */
  countRoster(filter: RosterCountFilter): Awaitable<Readonly<Record<string, number>>>
}

/** The calls of `RosterStorage`. */
export const ROSTER_CALLS: readonly (keyof RosterStorage)[] = [
  'findRoster',
  'listRoster',
  'writeRoster',
  'countRoster',
]

const serialNumber = text('the SN of a terminal')
const state = (name: string, value: unknown) => {
  if (Array.isArray(value)) texts('states')(name, value)
  else text('a state such as "waiting"')(name, value)
}

/**
 * Checks the filter of `listRoster`; `place` is the serial number and the PIN of the last row before
 * this page, and the `next` of a page is `cursorOf([serialNumber, pin])` of its last row.
 *
 * @throws TypeError that names the member, what came and what was expected
 */
export function checkRosterFilter(filter: RosterFilter): CheckedFilter<RosterFilter> {
  const checks = { serialNumber, pin: text('the PIN of a person'), state }
  return checkPaged(filter, checks, ['string', 'string'])
}

/** Checks the filter of `countRoster`, as `checkRosterFilter` does that of the list. */
export function checkRosterCount(filter: RosterCountFilter): RosterCountFilter {
  return checkMembers(filter, { serialNumber, removedSince: moment })
}
