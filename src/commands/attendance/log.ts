// Attendance records and photos.
import type { BuiltCommand } from '../built.js'
import { type Period, periodQuery } from '../period.js'

export type { Period }

/**
 * Requests the records of a period again, uploaded as ATTLOG (`DATA QUERY ATTLOG`). The rows come
 * before the reply; `Return` may be a count. Most firmware does not name the command in the upload.
 */
export function queryAttendance(selection: Period): BuiltCommand {
  return periodQuery('attendance.queryAttendance', 'DATA QUERY ATTLOG', selection)
}

/** Requests the photos of a period again, uploaded as ATTPHOTO (`DATA QUERY ATTPHOTO`). */
export function queryAttendancePhotos(selection: Period): BuiltCommand {
  return periodQuery('attendance.queryAttendancePhotos', 'DATA QUERY ATTPHOTO', selection)
}

/**
 * Counts the records of a period (`VERIFY SUM ATTLOG`). The reply carries `StartTime`, `EndTime`
 * and `AttlogSum` (newer firmware: `AttlogCount`).
 */
export function countAttendance(selection: Period): BuiltCommand {
  return periodQuery('attendance.countAttendance', 'VERIFY SUM ATTLOG', selection)
}
