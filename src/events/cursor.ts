// A cursor: how far a reader has come in each part of the log, as text. Pure.
import { quoted } from '../check.js'
import { IclockError } from '../endpoint/errors.js'
import { SHARDS } from './shard.js'
import type { EventLog } from './storage.js'

/** How far a reader has come. */
export interface Position {
  /** In each part the place of the last entry that was read whole. */
  places: number[]
  /** How many events of the next entry of a part were read besides; 0 between entries. */
  shard: number
  count: number
}

const ID = /^[\w-]{1,64}$/
const NUMBER = /^(?:0|[1-9a-z][0-9a-z]{0,9})$/
const LONGEST = 1000

/** Whether a text can identify a log. */
export function isLogId(id: unknown): boolean {
  return typeof id === 'string' && ID.test(id)
}

/** Where a reader begins that has read nothing. */
export function beginningOf({ parts }: EventLog): Position {
  return { places: parts.map(({ first }) => first - 1), shard: 0, count: 0 }
}

/** The text of a position between two entries; `within` adds the events of the next one. */
export function cursorTextOf(id: string, places: readonly number[]): string {
  return `${id}.${places.map((place) => place.toString(36)).join('.')}`
}

/** The cursor after some events of the next entry of a part. */
export function within(cursor: string, shard: number, count: number): string {
  return `${cursor}.${shard.toString(36)}.${count.toString(36)}`
}

/**
 * The position of a cursor.
 *
 * @throws IclockError `CURSOR_INVALID` if it isn't one, `CURSOR_FOREIGN` if it is another log's or
 *   beyond the end of this one, `EVENTS_FORGOTTEN` if what follows it was forgotten
 */
export function positionOf(cursor: string, { id, parts }: EventLog): Position {
  const [own, ...numbers] = cursor.length <= LONGEST ? cursor.split('.') : []
  const isWhole = numbers.length === SHARDS || numbers.length === SHARDS + 2
  if (!isLogId(own) || !isWhole || !numbers.every((number) => NUMBER.test(number))) {
    throw new IclockError(
      'CURSOR_INVALID',
      `the cursor is ${quoted(cursor)}; expected the cursor of an event, unchanged`,
    )
  }
  const values = numbers.map((number) => Number.parseInt(number, 36))
  const places = values.slice(0, SHARDS)
  const [shard = 0, count = 0] = values.slice(SHARDS)
  if (own !== id) {
    throw new IclockError(
      'CURSOR_FOREIGN',
      `the cursor ${quoted(cursor)} is of another store; expected one of the log ${id}`,
    )
  }
  for (const [index, place] of places.entries()) {
    const { first, last } = parts[index] ?? { first: 1, last: 0 }
    if (place > last) {
      throw new IclockError(
        'CURSOR_FOREIGN',
        `the cursor ${quoted(cursor)} is ahead of the log; was an older backup restored? Read from the beginning`,
      )
    }
    if (place < first - 1) throw forgotten()
  }
  return { places, shard, count }
}

/** The error for a reader whose next event was forgotten. */
export function forgotten(): IclockError {
  return new IclockError(
    'EVENTS_FORGOTTEN',
    'forget() has deleted events that this reader has not seen; read again without a cursor, and forget later than you read',
  )
}
