// The cases on storing uploads.
import { type Case, onCapability } from './subject.js'
import { ATTENDANCE_LIST_CASES } from './upload/attendance.js'
import { KEEP_CASES } from './upload/keep.js'
import { UPLOAD_LIST_CASES } from './upload/list.js'
import { QUERY_CASES } from './upload/query.js'
import { RACE_CASES } from './upload/race.js'
import { TABLE_CASES } from './upload/table.js'

/** The cases on uploads, skipped for adapters without that capability. */
export const UPLOAD_CASES: readonly Case[] = onCapability(
  ['onUpload'],
  [
    ...KEEP_CASES,
    ...TABLE_CASES,
    ...RACE_CASES,
    ...QUERY_CASES,
    ...ATTENDANCE_LIST_CASES,
    ...UPLOAD_LIST_CASES,
  ],
)
