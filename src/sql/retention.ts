// How the database forgets: what is settled and old, and what is about a person. In batches, so that
// other writes come between them.
import { UPLOAD_KINDS } from '../filter.js'
import type { Forgotten, ForgottenPerson, RetentionStorage } from '../kept.js'
import { checkPerson } from '../queue/person.js'
import { CLOSED, ENDING } from '../queue/phase.js'
import { forgetEvents, forgetPersonIn, partsOfLog } from './event.js'
import { forgetOffers } from './offer.js'
import { forgetJoined } from './packet.js'
import { all, equal, type Where } from './page.js'
import { forgetRemoved, forgetRows } from './roster.js'
import { type Database, insert, marks, read, type Steps, write } from './step.js'
import { ascii, moment, serial } from './text.js'

const ROWS_DELETED_AT_ONCE = 200
const RECEIVED = 'received_at, position'

/** The latest moment before which all was forgotten; undefined if there is none. */
export function* forgottenBefore(): Steps<Date | undefined> {
  const [row] = yield* read("SELECT moment FROM iclock_retention WHERE name = 'forgotten'")
  return moment(row?.moment)
}

/** The calls that delete. */
export function retentionOn(database: Database): RetentionStorage {
  return {
    // A moment in the future would count what is still open as closed.
    forget: async (before) => forget(database, Math.min(before.getTime(), Date.now())),
    forgetPerson: (person) => forgetPerson(database, person),
  }
}

async function forget(database: Database, at: number): Promise<Forgotten> {
  await database.write(() => noteForgotten(at))
  for (const shard of await database.read(partsOfLog)) {
    for (let areAll = false; !areAll; ) {
      areAll = await database.write(() => forgetEvents(shard, at))
    }
  }
  const untouched = ['sent_at', 'cancelled_at', 'replied_at'].map((column): Where => {
    return [`${column} IS NULL OR ${column} < ?`, at]
  })
  let commands = 0
  for (const phase of CLOSED) {
    const closed = [[`phase = ${phase}`] as const, ['listed_at < ?', at] as const, ...untouched]
    commands += await deleteCommands(database, closed, 'listed_at, position')
  }
  for (const phase of ENDING) {
    const lapsed: Where[] = [[`phase = ${phase}`], ['live_until < ?', at], ['listed_at < ?', at]]
    commands += await deleteCommands(database, [...lapsed, ...untouched], 'live_until')
  }
  await database.write(() => forgetRemoved(at, database.dialect))
  await database.write(() => forgetOffers(at))
  const old: Where[] = [['received_at < ?', at]]
  let uploads = 0
  for (const kind of UPLOAD_KINDS) {
    uploads += await deleteRows(database, 'iclock_uploads', [...equal({ kind }), ...old])
  }
  return {
    commands,
    attendance: await deleteRows(database, 'iclock_attendance', old),
    uploads,
    unparsed: await deleteRows(database, 'iclock_unparsed', old),
  }
}

function* noteForgotten(at: number): Steps<void> {
  yield* insert('iclock_retention', ['name'], [{ name: 'forgotten', moment: at }])
  const sql = "UPDATE iclock_retention SET moment = ? WHERE name = 'forgotten' AND moment < ?"
  yield* write(sql, at, at)
}

async function forgetPerson(database: Database, person: ForgottenPerson): Promise<Forgotten> {
  checkPerson(person)
  const { pin, serialNumbers } = person
  const forgotten: Forgotten = { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }
  for (const serialNumber of serialNumbers) {
    const own = equal({ pin: ascii(pin), serial_number: serial(serialNumber) })
    forgotten.commands += await deleteCommands(database, own, 'listed_at, position')
    forgotten.attendance += await deleteRows(database, 'iclock_attendance', own)
    forgotten.uploads += await deleteRows(database, 'iclock_uploads', own)
    forgotten.uploads += await database.write(() => forgetJoined(serialNumber))
    await database.write(() => forgetRows(serialNumber, pin))
  }
  // Last: a line that comes meanwhile may be deleted above, and has an event.
  for (const serialNumber of serialNumbers) {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const place: number = after
      after = await database.write(() => forgetPersonIn(serialNumber, pin, place))
    }
  }
  return forgotten
}

/** How many rows a batch found, and how many of them it deleted. */
type Batch = readonly [found: number, deleted: number]

async function inBatches(next: () => Promise<Batch>): Promise<number> {
  for (let sum = 0; ; ) {
    const [found, deleted] = await next()
    sum += deleted
    if (found < ROWS_DELETED_AT_ONCE) return sum
  }
}

function deleteRows(database: Database, table: string, where: readonly Where[]): Promise<number> {
  return inBatches(() => {
    return database.write(function* (): Steps<Batch> {
      const ids = yield* idsOf(table, where, RECEIVED)
      if (ids.length === 0) return [0, 0]
      const sql = `DELETE FROM ${table} WHERE position IN (${marks(ids.length)})`
      return [ids.length, yield* write(sql, ...ids)]
    })
  })
}

// The end of a text goes with its command: nothing would find it any more.
function deleteCommands(
  database: Database,
  where: readonly Where[],
  order: string,
): Promise<number> {
  return inBatches(() => {
    return database.whole(function* (): Steps<Batch> {
      const ids = yield* idsOf('iclock_commands', where, order)
      if (ids.length === 0) return [0, 0]
      const these = `position IN (${marks(ids.length)})`
      const [condition, values] = all(where)
      // The condition again: meanwhile something may have happened to one of them.
      const sql = `DELETE FROM iclock_commands WHERE ${these} AND ${condition}`
      const deleted = yield* write(sql, ...ids, ...values)
      const gone = `${these} AND NOT EXISTS (SELECT 1 FROM iclock_commands AS c WHERE c.position = `
      for (const table of ['iclock_texts', 'iclock_members']) {
        yield* write(`DELETE FROM ${table} WHERE ${gone}${table}.position)`, ...ids)
      }
      return [ids.length, deleted]
    })
  })
}

function* idsOf(table: string, where: readonly Where[], order: string): Steps<number[]> {
  const [condition, values] = all(where)
  const sql = `SELECT position FROM ${table} WHERE ${condition} ORDER BY ${order} LIMIT ${ROWS_DELETED_AT_ONCE}`
  const rows = yield* read(sql, ...values)
  return rows.map(({ position }) => Number(position))
}
