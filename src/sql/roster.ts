// The roster: a row for each terminal and PIN.
import { type CheckedFilter, cursorOf, type Page } from '../page.js'
import {
  checkRosterCount,
  checkRosterFilter,
  REMOVED,
  REMOVED_KEPT,
  type RosterCountFilter,
  type RosterFilter,
  type RosterRow,
  type RosterWrite,
} from '../roster/storage.js'
import { all, equal, type Where } from './page.js'
import { pairs } from './pairs.js'
import {
  type Database,
  insert,
  marks,
  type Row,
  read,
  type Steps,
  type Value,
  write,
} from './step.js'
import { ascii, moment, number, pack, serial, unascii, unpack } from './text.js'

const TABLE = 'iclock_roster'
const KEY: readonly string[] = ['serial_number', 'pin']
const COLUMNS = ['version', 'state', 'changed_at', 'removed_at', 'command_ids', 'content'] as const
const FIND = `SELECT serial_number, pin, ${COLUMNS.join(', ')} FROM ${TABLE}`
// An update of many rows has a list of values for each of them.
const UPDATED_AT_ONCE = 250
const DELETED_AT_ONCE = 200

type Columns = Readonly<Record<'serial_number' | 'pin' | (typeof COLUMNS)[number], Value>>

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

/** Writes rows over the versions that they replace: see `RosterStorage.writeRoster`. */
export function* writeRoster(
  writes: readonly RosterWrite[],
  dialect: Database['dialect'],
): Steps<boolean[]> {
  const written = new Set<RosterWrite>()
  const fresh = writes.filter(({ replaces }) => replaces === undefined)
  const added = yield* insert(
    TABLE,
    KEY,
    fresh.map(({ row }) => columnsOf(row)),
  )
  for (const [index, isNew] of added.entries()) {
    const one = fresh[index]
    if (isNew && one !== undefined) written.add(one)
  }
  const others = writes.filter(({ replaces }) => replaces !== undefined).sort(inOrder)
  for (let start = 0; start < others.length; start += UPDATED_AT_ONCE) {
    const some = others.slice(start, start + UPDATED_AT_ONCE)
    const done = dialect === 'sqlite' ? yield* updateEach(some) : yield* updateAtOnce(some, dialect)
    for (const one of done) written.add(one)
  }
  return writes.map((one) => written.has(one))
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

// One at a time: nothing is gained by one long statement, and each says whether it changed its row.
function* updateEach(writes: readonly RosterWrite[]): Steps<RosterWrite[]> {
  const sets = COLUMNS.map((name) => `${name} = ?`).join(', ')
  const sql = `UPDATE ${TABLE} SET ${sets} WHERE serial_number = ? AND pin = ? AND version = ?`
  const done: RosterWrite[] = []
  for (const one of writes) {
    const { serial_number, pin, ...rest } = columnsOf(one.row)
    const values = COLUMNS.map((name) => rest[name])
    const key = [serial_number, pin, ascii(one.replaces ?? '')]
    if ((yield* write(sql, ...values, ...key)) > 0) done.push(one)
  }
  return done
}

function* updateAtOnce(
  writes: readonly RosterWrite[],
  dialect: 'mysql' | 'postgres',
): Steps<RosterWrite[]> {
  const names = [...KEY, ...COLUMNS, 'replaces']
  const typed = (name: string) => `${valueIn(dialect, name)} AS ${name}`
  const list = writes.map(() => `SELECT ${names.map(typed).join(', ')}`).join(' UNION ALL ')
  const same = 'r.serial_number = v.serial_number AND r.pin = v.pin AND r.version = v.replaces'
  const sql =
    dialect === 'mysql'
      ? `UPDATE ${TABLE} AS r JOIN (${list}) AS v ON ${same} SET ${setsOf('r.')}`
      : `UPDATE ${TABLE} AS r SET ${setsOf('')} FROM (${list}) AS v WHERE ${same}`
  const values = writes.flatMap(({ row, replaces = '' }) => {
    const columns = columnsOf(row)
    return [
      columns.serial_number,
      columns.pin,
      ...COLUMNS.map((name) => columns[name]),
      ascii(replaces),
    ]
  })
  yield* write(sql, ...values)
  // The versions say which rows were written: no two writes have the same one.
  const keys = writes.flatMap(({ row }) => [serial(row.serialNumber), serial(row.pin)])
  const found = yield* read(
    `SELECT version FROM ${TABLE} WHERE (serial_number, pin) IN ${pairs(writes.length, dialect)}`,
    ...keys,
  )
  const versions = new Set(found.map(({ version }) => unascii(String(version))))
  return writes.filter(({ row }) => versions.has(row.version))
}

// A value of a list has no column that says what it is, and how it is compared.
function valueIn(dialect: 'mysql' | 'postgres', name: string): string {
  const isTime = name.endsWith('_at')
  if (dialect === 'postgres') return isTime ? 'CAST(? AS BIGINT)' : '?'
  return isTime ? '?' : 'CONVERT(? USING ascii) COLLATE ascii_bin'
}

const setsOf = (prefix: string) => COLUMNS.map((name) => `${prefix}${name} = v.${name}`).join(', ')

// In one order, so that two calls that write the same rows don't wait for each other.
function inOrder({ row: one }: RosterWrite, { row: other }: RosterWrite): number {
  const [left, right] = [one, other].map(({ serialNumber, pin }) => `${serialNumber}\0${pin}`)
  return String(left) < String(right) ? -1 : 1
}

function columnsOf(row: RosterRow): Columns {
  return {
    serial_number: serial(row.serialNumber),
    pin: serial(row.pin),
    version: ascii(row.version),
    state: ascii(row.state),
    changed_at: row.changedAt.getTime(),
    removed_at: row.removedAt?.getTime() ?? null,
    command_ids: pack(row.commandIds),
    content: pack(row.content),
  }
}

function rowOf(row: Row): RosterRow {
  const removedAt = moment(row.removed_at)
  return {
    serialNumber: unascii(String(row.serial_number)),
    pin: unascii(String(row.pin)),
    version: unascii(String(row.version)),
    state: unascii(String(row.state)),
    changedAt: new Date(number(row.changed_at) ?? 0),
    ...(removedAt !== undefined && { removedAt }),
    commandIds: unpack(row.command_ids) as string[],
    content: unpack(row.content) as string,
  }
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
