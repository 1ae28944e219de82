// A terminal's row in a list.
import type { Family } from '../../reply/outcome.js'
import type { TerminalFilter, TerminalSummary } from '../../terminal/storage.js'
import type { MonitorSettings } from '../option.js'
import { newestOf } from '../page.js'

/** A terminal. Times are milliseconds. */
export interface TerminalRow {
  serialNumber: string
  /** The name that the app gives it. */
  name?: string
  isOnline: boolean
  firstSeenAt: number
  lastSeenAt: number
  family?: Family
  firmware?: string
  model?: string
  address?: string
  pushVersion?: string
  users?: number
  fingers?: number
  faces?: number
  records?: number
  /** The zone of its clock, from the app. */
  zone?: string
  /** The offset of its clock in minutes east of UTC, as last sent to it. */
  utcOffset?: number
}

/** Creates the row of a terminal, with its state at a moment. */
export async function terminalRow(
  { firstSeenAt, lastSeenAt, familyRank: _, ...facts }: TerminalSummary,
  { silentAfter, ...settings }: MonitorSettings,
  now: Date,
): Promise<TerminalRow> {
  const name = settings.nameOf(facts.serialNumber)
  const zone = await settings.zoneOf(facts.serialNumber)
  return {
    ...facts,
    ...(name !== undefined && { name: String(name) }),
    ...(zone !== undefined && { zone }),
    isOnline: now.getTime() - lastSeenAt.getTime() <= silentAfter,
    firstSeenAt: firstSeenAt.getTime(),
    lastSeenAt: lastSeenAt.getTime(),
  }
}

const MOST = 2000

/** The rows of all terminals. */
export async function terminalRows(settings: MonitorSettings, now: Date): Promise<TerminalRow[]> {
  const list = (filter: TerminalFilter) => settings.adapter.listTerminals(filter)
  const terminals = await newestOf(list, {}, MOST)
  return Promise.all(terminals.map((one) => terminalRow(one, settings, now)))
}
