// The view of all terminals, with what they did in the last hour and the outcomes of the last day's
// commands.
import { OPEN_STATES } from '../../queue/state.js'
import type { CommandCounts, CommandFilter, CommandState } from '../../queue/storage.js'
import type { ActiveMinute, Activity } from '../activity.js'
import type { MonitorSettings } from '../option.js'
import { newestOf } from '../page.js'
import { type TerminalRow, terminalRows } from './terminal-row.js'

/** All terminals. */
export interface TerminalsView {
  terminals: (TerminalRow & {
    /** How many commands wait to be sent, or for a reply. */
    waiting: number
  })[]
  /** What this process served. */
  activity: { since: number; minutes: ActiveMinute[] }
  /** How many of the last day's commands have each state. */
  states: Partial<Record<CommandState, number>>
  /** Up to which number they were counted, if there are more of a state. */
  countedAtMost?: number
}

const DAY = 24 * 60 * 60_000
const MOST_OPEN = 1000
const MOST_COUNTED = 1000

/** Reads the view from storage. */
export async function terminalsView(
  settings: MonitorSettings,
  activity: Activity,
  now: Date,
): Promise<TerminalsView> {
  const { adapter } = settings
  const since = new Date(now.getTime() - DAY)
  const [terminals, open, counts] = await Promise.all([
    terminalRows(settings, now),
    newestOf(
      (filter: CommandFilter) => adapter.listCommands(filter, now),
      { state: OPEN_STATES },
      MOST_OPEN,
    ),
    adapter.countCommands({ since }, now),
  ])
  const waiting = new Map<string, number>()
  for (const { serialNumber } of open) {
    waiting.set(serialNumber, (waiting.get(serialNumber) ?? 0) + 1)
  }
  return {
    terminals: terminals.map((terminal) => ({
      ...terminal,
      waiting: waiting.get(terminal.serialNumber) ?? 0,
    })),
    activity: { since: activity.since, minutes: activity.lastHour(now.getTime()) },
    ...shownCounts(counts),
  }
}

function shownCounts(counts: CommandCounts): Pick<TerminalsView, 'states' | 'countedAtMost'> {
  const entries = Object.entries(counts) as [CommandState, number | '1000+'][]
  const known = entries.filter(([, count]) => count !== 0)
  const isCut = known.some(([, count]) => count === '1000+')
  return {
    states: Object.fromEntries(
      known.map(([state, count]) => [state, count === '1000+' ? MOST_COUNTED : count]),
    ),
    ...(isCut && { countedAtMost: MOST_COUNTED }),
  }
}
