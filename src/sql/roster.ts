// The roster: a row for each terminal and PIN, to find, list, count and forget.
import { type CheckedFilter, cursorOf, type Page } from '../page.js'
import {
  checkRosterCount,
  checkRosterFilter,
  REMOVED,
  REMOVED_KEPT,
  type RosterCountFilter,
  type RosterFilter,
  type RosterRow,
} from '../roster/storage.js'
import { all, equal, type Where } from './page.js'
import { pairs } from './pairs.js'
import { COLUMNS, rowOf, TABLE } from './roster-row.js'
import { type Database, marks, read, type Steps, type Value, write } from './step.js'
import { ascii, serial, unascii } from './text.js'

const FIND = `SELECT serial_number, pin, ${COLUMNS.join(', ')} FROM ${TABLE}`
const DELETED_AT_ONCE = 200

/** The rows of some PINs: see `RosterStorage.findRoster`. */
export function* findRoster(serialNumber: string, pins: readonly string[]): Steps<RosterRow[]> {
  if (pins.length === 0) return []
  const own = pins.map(serial)
  const sql = `${FIND} WHERE serial_number = ? AND pin IN (${marks(own.length)})`
  return (yield* read(sql, serial(serialNumber), ...own)).map(rowOf)
}

/** Lists rows by terminal and PIN: see `RosterStorage.listRoster`. */
export function* listRoster(given: RosterFilter): Steps<Page<RosterRow>> {
  const filter = checkRosterFilter(given)
  const { limit, state } = filter
  const common = [...ofRow(filter), ...beyond(filter)]
  const states = state === undefined ? [undefined] : [...new Set([state].flat())]
  if (states.length === 0) return { rows: [] }
  const values: Value[] = []
  const order = 'ORDER BY serial_number, pin LIMIT ?'
  // Each state is in the order of an index.
  const parts = states.map((each, index) => {
    const stated = equal({ state: each === undefined ? undefined : ascii(each) })
    const [where, own] = all([...stated, ...common])
    values.push(...own, limit + 1)
    return `SELECT * FROM (${FIND} WHERE ${where} ${order}) AS part${index}`
  })
  const rows = yield* read(`${parts.join(' UNION ALL ')} ${order}`, ...values, limit + 1)
  const shown = rows.slice(0, limit).map(rowOf)
  const last = shown.at(-1)
  if (rows.length <= limit || last === undefined) return { rows: shown }
  return { rows: shown, next: cursorOf([last.serialNumber, last.pin]) }
}

/** Counts rows by state: see `RosterStorage.countRoster`. */
export function* countRoster(given: RosterCountFilter): Steps<Record<string, number>> {
  const { serialNumber, removedSince } = checkRosterCount(given)
  const since = removedSince?.getTime()
  const [where, values] = all([
    ...ofRow({ ...(serialNumber !== undefined && { serialNumber }) }),
    ...(since === undefined ? [] : [['removed_at >= ?', since] as const]),
  ])
  const sql = `SELECT state, COUNT(*) AS found FROM ${TABLE} WHERE ${where} GROUP BY state`
  const rows = yield* read(sql, ...values)
  return Object.fromEntries(rows.map(({ state, found }) => [unascii(String(state)), Number(found)]))
}

/** Deletes the rows of those who left their terminal before this moment, and more than a day ago. */
export function* forgetRemoved(before: number, dialect: Database['dialect']): Steps<void> {
  const at = Math.min(before, Date.now() - REMOVED_KEPT)
  const [where, values] = all([
    ['state = ?', REMOVED],
    ['changed_at < ?', at],
  ])
  const sql = `SELECT serial_number, pin FROM ${TABLE} WHERE ${where} ORDER BY changed_at LIMIT ${DELETED_AT_ONCE}`
  for (;;) {
    const found = yield* read(sql, ...values)
    if (found.length === 0) return
    const keys = found.flatMap(({ serial_number, pin }) => [String(serial_number), String(pin)])
    // The condition again: meanwhile somebody may be put there anew.
    const these = `(serial_number, pin) IN ${pairs(found.length, dialect)}`
    yield* write(`DELETE FROM ${TABLE} WHERE ${these} AND ${where}`, ...keys, ...values)
    if (found.length < DELETED_AT_ONCE) return
  }
}

/** Deletes the row of a person on a terminal, and the one about the terminal. */
export function* forgetRows(serialNumber: string, pin: string): Steps<void> {
  const sql = `DELETE FROM ${TABLE} WHERE serial_number = ? AND pin IN (?, ?)`
  yield* write(sql, serial(serialNumber), serial(pin), serial(''))
}

function ofRow({ serialNumber, pin }: Pick<RosterFilter, 'serialNumber' | 'pin'>): Where[] {
  return equal({
    serial_number: serialNumber === undefined ? undefined : serial(serialNumber),
    pin: pin === undefined ? undefined : serial(pin),
  })
}

/** The condition for what comes after the page before, as an index of the list finds it. */
function beyond({ serialNumber, pin, place }: CheckedFilter<RosterFilter>): Where[] {
  const [lastSerial, lastPin] = (place ?? []).map((part) => serial(String(part)))
  if (lastSerial === undefined || lastPin === undefined) return []
  if (serialNumber === place?.[0]) return [['pin > ?', lastPin]]
  if (pin === place?.[1]) return [['serial_number > ?', lastSerial]]
  const after = 'serial_number >= ? AND (serial_number > ? OR pin > ?)'
  return [[after, lastSerial, lastSerial, lastPin]]
}
