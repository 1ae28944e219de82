// What storage deletes, and the types of everything that its lists show. Types only.
export type { ListFilter, Page } from './page.js'
export type { KeptLine, KeptReply, KeptReplyFilter } from './reply/storage.js'
export type {
  KeptAttendance,
  KeptAttendanceFilter,
  KeptUpload,
  KeptUploadFilter,
} from './upload/storage.js'

/** How much was deleted. */
export interface Forgotten {
  /** Commands with their replies, and replies to commands nobody issued. */
  commands: number
  /** Attendance records. */
  attendance: number
  /** Other records of uploads. */
  uploads: number
  /** Lines that are not valid replies. */
  unparsed: number
}

/** Whose data to delete. */
export interface ForgottenPerson {
  /** The person's PIN, as text: `007` is not `7`. */
  pin: string
  /** The terminals on which the PIN is this person's: at least one. */
  serialNumbers: readonly string[]
}

/** Storage that can delete what is old, and what is about a person. */
export interface RetentionStorage {
  /**
   * Deletes what was closed, replied or uploaded before this moment, never what is open: in batches
   * of bounded size. It stores the latest such moment: an upload with an earlier time that comes
   * again is stored again, but `onUpload` doesn't return it (see `isForgotten`). Counters of
   * `nextNumbers` stay.
   */
  forget(before: Date): Promise<Forgotten>
  /**
   * Deletes everything about a person (`personOf`, `personIn`): attendance, uploads, photos,
   * commands with their replies, and packets of queries that were joined. Commands that are open
   * are never sent again. In batches of bounded size.
   */
  forgetPerson(person: ForgottenPerson): Promise<Forgotten>
}
