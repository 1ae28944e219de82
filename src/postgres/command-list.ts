// Commands as people look at them: pages of summaries, and how many there are in each state.
import type { IssuedCommand } from '../command.js'
import { type CheckedFilter, checkCountFilter, checkFilter } from '../filter.js'
import type { Page } from '../kept.js'
import {
  COMMAND_STATES,
  type CommandCounts,
  type CommandFilter,
  type CommandState,
  type CommandStorage,
  type CommandSummary,
  type CountFilter,
  MOST_COUNTED,
} from '../queue/storage.js'
import { SUMMARY, type SummaryRow, summaryOf } from './command-row.js'
import {
  merged,
  newestFirst,
  ofTerminal,
  PLACE,
  type Placed,
  pageOf,
  placed,
  rangeOf,
  Values,
} from './list.js'
import { conditionOf, PARTS, type Part, partsOfAll } from './phase.js'
import { type Database, Json, moment } from './query.js'
import { keyOfText } from './text.js'

const ORDER = newestFirst('listed_at')
// Up to this many rows are sorted rather than looked for among those on the other side of the clock.
const FEW = 200

/** Lists and counts commands: see `CommandStorage`. */
export function commandListsOn<Issued extends IssuedCommand>(
  database: Database,
): Required<Pick<CommandStorage<Issued>, 'listCommands' | 'countCommands'>> {
  return {
    listCommands: (filter, now) => listCommands<Issued>(database, filter, now),
    countCommands: (filter, now) => countCommands(database, filter, now),
  }
}

async function listCommands<Issued extends IssuedCommand>(
  database: Database,
  filter: CommandFilter,
  now: Date,
): Promise<Page<CommandSummary<Issued>>> {
  const asked = checkFilter('commands', filter, PLACE)
  const parts = partsOfAll(statesOf(asked))
  if (parts.length === 0) return { rows: [] }
  const values = new Values()
  const query: Query = {
    now: moment(values.add(now.getTime())),
    terminal: ofTerminal(asked, values),
    others: [...narrowing(asked, values), ...rangeOf(asked, 'listed_at', values)],
    end: `${ORDER} LIMIT ${values.add(asked.limit + 1)}`,
  }
  // These lead to few rows by an index of their own, whatever their phase is.
  const { commandIds, key, pin, members } = asked
  const isNarrow = [commandIds, key, pin, members].some((one) => one !== undefined)
  const source = isNarrow ? filtered(parts, query) : byPart(parts, query)
  const found = await database.rows<SummaryRow<Issued> & Placed>(
    `SELECT json_build_object(${SUMMARY}, ${placed('listed_at')})::text AS row FROM (${source}) AS page
    WHERE ${isUsed(query.now)} ${ORDER}`,
    values.all,
  )
  return pageOf(found, asked.limit, summaryOf)
}

async function countCommands(
  database: Database,
  filter: CountFilter,
  now: Date,
): Promise<CommandCounts> {
  const asked = checkCountFilter(filter)
  const states = statesOf(asked)
  if (states.length === 0) return countsOf({})
  const values = new Values()
  const at = moment(values.add(now.getTime()))
  const terminal = ofTerminal(asked, values)
  const listed = rangeOf(asked, 'listed_at', values)
  const count = (part: Part) => {
    // What was issued since a moment can't have ended before.
    const ended = listed.map((each) => each.replace('listed_at', 'ends_at'))
    const over = part.side === 'over' ? ended : []
    const counted = select([conditionOf(part, at), ...terminal, ...listed, ...over], '1')
    return `(SELECT count(*) FROM (${counted} LIMIT ${MOST_COUNTED + 1}) AS counted)`
  }
  const members = states.map((each) => `'${each}', ${PARTS[each].map(count).join(' + ')}`)
  const [counts] = await database.rows<Partial<Record<CommandState, number>>>(
    `SELECT json_build_object(${members.join(', ')})::text AS row WHERE ${isUsed(at)}`,
    values.all,
  )
  return countsOf(counts ?? {})
}

function countsOf(counted: Partial<Record<CommandState, number>>): CommandCounts {
  const counts = COMMAND_STATES.map((state) => {
    const count = counted[state] ?? 0
    return [state, count > MOST_COUNTED ? '1000+' : count]
  })
  return Object.fromEntries(counts) as CommandCounts
}

function statesOf({ state = COMMAND_STATES }: CountFilter): CommandState[] {
  return [state].flat()
}

/** What a list is asked for, as SQL. */
interface Query {
  now: string
  terminal: readonly string[]
  others: readonly string[]
  end: string
}

// PostgreSQL refuses a value that is in no condition, and not every state needs the moment.
function isUsed(value: string): string {
  return `${value} IS NOT NULL`
}

function narrowing(
  { commandIds, key, members, pin }: CheckedFilter<CommandFilter>,
  values: Values,
): string[] {
  const conditions: string[] = []
  if (commandIds !== undefined) {
    conditions.push(`id_key = ANY (${values.add(commandIds.map(keyOfText))}::text[])`)
  }
  if (key !== undefined) conditions.push(`key = ${values.add(key)}`)
  if (pin !== undefined) conditions.push(`pin = ${values.add(pin)}`)
  if (members !== undefined) conditions.push(`members @> ${values.add(new Json(members))}::jsonb`)
  return conditions
}

function select(conditions: readonly string[], columns = '*'): string {
  return `SELECT ${columns} FROM :schema.commands WHERE ${conditions.join(' AND ')}`
}

function filtered(parts: readonly Part[], { now, terminal, others, end }: Query): string {
  const any = parts.map((part) => conditionOf(part, now)).join(' OR ')
  return `${select([`(${any})`, ...terminal, ...others])} ${end}`
}

// Where the clock decides, no index has both the order and the side of the clock: those rows are
// sorted if they are few, and looked for in order if they are many.
function byPart(parts: readonly Part[], { now, terminal, others, end }: Query): string {
  const tables: string[] = []
  const selections = parts.flatMap((part) => {
    if (part.side === undefined) return [select([conditionOf(part, now), ...terminal, ...others])]
    const few = `few_${part.phase}_${part.side}`
    const nearest = `ORDER BY ends_at ${part.side === 'live' ? 'ASC' : 'DESC'} LIMIT ${FEW}`
    tables.push(`${few} AS (${select([conditionOf(part, now), ...terminal])} ${nearest})`)
    const count = `(SELECT count(*) FROM ${few})`
    const unordered = conditionOf(part, now, "(ends_at + interval '0')")
    return [
      `SELECT * FROM ${few} WHERE ${[`${count} < ${FEW}`, ...others].join(' AND ')}`,
      select([unordered, `${count} = ${FEW}`, ...terminal, ...others]),
    ]
  })
  return `${tables.length === 0 ? '' : `WITH ${tables.join(', ')}`} ${merged(selections, end)}`
}
