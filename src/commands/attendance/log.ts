// Attendance records and photos.
import { type BuiltCommand, QUERY } from '../built.js'
import { type BuilderName, build } from '../line.js'
import { refused } from '../refusal.js'
import { required } from '../shape.js'
import { time } from '../time.js'

/** A period in the terminal's local time, both ends included. */
export interface Period {
  /** `StartTime`, `YYYY-MM-DD hh:mm:ss`. */
  from: string
  /** `EndTime`, `YYYY-MM-DD hh:mm:ss`. */
  to: string
}

function period(builder: BuilderName, head: string, selection: Period): BuiltCommand {
  const fields = [required('StartTime', 'from', time()), required('EndTime', 'to', time())]
  const command = build(builder, { head, fields, nature: QUERY }, selection)
  const { from, to } = selection
  if (from <= to) return command
  throw refused(builder, 'to', `is ${to}; expected a time from ${from} on`)
}

/**
 * Requests the records of a period again, uploaded as ATTLOG (`DATA QUERY ATTLOG`). The rows come
 * before the reply; `Return` may be a count. Most firmware does not name the command in the upload.
 */
export function queryAttendance(selection: Period): BuiltCommand {
  return period('attendance.queryAttendance', 'DATA QUERY ATTLOG', selection)
}

/** Requests the photos of a period again, uploaded as ATTPHOTO (`DATA QUERY ATTPHOTO`). */
export function queryAttendancePhotos(selection: Period): BuiltCommand {
  return period('attendance.queryAttendancePhotos', 'DATA QUERY ATTPHOTO', selection)
}

/**
 * Counts the records of a period (`VERIFY SUM ATTLOG`). The reply carries `StartTime`, `EndTime`
 * and `AttlogSum` (newer firmware: `AttlogCount`).
 */
export function countAttendance(selection: Period): BuiltCommand {
  return period('attendance.countAttendance', 'VERIFY SUM ATTLOG', selection)
}
