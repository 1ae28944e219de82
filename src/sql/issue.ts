// Commands on their way in: in order, all or none.
import { distinctCommands, type IssuedCommand, keyOf, usedId } from '../command.js'
import { PHASES } from '../queue/phase.js'
import { cut, membersOf } from '../queue/summary.js'
import { type GivenCommand, identityOf, idKey, rowOf } from './command-row.js'
import { pairs } from './pairs.js'
import { type Database, insert, ROWS_AT_ONCE, type Row, read, type Steps, write } from './step.js'
import { ascii, key, number, serial, unascii } from './text.js'

const KEY = ['serial_number', 'id_key']
const DAY = 24 * 60 * 60 * 1000

/** Stores commands in this order, all or none: see `CommandStorage.issue`. */
export function* issue<Issued extends IssuedCommand>(
  list: readonly GivenCommand<Issued>[],
  dialect: Database['dialect'],
): Steps<void> {
  const given = distinctCommands(list)
  const positions = yield* positionsOf(given)
  for (let start = 0; start < given.length; start += ROWS_AT_ONCE) {
    const batch = given.slice(start, start + ROWS_AT_ONCE)
    const rows = batch.map((each) => rowOf(each, positions.get(each)))
    const isNew = yield* insert('iclock_commands', KEY, rows)
    const fresh = batch.filter((_, index) => isNew[index])
    const known = batch.filter((_, index) => !isNew[index])
    if (known.length > 0) yield* checkIsSame(known, dialect)
    const further = fresh.filter(({ command }) => {
      return cut(command.text) !== command.text || membersIn(command).length > 0
    })
    if (further.length > 0) yield* keepFurther(further, dialect)
  }
}

// Commands of one terminal are counted, so that their order holds whatever the clocks of the
// processes say, and whatever numbers a cluster gives its rows.
function* positionsOf<Issued extends IssuedCommand>(
  given: readonly GivenCommand<Issued>[],
): Steps<Map<GivenCommand<Issued>, number>> {
  const byTerminal = new Map<string, GivenCommand<Issued>[]>()
  for (const each of given) {
    if (each.terms === undefined) continue
    const own = byTerminal.get(each.command.serialNumber)
    if (own === undefined) byTerminal.set(each.command.serialNumber, [each])
    else own.push(each)
  }
  const positions = new Map<GivenCommand<Issued>, number>()
  // In one order, so that calls that meet don't wait for each other in a circle.
  for (const [serialNumber, own] of [...byTerminal].sort(([one], [other]) =>
    one < other ? -1 : 1,
  )) {
    yield* setLapsedAside(serialNumber, own)
    let next = yield* take(serialNumber, 'positions', own.length)
    for (const each of own) positions.set(each, next++)
  }
  return positions
}

/**
 * Takes the next numbers of one of a terminal's counters.
 *
 * @returns the first of them
 */
export function* take(
  serialNumber: string,
  counter: 'positions' | 'numbers',
  count: number,
): Steps<number> {
  const own = serial(serialNumber)
  const add = `UPDATE iclock_counters SET ${counter} = ${counter} + ? WHERE serial_number = ?`
  if ((yield* write(add, count, own)) === 0) {
    const first = { serial_number: own, positions: 0, numbers: 0 }
    yield* insert('iclock_counters', ['serial_number'], [first])
    yield* write(add, count, own)
  }
  const sql = `SELECT ${counter} AS last FROM iclock_counters WHERE serial_number = ?`
  const [row] = yield* read(sql, own)
  return (number(row?.last) ?? 0) - count + 1
}

// What was over a day before leaves the queue's index, so that polls don't pass it again and again:
// no clock is that far off.
function* setLapsedAside(
  serialNumber: string,
  given: readonly GivenCommand<IssuedCommand>[],
): Steps<void> {
  const before = Math.min(...given.map(({ issuedAt }) => issuedAt.getTime())) - DAY
  for (const phase of [PHASES.waitingUntil, PHASES.sentUntil]) {
    const sql = `
      UPDATE iclock_commands SET phase = ${phase + 1}, queue_lane = NULL, queue_key = NULL
      WHERE serial_number = ? AND phase = ${phase} AND live_until < ?`
    yield* write(sql, serial(serialNumber), before)
  }
}

function* checkIsSame<Issued extends IssuedCommand>(
  known: readonly GivenCommand<Issued>[],
  dialect: Database['dialect'],
): Steps<void> {
  const rows = yield* rowsOf(known, 'command_text, replied_at, position', dialect)
  for (const { command } of known) {
    const row = rows.get(keyOf(command.serialNumber, command.commandId))
    const isAnswered = row === undefined || row.replied_at !== null
    if (isAnswered || row.command_text === null) throw usedId(command)
    const text = unascii(String(row.command_text)) + (yield* tailOf(number(row.position) ?? 0))
    if (text !== command.text) throw usedId(command)
  }
}

/** The end of a text; `''` if it is short. */
export function* tailOf(position: number): Steps<string> {
  const [row] = yield* read('SELECT tail FROM iclock_texts WHERE position = ?', position)
  return row === undefined ? '' : unascii(String(row.tail))
}

// The ends of long texts, and the members by which lists find commands.
function* keepFurther<Issued extends IssuedCommand>(
  fresh: readonly GivenCommand<Issued>[],
  dialect: Database['dialect'],
): Steps<void> {
  const rows = yield* rowsOf(fresh, 'position', dialect)
  const [texts, members]: [Record<string, string | number>[], Record<string, string | number>[]] = [
    [],
    [],
  ]
  for (const { command, issuedAt } of fresh) {
    const row = rows.get(keyOf(command.serialNumber, command.commandId))
    const position = number(row?.position) ?? 0
    const tail = command.text.slice(cut(command.text).length)
    if (tail !== '') texts.push({ position, tail: ascii(tail) })
    for (const member of membersIn(command)) {
      members.push({ member, listed_at: issuedAt.getTime(), position })
    }
  }
  if (texts.length > 0) yield* insert('iclock_texts', ['position'], texts)
  if (members.length > 0) {
    yield* insert('iclock_members', ['member', 'listed_at', 'position'], members)
  }
}

function* rowsOf<Issued extends IssuedCommand>(
  given: readonly GivenCommand<Issued>[],
  columns: string,
  dialect: Database['dialect'],
): Steps<Map<string, Row>> {
  const keys = given.flatMap(({ command: { serialNumber, commandId } }) => {
    return [serial(serialNumber), idKey(commandId)]
  })
  const rows = yield* read(
    `SELECT serial_number, id_key, long_id, ${columns} FROM iclock_commands
     WHERE (serial_number, id_key) IN ${pairs(given.length, dialect)}`,
    ...keys,
  )
  return new Map(
    rows.map((row) => {
      const { serialNumber, commandId } = identityOf(row)
      return [keyOf(serialNumber, commandId), row]
    }),
  )
}

/** The columns by which lists find the members of a command. */
function membersIn(command: IssuedCommand): string[] {
  return Object.entries(membersOf(command)).flatMap(([name, value]) => memberKey(name, value) ?? [])
}

/** The column of a member with a value; undefined if commands are not found by such a value. */
export function memberKey(name: string, value: unknown): string | undefined {
  const isPlain = value === null || ['string', 'boolean', 'number'].includes(typeof value)
  return isPlain ? key(JSON.stringify([name, value]), 250) : undefined
}
