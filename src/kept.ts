// Stored replies and records, and the filters to read them. Types only.
import type { Outcome } from './reply/outcome.js'
import type { CommandReply } from './reply/reply.js'
import type { AttendanceRecord, UploadRecord } from './upload/upload.js'

/** A stored reply, with its arrival time and the outcome of its command. */
export interface KeptReply extends CommandReply, Outcome {
  /** When this reply first came; a duplicate does not change it. */
  receivedAt: Date
}

/** Which stored replies to read. */
export interface KeptReplyFilter {
  /** Those of this terminal. */
  serialNumber?: string
  /** Those with this outcome. */
  outcome?: Outcome['outcome']
  /** Those that came at this moment or later. */
  since?: Date
  /** At most this many, the newest; all by default. */
  limit?: number
}

/** A stored record of an upload, with the terminal that sent it and its first arrival time. */
export type KeptRecord<Kind extends UploadRecord = UploadRecord> = Kind & {
  serialNumber: string
  receivedAt: Date
}

/** A stored attendance record. */
export type KeptAttendance = KeptRecord<AttendanceRecord>

/** A stored line of an upload that is not a valid record. */
export interface KeptLine {
  kind: 'unparsed'
  type: ''
  serialNumber: string
  receivedAt: Date
  /** The line as it came. */
  raw: Buffer
}

/** Which stored records to read. */
export interface KeptRecordFilter {
  /** Those of this terminal. */
  serialNumber?: string
  /** Those that came at this moment or later. */
  since?: Date
  /** Those that came before this moment. */
  before?: Date
  /** At most this many, the newest; all by default. */
  limit?: number
}

/** A stored line of a Command Reply that is not a valid reply. */
export interface KeptReplyLine {
  serialNumber: string
  /** The line as it came. */
  line: Buffer
  receivedAt: Date
}

/** Which stored attendance records to read. */
export interface KeptAttendanceFilter extends KeptRecordFilter {
  /** Those of this day by the terminal's own clock, such as `2026-10-05`. */
  day?: string
}

/** How many settled and old rows were deleted. */
export interface Forgotten {
  /** Commands that are closed, with their replies. */
  commands: number
  /** Attendance records. */
  attendance: number
  /** Other records of uploads. */
  uploads: number
  /** Lines that are not valid replies. */
  unparsed: number
}
