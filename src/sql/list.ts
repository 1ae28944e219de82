// Lists and counts of commands for people.
import type { IssuedCommand } from '../command.js'
import { type CheckedFilter, checkCountFilter, checkFilter } from '../filter.js'
import type { Page } from '../kept.js'
import { ALL_PHASES, type Condition, type Part, partsOf } from '../queue/phase.js'
import {
  COMMAND_STATES,
  type CommandCounts,
  type CommandFilter,
  type CommandState,
  type CommandSummary,
  type CountFilter,
  MOST_COUNTED,
} from '../queue/storage.js'
import { idKey, keyOfIntent, SUMMARY, summaryOf } from './command-row.js'
import { memberKey } from './issue.js'
import { all, equal, PLACE, pageOf, stretch, type Where } from './page.js'
import { marks, read, type Steps, type Value } from './step.js'
import { ascii, number, serial } from './text.js'

/** Lists commands, the newest first: see `CommandStorage.listCommands`. */
export function* listCommands<Issued extends IssuedCommand>(
  given: CommandFilter,
  now: Date,
): Steps<Page<CommandSummary<Issued>>> {
  const filter = checkFilter('commands', given, PLACE)
  const { limit, state, members = {} } = filter
  const tags = Object.entries(members).map(([name, value]) => memberKey(name, value) ?? '')
  // A member's own rows are in the order of the list.
  const by = tags.length > 0 ? 'm' : 'c'
  const from =
    tags.length > 0
      ? 'iclock_members AS m JOIN iclock_commands AS c ON c.position = m.position'
      : 'iclock_commands AS c'
  const narrow = [...narrowed(filter), ...tagged(tags)]
  const common = [
    ...ofTerminal(filter.serialNumber),
    ...narrow,
    ...stretch(`${by}.listed_at`, `${by}.position`, filter),
  ]
  const values: Value[] = []
  const parts = partsAsked(state, now, narrow.length > 0).map((part, index) => {
    const [where, own] = all([...part, ...common])
    values.push(...own, limit + 1)
    return `SELECT * FROM (
      SELECT ${by}.position AS place, ${by}.listed_at AS listed FROM ${from} WHERE ${where}
      ORDER BY ${by}.listed_at DESC, ${by}.position DESC LIMIT ?) AS part${index}`
  })
  if (parts.length === 0) return { rows: [] }
  const rows = yield* read(
    `SELECT ${SUMMARY} FROM iclock_commands JOIN (
       SELECT place FROM (${parts.join(' UNION ALL ')}) AS parts ORDER BY listed DESC, place DESC LIMIT ?
     ) AS chosen ON position = place ORDER BY listed_at DESC, position DESC`,
    ...values,
    limit + 1,
  )
  return pageOf(
    rows,
    limit,
    (row) => [Number(row.listed_at), Number(row.position)],
    summaryOf<Issued>,
  )
}

/** Counts commands by state: see `CommandStorage.countCommands`. */
export function* countCommands(given: CountFilter, now: Date): Steps<CommandCounts> {
  const { serialNumber, since, state } = checkCountFilter(given)
  const common = [
    ...ofTerminal(serialNumber),
    ...stretch('c.listed_at', 'c.position', since === undefined ? {} : { since }),
  ]
  const states = new Set(state === undefined ? COMMAND_STATES : [state].flat())
  const [columns, values]: [string[], Value[]] = [[], []]
  for (const one of states) {
    const parts = partsAsked(one, now, false).map((part, index) => {
      const [where, own] = all([...part, ...common])
      values.push(...own, MOST_COUNTED + 1)
      return `(SELECT COUNT(*) FROM (
        SELECT 1 AS one FROM iclock_commands AS c WHERE ${where} LIMIT ?) AS ${one}${index})`
    })
    columns.push(`${parts.join(' + ')} AS ${one}`)
  }
  const [row = {}] =
    columns.length === 0 ? [] : yield* read(`SELECT ${columns.join(', ')}`, ...values)
  const counts = COMMAND_STATES.map((one) => {
    const count = number(row[one]) ?? 0
    return [one, count > MOST_COUNTED ? '1000+' : count]
  })
  return Object.fromEntries(counts) as CommandCounts
}

function ofTerminal(serialNumber: string | undefined): Where[] {
  return serialNumber === undefined ? [] : [['c.serial_number = ?', serial(serialNumber)]]
}

function narrowed({ commandIds, key, pin }: CheckedFilter<CommandFilter>): Where[] {
  const text = pin === undefined ? undefined : ascii(pin)
  return [
    ...equal({ 'c.command_key': key === undefined ? undefined : keyOfIntent(key), 'c.pin': text }),
    // A reply to a command that nobody issued may name a person too.
    ...(pin === undefined ? [] : [['c.command_text IS NOT NULL'] as const]),
    ...(commandIds === undefined ? [] : [listed(commandIds)]),
  ]
}

function listed(ids: readonly string[]): Where {
  return ids.length === 0 ? ['1 = 0'] : [`c.id_key IN (${marks(ids.length)})`, ...ids.map(idKey)]
}

function tagged([first, ...others]: readonly string[]): Where[] {
  if (first === undefined) return []
  const other =
    'EXISTS (SELECT 1 FROM iclock_members AS o WHERE o.position = m.position AND o.member = ?)'
  return [['m.member = ?', first], ...others.map((tag) => [other, tag] as const)]
}

/**
 * What finds the commands in some states. Without anything that narrows the list, a phase each: its
 * index has them in order.
 */
function partsAsked(
  state: CommandFilter['state'],
  now: Date,
  isNarrow: boolean,
): readonly Where[][] {
  if (state === undefined)
    return isNarrow ? [[]] : ALL_PHASES.map((phase) => [[`c.phase = ${phase}`]])
  const parts = partsOf(new Set<CommandState>([state].flat()))
  if (!isNarrow) {
    return parts.flatMap((part) => {
      return part.phases.map((phase) => [[`c.phase = ${phase}`] as Where, ...holding(part, now)])
    })
  }
  if (parts.length === 0) return []
  const either = parts.map((part) => {
    return all([[`c.phase IN (${part.phases.join(', ')})`], ...holding(part, now)])
  })
  return [[[either.map(([sql]) => sql).join(' OR '), ...either.flatMap(([, values]) => values)]]]
}

function holding({ conditions }: Part, now: Date): Where[] {
  const at = now.getTime()
  // What the app sent itself is never due.
  const kept = `(COALESCE(c.reply_due_at, 0) > ? AND COALESCE(c.waits_from, 0) <= ?)
    OR (COALESCE(c.attempts_left, 1) > 0 AND c.open_until > ? AND c.expires_at > ?)`
  const ways: Readonly<Record<Condition, Where>> = {
    live: ['c.live_until > ?', at],
    over: ['c.live_until <= ?', at],
    kept: [kept, at, at, at, at],
    givenUp: [`NOT (${kept})`, at, at, at, at],
  }
  return conditions.map((condition) => ways[condition])
}
