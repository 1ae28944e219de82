// The storage calls for events. Types only.
import type { Awaitable } from '../endpoint/deadline.js'

/** A place in the log of events. */
export interface EventPlace {
  /** The part of the log: 0 to 31, by serial number (`shardOf`). */
  shard: number
  /** The number in this part: 1, 2, 3, … without gaps. */
  place: number
}

/** One entry of the log: the events of one write, at most about a hundred. */
export interface EventEntry extends EventPlace {
  serialNumber: string
  /**
   * The events, as `uploadTexts`, `replyTexts` and `closingTexts` wrote them: ASCII of a few kilobytes.
   * Empty if they were forgotten.
   */
  text: string
}

/** What a log holds. */
export interface EventLog {
  /** Identifies the log for ever: 1 to 64 letters, digits, `_` and `-`, random. */
  id: string
  /** What each of the 32 parts holds, in order. */
  parts: readonly EventPart[]
}

/** What a part of a log holds. */
export interface EventPart {
  /** The lowest place that wasn't forgotten; one more than `last` if there is none. */
  first: number
  /** The highest place; 0 if nothing was ever written. */
  last: number
}

/**
 * Storage with a log of what it stored, for `events`. Each part of it numbers its entries 1, 2, 3, …
 * without gaps, and an entry never becomes visible before the ones with lower numbers are: so a
 * reader that has seen number 7 has seen all up to 7, however long a writer was delayed.
 *
 * An entry takes the place after the highest that is visible, under a unique key; if another writer
 * was faster, the next one. It is written in the transaction of what it describes. Without
 * transactions it is written afterwards, and what a process that died had stored and not logged is
 * found and logged later.
 *
 * `forget` deletes entries from the beginning of each part, as long as they are older, and empties the
 * last entry instead of deleting it, so that numbers go on. `forgetPerson` takes a person's events
 * out of their entries (`withoutPerson`).
 */
export interface EventStorage {
  /** Returns what the log holds; the first call creates the log's id. */
  eventLog(): Awaitable<EventLog>
  /**
   * Reads entries.
   *
   * @param after in each of these parts, those with a higher place
   * @param limit at most this many of each part
   * @returns the entries, of each part in the order of their places
   */
  readEvents(after: readonly EventPlace[], limit: number): Awaitable<readonly EventEntry[]>
}
