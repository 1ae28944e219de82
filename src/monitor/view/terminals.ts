// The view of all terminals, with their activity in the last hour and the states of the last day's
// commands.
import type { CommandState } from '../../queue/storage.js'
import type { ActiveMinute, Activity } from '../activity.js'
import type { MonitorSettings } from '../option.js'
import { commandRow } from './command-row.js'
import { type TerminalRow, terminalRow } from './terminal-row.js'

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
  /** How many commands were counted, if there are more. */
  countedAtMost?: number
}

const DAY = 24 * 60 * 60_000
const MOST_OPEN = 1000
const MOST_COUNTED = 500

/** Reads the view from storage. */
export async function terminalsView(
  settings: MonitorSettings,
  activity: Activity,
  now: Date,
): Promise<TerminalsView> {
  const { adapter } = settings
  const since = new Date(now.getTime() - DAY)
  const [terminals, open, recent] = await Promise.all([
    adapter.terminals(),
    adapter.commands({ state: ['waiting', 'sent'], limit: MOST_OPEN }, now),
    adapter.commands({ since, limit: MOST_COUNTED }, now),
  ])
  const waiting = new Map<string, number>()
  for (const { command } of open) {
    if (command === undefined) continue
    waiting.set(command.serialNumber, (waiting.get(command.serialNumber) ?? 0) + 1)
  }
  const families = new Map(terminals.map(({ serialNumber, family }) => [serialNumber, family]))
  const states: Partial<Record<CommandState, number>> = {}
  for (const record of recent) {
    const { state } = commandRow(record, now, families.get(record.command?.serialNumber ?? ''))
    states[state] = (states[state] ?? 0) + 1
  }
  return {
    terminals: terminals.map((terminal) => ({
      ...terminalRow(terminal, settings, now),
      waiting: waiting.get(terminal.serialNumber) ?? 0,
    })),
    activity: { since: activity.since, minutes: activity.lastHour(now.getTime()) },
    states,
    ...(recent.length >= MOST_COUNTED && { countedAtMost: MOST_COUNTED }),
  }
}
