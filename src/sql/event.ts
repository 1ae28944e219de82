// The log of events: a row for each entry, numbered without gaps within its part.
import { randomBytes } from 'node:crypto'
import { withoutPerson } from '../events/entry.js'
import { SHARDS, shardOf } from '../events/shard.js'
import type { EventEntry, EventLog, EventPlace } from '../events/storage.js'
import { insert, type Row, read, type Steps, write } from './step.js'
import { serial, unascii } from './text.js'

const KEY = ['shard', 'place']
const ROWS_AT_ONCE = 200
/** The part that holds the log's id alone. */
const NAME = -1

const LAST = 'SELECT MAX(place) AS last FROM iclock_events WHERE shard = ?'

/**
 * Writes entries in the transaction that is open: each takes the place after the highest visible one,
 * or after that of another transaction that was faster.
 */
export function* logEvents(
  serialNumber: string,
  at: number,
  texts: readonly string[],
): Steps<void> {
  const [first, ...others] = texts
  if (first === undefined) return
  const shard = shardOf(serialNumber)
  const rowOf = (place: number, body: string) => {
    return { shard, place, serial_number: serial(serialNumber), written_at: at, body }
  }
  for (;;) {
    const [found] = yield* read(LAST, shard)
    const place = Number(found?.last ?? 0) + 1
    const [isNew] = yield* insert('iclock_events', KEY, [rowOf(place, first)])
    if (!isNew) continue
    // The next places can't be taken: who sees the place before them is done after this transaction.
    yield* insert(
      'iclock_events',
      KEY,
      others.map((text, index) => rowOf(place + 1 + index, text)),
    )
    return
  }
}

const PARTS = Array.from({ length: SHARDS }, (_, shard) => {
  const rows = `FROM iclock_events WHERE shard = ${shard}`
  return `SELECT ${shard} AS shard, (SELECT MIN(place) ${rows}) AS lowest, (SELECT MAX(place) ${rows}) AS highest,
    (SELECT CASE WHEN body = '' THEN 1 ELSE 0 END ${rows} ORDER BY place LIMIT 1) AS is_empty`
}).join(' UNION ALL ')

/** What the log holds: see `EventStorage.eventLog`; undefined if it has no id yet. */
export function* findLog(): Steps<EventLog | undefined> {
  const [name] = yield* read('SELECT body FROM iclock_events WHERE shard = ?', NAME)
  if (name === undefined) return undefined
  const parts = Array.from({ length: SHARDS }, () => ({ first: 1, last: 0 }))
  for (const { shard, lowest, highest, is_empty } of yield* read(PARTS)) {
    if (highest === null) continue
    const first = Number(lowest) + Number(is_empty)
    parts[Number(shard)] = { first, last: Number(highest) }
  }
  return { id: String(name.body), parts }
}

/** Gives the log an id, unless another process does. */
export function* nameLog(): Steps<void> {
  const body = randomBytes(9).toString('base64url')
  const row = { shard: NAME, place: 1, serial_number: '', written_at: 0, body }
  yield* insert('iclock_events', KEY, [row])
}

const PART = `
  SELECT shard, place, serial_number, body FROM iclock_events WHERE shard = ? AND place > ? ORDER BY place LIMIT ?`

/** Reads entries: see `EventStorage.readEvents`. */
export function* readEvents(
  after: readonly EventPlace[],
  limit: number,
): Steps<readonly EventEntry[]> {
  if (after.length === 0) return []
  const parts = after.map((_, index) => `SELECT * FROM (${PART}) AS part${index}`)
  const rows = yield* read(
    `${parts.join(' UNION ALL ')} ORDER BY shard, place`,
    ...after.flatMap(({ shard, place }) => [shard, place, limit]),
  )
  return rows.map((row) => ({
    shard: Number(row.shard),
    place: Number(row.place),
    serialNumber: unascii(String(row.serial_number)),
    text: String(row.body),
  }))
}

const OLDEST = `
  SELECT place, written_at, CASE WHEN body = '' THEN 1 ELSE 0 END AS is_empty FROM iclock_events
  WHERE shard = ? ORDER BY place LIMIT ${ROWS_AT_ONCE + 1}`

/** The parts of the log that may have entries. */
export function* partsOfLog(): Steps<number[]> {
  const [any] = yield* read('SELECT shard FROM iclock_events LIMIT 1')
  return any === undefined ? [] : Array.from({ length: SHARDS }, (_, shard) => shard)
}

/**
 * Deletes some old entries from the beginning of a part; its last one is emptied, so that numbers go
 * on.
 *
 * @returns whether these were all
 */
export function* forgetEvents(shard: number, before: number): Steps<boolean> {
  const rows: readonly Row[] = yield* read(OLDEST, shard)
  const young = rows.findIndex(({ written_at }) => Number(written_at) >= before)
  const old = young === -1 ? rows : rows.slice(0, young)
  const areAll = old.length <= ROWS_AT_ONCE
  const last = old.length === rows.length ? old.at(-1) : undefined
  const gone = old.at(last === undefined ? -1 : -2)
  if (gone !== undefined) {
    const sql = 'DELETE FROM iclock_events WHERE shard = ? AND place <= ?'
    yield* write(sql, shard, Number(gone.place))
  }
  if (areAll && last !== undefined && Number(last.is_empty) === 0) {
    const sql = "UPDATE iclock_events SET body = '' WHERE shard = ? AND place = ?"
    yield* write(sql, shard, Number(last.place))
  }
  return areAll
}

const OF_TERMINAL = `
  SELECT place, body FROM iclock_events WHERE shard = ? AND serial_number = ? AND place > ?
  ORDER BY place LIMIT ${ROWS_AT_ONCE}`

const REWRITE = 'UPDATE iclock_events SET body = ? WHERE shard = ? AND place = ? AND body = ?'

/**
 * Takes a person out of some entries of a terminal.
 *
 * @param after the place before the first of them
 * @returns the place after which to go on; undefined if these were all
 */
export function* forgetPersonIn(
  serialNumber: string,
  pin: string,
  after: number,
): Steps<number | undefined> {
  const shard = shardOf(serialNumber)
  let place = after
  const rows: readonly Row[] = yield* read(OF_TERMINAL, shard, serial(serialNumber), after)
  for (const row of rows) {
    const [at, body] = [Number(row.place), String(row.body)]
    const rest = withoutPerson(body, pin)
    // If another call has changed it, it is read again.
    if (rest !== body && (yield* write(REWRITE, rest, shard, at, body)) === 0) return place
    place = at
  }
  return rows.length < ROWS_AT_ONCE ? undefined : place
}
