// Lists of commands in memory, and how many there are of each state.
import type { IssuedCommand } from '../command.js'
import { checkCountFilter, checkFilter } from '../filter.js'
import type { Page } from '../kept.js'
import { personIn } from '../queue/person.js'
import { stateOf } from '../queue/state.js'
import {
  COMMAND_STATES,
  type CommandCounts,
  type CommandFilter,
  type CommandSummary,
  type CountFilter,
  MOST_COUNTED,
} from '../queue/storage.js'
import { membersOf, summaryOf } from '../queue/summary.js'
import { copyOf, type Kept, type Records } from './record.js'
import { PLACE } from './timeline.js'

/** The lists of commands. */
export interface CommandLists<Issued extends IssuedCommand> {
  listCommands(filter: CommandFilter, now: Date): Page<CommandSummary<Issued>>
  countCommands(filter: CountFilter, now: Date): CommandCounts
}

/** Lists what records hold. */
export function commandLists<Issued extends IssuedCommand>(
  records: Records<Issued>,
): CommandLists<Issued> {
  return {
    listCommands(filter, now) {
      const checked = checkFilter('commands', filter, PLACE)
      const isAsked = matcherOf<Issued>(checked, now)
      return records.commands.page(checked, isAsked, ({ record }) => summaryOf(copyOf(record)))
    },
    countCommands(filter, now) {
      const { state, ...range } = checkCountFilter(filter)
      const asked = new Set(state === undefined ? COMMAND_STATES : [state].flat())
      const counts = Object.fromEntries(COMMAND_STATES.map((one) => [one, 0])) as CommandCounts
      for (const { record } of records.commands.rows(range)) {
        const one = stateOf(record, now)
        const count = counts[one]
        if (!asked.has(one) || count === '1000+') continue
        counts[one] = count < MOST_COUNTED ? count + 1 : '1000+'
      }
      return counts
    },
  }
}

function matcherOf<Issued extends IssuedCommand>(
  { commandIds, key, members = {}, pin, state }: CommandFilter,
  now: Date,
): (kept: Kept<Issued>) => boolean {
  const ids = commandIds && new Set(commandIds)
  const states = state === undefined ? undefined : new Set([state].flat())
  const wanted = Object.entries(members)
  return ({ commandId, record }) => {
    const { command, terms } = record
    if (ids !== undefined && !ids.has(commandId)) return false
    if (key !== undefined && terms?.key !== key) return false
    if (pin !== undefined && (command === undefined || personIn(command.text) !== pin)) return false
    if (wanted.length > 0) {
      const own = (command === undefined ? {} : membersOf(command)) as Record<string, unknown>
      const isSame = ([name, value]: [string, unknown]) => {
        return Object.hasOwn(own, name) && own[name] === value
      }
      if (!wanted.every(isSame)) return false
    }
    return states === undefined || states.has(stateOf(record, now))
  }
}
