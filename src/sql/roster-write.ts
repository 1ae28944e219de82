// Writes rows of the roster, each over the version that it replaces.
import type { RosterWrite } from '../roster/storage.js'
import { pairs } from './pairs.js'
import { COLUMNS, columnsOf, KEY, TABLE } from './roster-row.js'
import { type Database, insert, read, type Steps, write } from './step.js'
import { ascii, serial, unascii } from './text.js'

// An update of many rows has a list of values for each of them.
const UPDATED_AT_ONCE = 250

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
