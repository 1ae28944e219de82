// The storage calls for uploads. Types only.
import type { Awaitable } from '../endpoint/deadline.js'
import type { ListFilter, Page } from '../page.js'
import type { AttendanceRecord, PacketRecord, Upload, UploadRecord } from './upload.js'

/** What a list shows of an attendance record. Long columns are cut at 300 characters. */
export type KeptAttendance = Omit<AttendanceRecord, 'kind' | 'type' | 'rest' | 'raw'> & {
  serialNumber: string
  /** When it first came. */
  receivedAt: Date
}

/** Which of the stored attendance records to list. Without members: all, the newest first. */
export interface KeptAttendanceFilter extends ListFilter {
  /** Those of this person. */
  pin?: string
  /** Those of this day by the terminal's own clock, such as `2026-10-05`. */
  day?: string
}

/** What a list shows of anything else that was uploaded. */
export interface KeptUpload {
  serialNumber: string
  /** What it is; `unparsed` is a line that is not a valid record. */
  kind: Exclude<UploadRecord['kind'], 'attendance'> | 'unparsed'
  /** The record's type, such as `user`; of an unparsed line its table, such as `attlog`. */
  type: string
  /** When it first came. */
  receivedAt: Date
  /** The person it is about: see `personOf`. */
  pin?: string
  /** The moment that it is about, if that is known. */
  instant?: Date
  /** How many bytes it has. */
  size: number
  /** The first 400 bytes as they came. */
  raw: Buffer
}

/** Which of the stored uploads to list. Without members: all, the newest first. */
export interface KeptUploadFilter extends ListFilter {
  /** Those of this kind. */
  kind?: KeptUpload['kind']
  /** Those of this type. */
  type?: string
  /** Those about this person. */
  pin?: string
}

/** Which packets of a query's result to find. */
export interface PacketSet {
  /** The table of their rows, in lower case, compared exactly. */
  table: string
  /** `packcnt`: how many packets the result has. */
  count: number
  /** How many bytes they may have together. */
  maxBytes: number
}

/**
 * The storage behind the endpoints that take uploads. A plain object; it connects and closes
 * nothing.
 *
 * The terminal forgets what it sent once it has read `OK`, and the endpoint answers that when
 * `onUpload` has settled: settle when the data is safe, reject when it is not, and the terminal
 * sends it again.
 */
export interface UploadStorage {
  /**
   * Stores every record and every unparsed line of an upload, in this order. Delivery is at least
   * once: a line is identified by `lineKey(upload, line)` (serial number, type or
   * table, bytes), and one that is already stored changes nothing. The same line may also come twice within one upload.
   * `raw` and the lines are views into the request's body: copy them if you keep a few bytes for
   * long.
   *
   * @returns those members of `upload.records` that were new, in the same order, without those that
   *   `forget` may have deleted before (`isForgotten`); nothing counts as all of them
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: an adapter may return nothing
  onUpload(upload: Upload): Awaitable<readonly UploadRecord[] | void>
  /**
   * Finds a whole set of packets: of the records of kind `packet` that were stored from this terminal
   * under this `upload.commandId`, those with this table and this count, one for each index from 1
   * to `count`, in that order; of two with one index the one that was stored last.
   *
   * An empty list if an index is missing. If they have more than `maxBytes` together, the number of
   * their bytes: storage finds that out without reading the packets. Without this call a query's
   * result that came in several packets stays in storage as it came, and isn't read.
   */
  findPackets?(
    serialNumber: string,
    commandId: string,
    set: PacketSet,
  ): Awaitable<readonly PacketRecord[] | number>
  /**
   * Adds up the `lines` of the packets that `findPackets` would find, however large they are, without
   * reading their bytes. Null or undefined if a packet is missing, or has no `lines`. Without this
   * call a result of more than 64 MB concludes no query.
   */
  sumPackets?(
    serialNumber: string,
    commandId: string,
    set: Omit<PacketSet, 'maxBytes'>,
  ): Awaitable<number | null | undefined>
  /**
   * Lists attendance records for people, the newest first: by `receivedAt`, of one moment the one
   * that came last is first.
   *
   * @throws TypeError if the filter has a member that it doesn't know
   */
  listAttendance?(filter: KeptAttendanceFilter): Awaitable<Page<KeptAttendance>>
  /**
   * Counts the attendance records of days by the terminals' own clocks, such as `2026-10-05`: at most
   * 31 days, in their order, of all terminals. Each is counted to 10,000; 10,001 stands for more.
   *
   * @throws TypeError if one is not a day, or there are more than 31
   */
  countAttendance?(days: readonly string[]): Awaitable<readonly number[]>
  /**
   * Lists everything else that was uploaded, likewise.
   *
   * @throws TypeError if the filter has a member that it doesn't know
   */
  listUploads?(filter: KeptUploadFilter): Awaitable<Page<KeptUpload>>
}
