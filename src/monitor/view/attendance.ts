// The view of who came and went on a day.
import type { KeptAttendanceFilter } from '../../kept.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf } from '../page.js'
import { type PunchRow, punchRow } from './sent.js'
import { type TerminalRow, terminalBook, terminalRows } from './terminal-row.js'
import { terminalPage } from './terminals.js'

/** The attendance of a day. */
export interface AttendanceView {
  day: string
  /** Missing if storage doesn't list it. */
  list?: Page<PunchRow>
  /** The terminals of these records. */
  terminals: TerminalRow[]
  /** Terminals that the words may mean, if they mean several. */
  choices?: TerminalRow[]
}

const MOST_CHOICES = 10

/**
 * Reads the view from storage. `day` of the query names the day, `pin` a person, `sn` a terminal
 * and `q` words of one.
 */
export async function attendanceView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<AttendanceView> {
  const { adapter } = settings
  const day = query.get('day') ?? now.toISOString().slice(0, 10)
  if (adapter.listAttendance === undefined) return { day, terminals: [] }
  const chosen = await terminalIn(settings, query, now)
  const book = terminalBook(settings, now)
  if (chosen.choices !== undefined) {
    return { day, list: { rows: [], isLater: false }, terminals: [], choices: chosen.choices }
  }
  const pin = query.get('pin')
  const filter = {
    day,
    ...(pin !== null && { pin }),
    ...(chosen.serialNumber !== undefined && { serialNumber: chosen.serialNumber }),
  }
  const source = async (asked: KeptAttendanceFilter) => {
    return (await adapter.listAttendance?.({ ...filter, ...asked })) ?? { rows: [] }
  }
  const list = await pageOf(query, [source])
  const rows = list.rows.map(punchRow)
  const terminals = await book(rows.map(({ serialNumber }) => serialNumber))
  return { day, list: { ...list, rows }, terminals: [...terminals.values()] }
}

/** The terminal that a query means by its serial number, or by words that only one terminal has. */
async function terminalIn(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<{ serialNumber?: string; choices?: TerminalRow[] }> {
  const serialNumber = query.get('sn')
  if (serialNumber !== null) return { serialNumber }
  const words = query.get('q')
  if (words === null) return {}
  const { rows } = await terminalPage(settings, new URLSearchParams({ q: words }), now)
  const [first] = rows
  if (rows.length === 1 && first !== undefined) return { serialNumber: first.serialNumber }
  return { choices: await terminalRows(rows.slice(0, MOST_CHOICES), settings, now) }
}
