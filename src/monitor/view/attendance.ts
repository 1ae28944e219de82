// The view of who came and went on a day.
import type { KeptAttendance, KeptAttendanceFilter } from '../../kept.js'
import { cut } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { newestOf, type Page, pageOf } from '../page.js'
import { type TerminalRow, terminalRows } from './terminal-row.js'

/** An attendance record. Moments are milliseconds. */
export interface AttendanceRow {
  serialNumber: string
  pin: string
  /** By the terminal's clock. */
  time: string
  instant?: number
  status: string
  verify: string
  workCode: string
  receivedAt: number
}

/** The attendance of a day. */
export interface AttendanceView {
  day: string
  /** Missing if storage doesn't list it. */
  list?: Page<AttendanceRow>
  terminals: TerminalRow[]
}

const DAY = /^\d{4}-\d\d-\d\d$/
const LONGEST = 200

/** Reads the view from storage. `day` of the query names the day, `sn` a terminal. */
export async function attendanceView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<AttendanceView> {
  const { adapter } = settings
  const asked = query.get('day') ?? ''
  const day = DAY.test(asked) ? asked : now.toISOString().slice(0, 10)
  const terminals = await terminalRows(settings, now)
  if (adapter.listAttendance === undefined) return { day, terminals }
  const sn = query.get('sn') ?? ''
  const load = async (limit: number) => {
    const filter = { day, ...(sn !== '' && { serialNumber: sn }) }
    const list = (asked: KeptAttendanceFilter) => adapter.listAttendance?.(asked) ?? { rows: [] }
    return (await newestOf(list, filter, limit)).map(attendanceRow)
  }
  const textOf = (row: AttendanceRow) => `${row.pin}\n${row.time}`
  return { day, list: await pageOf(query, load, textOf), terminals }
}

function attendanceRow(record: KeptAttendance): AttendanceRow {
  const { serialNumber, receivedAt, instant } = record
  const texts = [record.pin, record.time, record.status, record.verify, record.workCode]
  const [pin = '', time = '', status = '', verify = '', workCode = ''] = texts.map((text) => {
    return cut(text, LONGEST)
  })
  return {
    ...{ serialNumber, pin, time, status, verify, workCode },
    ...(instant && { instant: instant.getTime() }),
    receivedAt: receivedAt.getTime(),
  }
}
