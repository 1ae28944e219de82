// Who came and went, of time clocks and of doors, in one list.
import type { KeptAttendance, KeptAttendanceFilter, KeptUpload } from '../../kept.js'
import { listedPunchOf } from '../../punch/listed.js'
import type { Punch } from '../../punch/punch.js'
import { cut } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { type Choice, type Page, pageOf, type Source } from '../page.js'
import type { MonitorStorage } from '../storage.js'

/** A person at a terminal. Moments are milliseconds. */
export interface PunchRow {
  serialNumber: string
  pin: string
  /** The person's name. */
  person?: string
  /** By the terminal's clock. */
  time: string
  instant?: number
  status: string
  direction: Punch['direction']
  /** How the person was verified: any of these ways, each with everything that was checked. */
  ways: readonly (readonly string[])[]
  workCode?: string
  /** The number of the door, and what happened there. */
  door?: string
  event?: string
  /** False if the person was refused. */
  granted?: boolean
  /** When it first came. */
  at: number
}

/** Whose punches, of which terminal, on which day by the terminals' clocks. */
export type PunchScope = Pick<
  KeptAttendanceFilter,
  'serialNumber' | 'pin' | 'day' | 'since' | 'before'
>

const LONGEST = 150
const HOUR = 60 * 60_000
const DOOR_TABLES = ['rtlog', 'transaction'] as const

/** A page of punches, the last received first; undefined if storage doesn't list attendance. */
export async function punchPage(
  settings: MonitorSettings,
  scope: PunchScope,
  query: URLSearchParams,
): Promise<Page<PunchRow> | undefined> {
  const { adapter } = settings
  if (adapter.listAttendance === undefined) return undefined
  return pageOf(query, punchSources(adapter, scope), choiceOf(scope))
}

/** The lists of storage that have punches. Those of doors have other rows among them. */
export function punchSources(
  adapter: MonitorStorage,
  { day, ...scope }: PunchScope,
): Source<PunchRow>[] {
  const clocks: Source<PunchRow> = async (asked) => {
    const filter = { ...scope, ...(day !== undefined && { day }), ...asked }
    const { rows, ...rest } = (await adapter.listAttendance?.(filter)) ?? { rows: [] }
    return { ...rest, rows: rows.flatMap(punchRows) }
  }
  if (adapter.listUploads === undefined) return [clocks]
  const doors = DOOR_TABLES.map((type): Source<PunchRow> => {
    return async (asked) => {
      const filter = { ...scope, ...(day !== undefined && around(day)), type, ...asked }
      const { rows, ...rest } = (await adapter.listUploads?.(filter)) ?? { rows: [] }
      return { ...rest, rows: rows.flatMap(punchRows) }
    }
  })
  return [clocks, ...doors]
}

/** Chooses the rows of a day: storage finds door events only by when they came. */
export function choiceOf({ day }: PunchScope): Choice<PunchRow> {
  return {
    ...(day !== undefined && { matches: ({ time }) => time.startsWith(day) }),
    isBefore: (row, other) => row.at >= other.at,
  }
}

// From the beginning of a day anywhere on Earth until half a day after its end anywhere.
function around(day: string): { since: Date; before: Date } {
  const start = new Date(`${day}T00:00:00Z`).getTime()
  return { since: new Date(start - 14 * HOUR), before: new Date(start + 48 * HOUR) }
}

function punchRows(kept: KeptAttendance | KeptUpload): PunchRow[] {
  const punch = listedPunchOf(kept)
  // Doors also report what nobody did.
  if (punch?.pin === undefined) return []
  const { serialNumber, pin, time, instant, status, direction, verification, granted } = punch
  const { code, ways } = verification
  const { workCode, door = punch.reader, event } = punch
  const row: PunchRow = {
    serialNumber,
    pin: cut(pin, LONGEST),
    time: cut(time, LONGEST),
    ...(instant && { instant: instant.getTime() }),
    status: cut(status, LONGEST),
    direction,
    ways: ways.length > 0 ? ways : [[cut(code, LONGEST)]],
    ...(workCode !== undefined && { workCode: cut(workCode, LONGEST) }),
    ...(door !== undefined && { door: cut(door, LONGEST) }),
    ...(event && { event: cut(event.words ?? event.code, LONGEST) }),
    ...(granted === false && { granted }),
    at: kept.receivedAt.getTime(),
  }
  return [row]
}
