// The log of events: written by the statement that stores what they describe.
import { randomBytes } from 'node:crypto'
import { withoutPerson } from '../events/entry.js'
import { SHARDS, shardOf } from '../events/shard.js'
import type { EventEntry, EventPart, EventStorage } from '../events/storage.js'
import type { ForgottenPerson } from '../kept.js'
import { type Database, moment } from './query.js'

const BATCH = 500
// The part that holds the log's id alone.
const NAME = -1
const LONGEST_ENTRY = 8000

/**
 * SQL that writes `fresh` (serial_number, shard, place, event) to the log, in the order of its places, as
 * the common table expression `logged`.
 *
 * @param at the parameter with the moment
 */
export function logging(at: string): string {
  return `chunks AS (
    SELECT serial_number, shard, chunk, '[' || string_agg(event, ',' ORDER BY place) || ']' AS body
    FROM (SELECT serial_number, shard, place, event,
        (sum(length(event)) OVER (PARTITION BY serial_number ORDER BY place) - length(event)) / ${LONGEST_ENTRY} AS chunk
      FROM fresh) AS parts
    GROUP BY serial_number, shard, chunk
  ), logged AS MATERIALIZED (
    SELECT :schema.log_events(shard, serial_number, ${moment(at)}, array_agg(body ORDER BY chunk)) AS last
    FROM chunks GROUP BY serial_number, shard
  )`
}

/** SQL for whether the log was written, which makes it so. */
export const IS_LOGGED = '(SELECT max(last) FROM logged)'

const READ = `
  SELECT json_build_object('shard', shard, 'place', place, 'serialNumber', serial_number, 'text', body)::text AS row
  FROM unnest($1::integer[], $2::bigint[]) AS asked (part, after)
  CROSS JOIN LATERAL (SELECT * FROM :schema.events WHERE shard = part AND place > after ORDER BY place LIMIT $3) AS entry
  ORDER BY shard, place`

const PARTS = `
  SELECT json_build_object('first', coalesce(lowest.place + (lowest.body = '')::integer, 1),
    'last', coalesce((SELECT max(place) FROM :schema.events WHERE shard = part), 0))::text AS row
  FROM generate_series(0, ${SHARDS - 1}) AS part
  LEFT JOIN LATERAL (SELECT place, body FROM :schema.events WHERE shard = part ORDER BY place LIMIT 1) AS lowest ON true
  ORDER BY part`

const NAMED = `SELECT to_json(body)::text AS row FROM :schema.events WHERE shard = ${NAME}`
const GIVE_NAME = `
  INSERT INTO :schema.events (shard, place, serial_number, written_at, body) VALUES (${NAME}, 1, '', now(), $1)
  ON CONFLICT DO NOTHING`

/** Reads the log: see `EventStorage`. */
export function eventsOn(database: Database): EventStorage {
  return {
    async eventLog() {
      let [id] = await database.rows<string>(NAMED)
      if (id === undefined) {
        await database.rows(GIVE_NAME, [randomBytes(9).toString('base64url')])
        ;[id = ''] = await database.rows<string>(NAMED)
      }
      return { id, parts: await database.rows<EventPart>(PARTS) }
    },
    async readEvents(after, limit) {
      if (after.length === 0) return []
      const values = [after.map(({ shard }) => shard), after.map(({ place }) => place), limit]
      return database.rows<EventEntry>(READ, values)
    },
  }
}

// The last entry of a part is emptied instead of deleted, so that numbers go on.
const FORGET = `
  WITH oldest AS MATERIALIZED (
    SELECT place, written_at FROM :schema.events WHERE shard = $1 ORDER BY place LIMIT ${BATCH + 1}
  ), old AS (
    SELECT place FROM oldest
    WHERE place < coalesce((SELECT min(place) FROM oldest WHERE written_at >= ${moment('$2')}), 'infinity'::float)
  ), deleted AS (
    DELETE FROM :schema.events AS entry USING old
    WHERE entry.shard = $1 AND entry.place = old.place AND old.place < (SELECT max(place) FROM oldest) RETURNING 1
  ), emptied AS (
    UPDATE :schema.events AS entry SET body = '' FROM old
    WHERE entry.shard = $1 AND entry.place = old.place AND old.place = (SELECT max(place) FROM oldest) AND body <> ''
  )
  SELECT count(*)::text AS row FROM deleted`

/** Deletes old entries from the beginning of each part. */
export async function forgetEvents(database: Database, before: number): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) {
    let deleted = BATCH
    while (deleted === BATCH) {
      ;[deleted = 0] = await database.rows<number>(FORGET, [shard, before])
    }
  }
}

const OF_TERMINAL = `
  SELECT json_build_array(place, body)::text AS row FROM :schema.events
  WHERE shard = $1 AND serial_number = $2 AND place > $3 ORDER BY place LIMIT ${BATCH}`
const REWRITE = `
  UPDATE :schema.events SET body = $3 WHERE shard = $1 AND place = $2 AND body = $4 RETURNING 'true' AS row`

/** Takes a person out of the entries of some terminals. */
export async function forgetPersonIn(
  database: Database,
  { pin, serialNumbers }: ForgottenPerson,
): Promise<void> {
  for (const serialNumber of serialNumbers) {
    const shard = shardOf(serialNumber)
    let place = 0
    for (let isDone = false; !isDone; ) {
      const values = [shard, serialNumber, place]
      const rows = await database.rows<[place: number, body: string]>(OF_TERMINAL, values)
      isDone = rows.length < BATCH
      for (const [at, body] of rows) {
        const rest = withoutPerson(body, pin)
        const isFree =
          rest === body || (await database.rows(REWRITE, [shard, at, rest, body])).length > 0
        if (!isFree) {
          // Another call has changed it: it is read again.
          isDone = false
          break
        }
        place = at
      }
    }
  }
}
