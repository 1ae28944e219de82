// How the database forgets: what is settled and old, and what is about a person.
import { UPLOAD_KINDS } from '../filter.js'
import type { Forgotten, ForgottenPerson } from '../kept.js'
import { checkPerson } from '../queue/person.js'
import { CLOSED, ENDING } from '../queue/phase.js'
import { forgetEvents, forgetPersonIn } from './event.js'
import { forgetOffers } from './offer.js'
import { forgetJoined } from './packet.js'
import { all, equal, type Where } from './page.js'
import { forgetRemoved, forgetRows } from './roster.js'
import { type Database, insert, marks, type Row, read, type Steps, write } from './step.js'
import { ascii, moment, serial } from './text.js'

const ROWS_DELETED_AT_ONCE = 200

/** The latest moment before which all was forgotten; undefined if there is none. */
export function* forgottenBefore(): Steps<Date | undefined> {
  const [row] = yield* read("SELECT moment FROM iclock_retention WHERE name = 'forgotten'")
  return moment(row?.moment)
}

/** Deletes what was over before a moment: see `RetentionStorage.forget`. */
export function* forget(before: Date, dialect: Database['dialect']): Steps<Forgotten> {
  // A moment in the future would count what is still open as closed.
  const at = Math.min(before.getTime(), Date.now())
  const kept = { name: 'forgotten', moment: at }
  yield* insert('iclock_retention', ['name'], [kept])
  yield* write(
    "UPDATE iclock_retention SET moment = ? WHERE name = 'forgotten' AND moment < ?",
    at,
    at,
  )
  yield* forgetEvents(at)
  const untouched = ['sent_at', 'cancelled_at', 'replied_at'].map((column): Where => {
    return [`${column} IS NULL OR ${column} < ?`, at]
  })
  let commands = 0
  for (const phase of CLOSED) {
    const closed = [[`phase = ${phase}`] as const, ['listed_at < ?', at] as const, ...untouched]
    commands += yield* deleteCommands(closed, 'listed_at, position')
  }
  for (const phase of ENDING) {
    const lapsed: Where[] = [[`phase = ${phase}`], ['live_until < ?', at], ['listed_at < ?', at]]
    commands += yield* deleteCommands([...lapsed, ...untouched], 'live_until')
  }
  yield* forgetRemoved(at, dialect)
  yield* forgetOffers(at)
  const old: Where[] = [['received_at < ?', at]]
  const order = 'received_at, position'
  let uploads = 0
  for (const kind of UPLOAD_KINDS) {
    uploads += yield* deleteRows('iclock_uploads', [...equal({ kind }), ...old], order)
  }
  return {
    commands,
    attendance: yield* deleteRows('iclock_attendance', old, order),
    uploads,
    unparsed: yield* deleteRows('iclock_unparsed', old, order),
  }
}

/** Deletes what is about a person: see `RetentionStorage.forgetPerson`. */
export function* forgetPerson(person: ForgottenPerson): Steps<Forgotten> {
  checkPerson(person)
  const { pin, serialNumbers } = person
  const forgotten: Forgotten = { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }
  for (const serialNumber of serialNumbers) {
    const own = equal({ pin: ascii(pin), serial_number: serial(serialNumber) })
    const order = 'received_at, position'
    forgotten.commands += yield* deleteCommands(own, 'listed_at, position')
    forgotten.attendance += yield* deleteRows('iclock_attendance', own, order)
    forgotten.uploads += yield* deleteRows('iclock_uploads', own, order)
    forgotten.uploads += yield* forgetJoined(serialNumber)
    yield* forgetRows(serialNumber, pin)
  }
  // Last: a line that comes meanwhile may be deleted above, and has an event.
  yield* forgetPersonIn(person)
  return forgotten
}

function* deleteCommands(where: readonly Where[], order: string): Steps<number> {
  return yield* deleteInBatches('iclock_commands', where, order, function* (ids) {
    const these = `position IN (${marks(ids.length)})`
    const [condition, values] = all(where)
    // The condition again: meanwhile something may have happened to one of them.
    const deleted = yield* write(
      `DELETE FROM iclock_commands WHERE ${these} AND ${condition}`,
      ...ids,
      ...values,
    )
    const gone = `${these} AND NOT EXISTS (SELECT 1 FROM iclock_commands AS c WHERE c.position = `
    for (const table of ['iclock_texts', 'iclock_members']) {
      yield* write(`DELETE FROM ${table} WHERE ${gone}${table}.position)`, ...ids)
    }
    return deleted
  })
}

function* deleteRows(table: string, where: readonly Where[], order: string): Steps<number> {
  return yield* deleteInBatches(table, where, order, function* (ids) {
    return yield* write(`DELETE FROM ${table} WHERE position IN (${marks(ids.length)})`, ...ids)
  })
}

function* deleteInBatches(
  table: string,
  where: readonly Where[],
  order: string,
  deleteThese: (ids: readonly number[]) => Steps<number>,
): Steps<number> {
  const [condition, values] = all(where)
  const sql = `SELECT position FROM ${table} WHERE ${condition} ORDER BY ${order} LIMIT ${ROWS_DELETED_AT_ONCE}`
  let deleted = 0
  for (;;) {
    const found: readonly Row[] = yield* read(sql, ...values)
    if (found.length > 0)
      deleted += yield* deleteThese(found.map(({ position }) => Number(position)))
    if (found.length < ROWS_DELETED_AT_ONCE) return deleted
  }
}
