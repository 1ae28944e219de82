// Terminals: a row each, and a row for each option and stamp.
import { checkFilter, cursorOf } from '../filter.js'
import type { Page } from '../kept.js'
import { cut, SUMMARY_TEXT } from '../queue/summary.js'
import {
  type Contact,
  FAMILY_RANKS,
  type Terminal,
  type TerminalFilter,
  type TerminalSummary,
} from '../terminal/storage.js'
import { all, type Where } from './page.js'
import { insert, marks, type Row, read, type Steps, type Value, write } from './step.js'
import { ascii, number, serial, unascii, unasciiCut } from './text.js'

const TEXTS = {
  address: 'address',
  firmware: 'firmware',
  model: 'model',
  pushVersion: 'push_version',
} as const
const NUMBERS = {
  users: 'users',
  fingers: 'fingers',
  faces: 'faces',
  records: 'records',
  utcOffset: 'utc_offset',
  clockDrift: 'clock_drift',
  clockDriftAt: 'clock_drift_at',
} as const
const FACTS = ['serial_number', 'member', 'name']
const SEEN = 'serial_number, first_seen_at, last_seen_at, family, family_rank'
const SEARCHED = ['serial_number', 'address', 'model', 'firmware']
// Each character of a text may be written with six.
const LISTED = `${SEEN}, ${Object.values(NUMBERS).join(', ')}, ${Object.values(TEXTS)
  .map((column) => `SUBSTR(${column}, 1, ${SUMMARY_TEXT * 6}) AS ${column}`)
  .join(', ')}`

/** Notes a contact: see `TerminalStorage.onContact`. */
export function* noteContact(contact: Contact): Steps<void> {
  const { serialNumber, at, options = {}, stamps = {}, resend = {} } = contact
  const { family, familyRank } = contact
  const [own, time] = [serial(serialNumber), at.getTime()]
  const told: [string, Value][] = []
  for (const [member, column] of Object.entries(TEXTS)) {
    const value = contact[member as keyof typeof TEXTS]
    if (value !== undefined) told.push([column, ascii(value)])
  }
  for (const [member, column] of Object.entries(NUMBERS)) {
    const value = contact[member as keyof typeof NUMBERS]
    if (value !== undefined) told.push([column, Number(value)])
  }
  const rank = familyRank === undefined ? -1 : FAMILY_RANKS.indexOf(familyRank)
  const outranks = 'COALESCE(family_rank, -1) <= ?'
  // Of a row's assignments MySQL sees those before: the rank comes last.
  const ranked = ['family', 'family_rank'].map((column) => {
    return `${column} = CASE WHEN ${outranks} THEN ? ELSE ${column} END`
  })
  const sets = [
    'first_seen_at = CASE WHEN first_seen_at > ? THEN ? ELSE first_seen_at END',
    'last_seen_at = CASE WHEN last_seen_at < ? THEN ? ELSE last_seen_at END',
    ...told.map(([column]) => `${column} = ?`),
    ...(family === undefined ? [] : ranked),
  ]
  const rankValue = familyRank === undefined ? null : rank
  const values = [
    ...[time, time, time, time],
    ...told.map(([, value]) => value),
    ...(family === undefined ? [] : [rank, family, rank, rankValue]),
  ]
  const update = `UPDATE iclock_terminals SET ${sets.join(', ')} WHERE serial_number = ?`
  if ((yield* write(update, ...values, own)) === 0) {
    const first = { serial_number: own, first_seen_at: time, last_seen_at: time }
    yield* insert('iclock_terminals', ['serial_number'], [first])
    yield* write(update, ...values, own)
  }
  yield* noteFacts(own, 'options', options)
  yield* noteFacts(own, 'stamps', stamps)
  for (const table of Object.keys(stamps).sort()) {
    const where = 'serial_number = ? AND member = ? AND name = ? AND value = ?'
    yield* write(`DELETE FROM iclock_facts WHERE ${where}`, own, 'resend', ascii(table), 'answered')
  }
  yield* noteFacts(own, 'resend', resend)
}

function* noteFacts(
  own: string,
  member: string,
  values: Readonly<Record<string, string>>,
): Steps<void> {
  // In one order, so that contacts that meet don't wait for each other in a circle.
  const entries = Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1))
  if (entries.length === 0) return
  const rows = entries.map(([name, value]) => ({
    serial_number: own,
    member,
    name: ascii(name),
    value: ascii(value),
  }))
  const isNew = yield* insert('iclock_facts', FACTS, rows)
  for (const [index, { name, value }] of rows.entries()) {
    if (isNew[index]) continue
    yield* write(
      'UPDATE iclock_facts SET value = ? WHERE serial_number = ? AND member = ? AND name = ? AND value <> ?',
      ...[value, own, member, name, value],
    )
  }
}

/** One terminal; undefined if it never called. */
export function* findTerminal(serialNumber: string): Steps<Terminal | undefined> {
  const own = serial(serialNumber)
  const columns = [SEEN, ...Object.values(NUMBERS), ...Object.values(TEXTS)].join(', ')
  const sql = `SELECT ${columns} FROM iclock_terminals WHERE serial_number = ?`
  const [row] = yield* read(sql, own)
  if (row === undefined) return undefined
  const facts = 'SELECT member, name, value FROM iclock_facts WHERE serial_number = ?'
  const rows = yield* read(facts, own)
  return {
    ...terminalOf(row, unascii),
    ...factsOf('options', rows),
    ...factsOf('stamps', rows),
    ...factsOf('resend', rows),
  }
}

function factsOf(member: 'options' | 'stamps' | 'resend', rows: readonly Row[]): Partial<Terminal> {
  const own = rows.filter((row) => row.member === member)
  const values = own.map(({ name, value }) => [unascii(String(name)), unascii(String(value))])
  return own.length === 0 ? {} : { [member]: Object.fromEntries(values) }
}

/** Lists terminals: see `TerminalStorage.listTerminals`. */
export function* listTerminals(given: TerminalFilter): Steps<Page<TerminalSummary>> {
  const filter = checkFilter('terminals', given, ['string'])
  const { serialNumbers, search, since, before, limit, place } = filter
  if (serialNumbers?.length === 0) return { rows: [] }
  const after = place?.[0]
  const where: (Where | undefined)[] = [
    serialNumbers && [
      `serial_number IN (${marks(serialNumbers.length)})`,
      ...serialNumbers.map(serial),
    ],
    since && ['last_seen_at >= ?', since.getTime()],
    before && ['last_seen_at < ?', before.getTime()],
    after === undefined ? undefined : ['serial_number > ?', String(after)],
    search === undefined ? undefined : searched(search),
  ]
  const [sql, values] = all(where.filter((each) => each !== undefined))
  const rows = yield* read(
    `SELECT ${LISTED} FROM iclock_terminals WHERE ${sql} ORDER BY serial_number LIMIT ?`,
    ...values,
    limit + 1,
  )
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const page = shown.map((row) => terminalOf(row, (text) => cut(unasciiCut(text))))
  if (rows.length <= limit || last === undefined) return { rows: page }
  return { rows: page, next: cursorOf([String(last.serial_number)]) }
}

// What is written with an escape is looked for with it.
function searched(search: string): Where {
  const found = SEARCHED.map((column) => `LOWER(${column}) LIKE ? ESCAPE '!'`)
  const patterns = SEARCHED.map((column) => {
    const text = column === 'serial_number' ? serial(search) : ascii(search)
    return `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`
  })
  return [found.join(' OR '), ...patterns]
}

function terminalOf(row: Row, textOf: (text: string) => string): Terminal {
  const terminal: Terminal = {
    serialNumber: unascii(String(row.serial_number)),
    firstSeenAt: new Date(Number(row.first_seen_at)),
    lastSeenAt: new Date(Number(row.last_seen_at)),
  }
  const rank = number(row.family_rank)
  if (row.family !== null) terminal.family = row.family as NonNullable<Terminal['family']>
  if (rank !== undefined) Object.assign(terminal, { familyRank: FAMILY_RANKS[rank] })
  for (const [member, column] of Object.entries(TEXTS)) {
    if (row[column] !== null) Object.assign(terminal, { [member]: textOf(String(row[column])) })
  }
  for (const [member, column] of Object.entries(NUMBERS)) {
    if (row[column] === null) continue
    const value = Number(row[column])
    Object.assign(terminal, { [member]: member === 'clockDriftAt' ? new Date(value) : value })
  }
  return terminal
}
