// How the database forgets: what is settled and old, and what is about a person. In batches of
// bounded size, each of them found by an index.
import { UPLOAD_KINDS } from '../filter.js'
import type { Forgotten, RetentionStorage } from '../kept.js'
import { checkPerson } from '../queue/person.js'
import { forgetEvents, forgetPersonIn } from './event.js'
import { forgetOffers } from './offer.js'
import { ENDS } from './phase.js'
import { type Database, moment } from './query.js'
import { forgetRemoved, forgetRows } from './roster.js'

const BATCH = 500

const REMEMBER = `
  INSERT INTO :schema.forgotten AS known (before) VALUES (${moment('$1')})
  ON CONFLICT (id) DO UPDATE SET before = greatest(known.before, excluded.before)`

// What counts is the last that happened to a command.
const IS_OLD = `greatest(listed_at, sent_at, cancelled_at, replied_at) < ${moment('$1')}`
const SETTLED = [
  'succeeded',
  'failed',
  'unknown',
  'cancelled',
  'superseded',
  'expired',
  'unanswered',
]
const OLD_COMMANDS: readonly string[] = [
  ...[...SETTLED, 'withdrawn'].map((phase) => `phase = '${phase}' AND ends_at < ${moment('$1')}`),
  ...['expiring', 'ending'].map((phase) => {
    return `phase = '${phase}' AND ends_at <= ${moment('$1')} AND open_until <= ${moment('$1')}`
  }),
].map((condition) => `${condition} AND ${ENDS} AND ${IS_OLD}`)

/** What is deleted from a table, in the order of one of its indexes. */
interface Deletion {
  table: keyof Forgotten
  /** The column of its key besides the serial number. */
  key: string
  order: string
  /** `$1` is the moment or the person, `$3` the terminals. */
  condition: string
}

const RECEIVED = { order: 'received_at', condition: `received_at < ${moment('$1')}` }

const OLD: readonly Deletion[] = [
  ...OLD_COMMANDS.map((condition): Deletion => {
    return { table: 'commands', key: 'id_key', order: 'ends_at', condition }
  }),
  { table: 'attendance', key: 'line_key', ...RECEIVED },
  ...UPLOAD_KINDS.map((kind): Deletion => {
    const condition = `kind = '${kind}' AND ${RECEIVED.condition}`
    return { table: 'uploads', key: 'line_key', order: 'received_at', condition }
  }),
  { table: 'unparsed', key: 'digest', ...RECEIVED },
]

const OF_PERSON = 'pin = $1 AND serial_number = ANY ($3::text[])'

const PERSONAL: readonly Deletion[] = [
  { table: 'commands', key: 'id_key', order: 'listed_at', condition: OF_PERSON },
  { table: 'attendance', key: 'line_key', order: 'received_at', condition: OF_PERSON },
  { table: 'uploads', key: 'line_key', order: 'received_at', condition: OF_PERSON },
]

// Packets that were joined hold the rows of everybody once more.
const JOINED_SETS = `
  SELECT json_build_array(serial_number, packet_set)::text AS row FROM :schema.uploads
  WHERE serial_number = ANY ($1::text[]) AND packet_set IS NOT NULL
  GROUP BY serial_number, packet_set HAVING count(DISTINCT packet_index) = max((record ->> 'count')::integer)`

const DELETE_SET = `
  WITH deleted AS (
    DELETE FROM :schema.uploads WHERE serial_number = $1 AND packet_set = $2 RETURNING 1
  )
  SELECT count(*)::text AS row FROM deleted`

/** Deletes what is old or about a person: see `RetentionStorage`. */
export function retentionOn(database: Database): RetentionStorage {
  return {
    async forget(before) {
      // A moment in the future would count what is still open as closed.
      const moment = Math.min(before.getTime(), Date.now())
      await database.rows(REMEMBER, [moment])
      await forgetRemoved(database, moment)
      await forgetOffers(database, moment)
      await forgetEvents(database, moment)
      return forgotten(database, OLD, moment)
    },
    async forgetPerson(person) {
      checkPerson(person)
      const { pin, serialNumbers } = person
      const count = await forgotten(database, PERSONAL, pin, [serialNumbers])
      for (const set of await database.rows<string[]>(JOINED_SETS, [serialNumbers])) {
        const [deleted] = await database.rows<number>(DELETE_SET, set)
        count.uploads += deleted ?? 0
      }
      await forgetRows(database, pin, serialNumbers)
      // Last: a line that comes meanwhile may be deleted above, and has an event.
      await forgetPersonIn(database, person)
      return count
    },
  }
}

async function forgotten(
  database: Database,
  deletions: readonly Deletion[],
  what: number | string,
  more: readonly unknown[] = [],
): Promise<Forgotten> {
  const count: Forgotten = { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }
  for (const deletion of deletions) {
    // What was deleted stays in the index for a time: each batch begins where the last one ended.
    let from: string | null = '-infinity'
    while (from !== null) {
      const values: unknown[] = [what, from, ...more]
      const [batch] = await database.rows<Batch>(statementOf(deletion), values)
      count[deletion.table] += batch?.count ?? 0
      from = batch?.count === BATCH ? batch.last : null
    }
  }
  return count
}

interface Batch {
  count: number
  last: string | null
}

function statementOf({ table, key, order, condition }: Deletion): string {
  return `
  WITH chosen AS (
    SELECT serial_number, ${key}, ${order} AS at FROM :schema.${table}
    WHERE ${condition} AND ${order} >= $2::timestamptz ORDER BY ${order} LIMIT ${BATCH} FOR UPDATE
  ), deleted AS (
    DELETE FROM :schema.${table} AS kept USING chosen
    WHERE kept.serial_number = chosen.serial_number AND kept.${key} = chosen.${key}
    RETURNING chosen.at
  )
  SELECT json_build_object('count', count(*), 'last', max(at))::text AS row FROM deleted`
}
