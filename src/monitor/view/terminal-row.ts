// A terminal's row in a list.
import type { Family } from '../../reply/outcome.js'
import { isOnline } from '../../terminal/online.js'
import type { TerminalSummary } from '../../terminal/storage.js'
import type { MonitorSettings } from '../option.js'

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
  /** How many seconds its clock was ahead, or behind if negative. */
  clockDrift?: number
  /** When that showed. */
  clockDriftAt?: number
}

// An app's own adapter may answer more, which is nobody's business in a browser.
const SHOWN: readonly (keyof TerminalRow & keyof TerminalSummary)[] = [
  ...(['family', 'firmware', 'model', 'address', 'pushVersion'] as const),
  ...(['users', 'fingers', 'faces', 'records', 'utcOffset', 'clockDrift'] as const),
]

/** Creates the rows of terminals, with their state at a moment. */
export async function terminalRows(
  terminals: readonly TerminalSummary[],
  { silentAfter, ...settings }: MonitorSettings,
  now: Date,
): Promise<TerminalRow[]> {
  const names = await settings.namesOf(terminals.map(({ serialNumber }) => serialNumber))
  const rows = terminals.map(async (terminal) => {
    const { serialNumber, firstSeenAt, lastSeenAt, clockDriftAt } = terminal
    const facts = SHOWN.filter((fact) => terminal[fact] !== undefined)
    const name = names.get(serialNumber)
    const zone = await settings.zoneOf(serialNumber)
    return {
      serialNumber,
      ...Object.fromEntries(facts.map((fact) => [fact, terminal[fact]])),
      ...(name !== undefined && { name }),
      ...(zone !== undefined && { zone }),
      isOnline: isOnline({ lastSeenAt }, { now, silentAfter }),
      firstSeenAt: firstSeenAt.getTime(),
      lastSeenAt: lastSeenAt.getTime(),
      ...(clockDriftAt !== undefined && { clockDriftAt: clockDriftAt.getTime() }),
    }
  })
  return Promise.all(rows)
}

/** Adds terminals to those known, in one statement, and returns all that are known. */
export type TerminalBook = (
  serialNumbers: readonly string[],
) => Promise<ReadonlyMap<string, TerminalRow>>

/** Creates a book of the terminals that a view names. */
export function terminalBook(settings: MonitorSettings, now: Date): TerminalBook {
  const known = new Map<string, TerminalRow>()
  return async (serialNumbers) => {
    const missing = [...new Set(serialNumbers)].filter((one) => !known.has(one))
    if (missing.length === 0) return known
    const filter = { serialNumbers: missing, limit: missing.length }
    const { rows } = await settings.adapter.listTerminals(filter)
    for (const row of await terminalRows(rows, settings, now)) known.set(row.serialNumber, row)
    return known
  }
}
