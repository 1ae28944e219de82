// What storage gives back to people who look at what is kept. Types only.
import type { Outcome } from './reply/outcome.js'
import type { CommandReply } from './reply/reply.js'
import type { AttendanceRecord, UploadRecord } from './upload/upload.js'

/** A reply as it is kept, with when it came and what came of the command. */
export interface KeptReply extends CommandReply, Outcome {
  /** When this reply first came; a duplicate does not change it. */
  receivedAt: Date
}

/** Which of the kept replies to read. */
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

/** A record of an upload as it is kept: with the terminal that sent it, and when it first came. */
export type KeptRecord<Kind extends UploadRecord = UploadRecord> = Kind & {
  serialNumber: string
  receivedAt: Date
}

/** An attendance record as it is kept. */
export type KeptAttendance = KeptRecord<AttendanceRecord>

/** A line of an upload that is not a valid record, as it is kept. */
export interface KeptLine {
  kind: 'unparsed'
  type: ''
  serialNumber: string
  receivedAt: Date
  /** The line as it came. */
  raw: Buffer
}

/** Which of the kept records to read. */
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

/** A line of a Command Reply that is not a valid reply, as it is kept. */
export interface KeptReplyLine {
  serialNumber: string
  /** The line as it came. */
  line: Buffer
  receivedAt: Date
}

/** Which of the kept attendance records to read. */
export interface KeptAttendanceFilter extends KeptRecordFilter {
  /** Those of this day by the terminal's own clock, such as `2026-10-05`. */
  day?: string
}

/** How much was deleted because it is settled and old. */
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
