// A terminal's row in a list.
import type { Terminal } from '../../terminal/storage.js'
import type { MonitorSettings } from '../option.js'

/** A terminal. Times are milliseconds. */
export interface TerminalRow {
  serialNumber: string
  /** The name that the app gives it. */
  name?: string
  isOnline: boolean
  firstSeenAt: number
  lastSeenAt: number
  family?: string
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
export function terminalRow(
  { options: _, stamps: __, firstSeenAt, lastSeenAt, ...facts }: Terminal,
  { silentAfter, ...settings }: MonitorSettings,
  now: Date,
): TerminalRow {
  const name = settings.nameOf(facts.serialNumber)
  const zone = settings.zoneOf(facts.serialNumber)
  return {
    ...facts,
    ...(name !== undefined && { name: String(name) }),
    ...(zone !== undefined && { zone }),
    isOnline: now.getTime() - lastSeenAt.getTime() <= silentAfter,
    firstSeenAt: firstSeenAt.getTime(),
    lastSeenAt: lastSeenAt.getTime(),
  }
}
