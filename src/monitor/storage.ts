// The calls of storage that the page reads from. Types only.
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type {
  KeptAttendance,
  KeptAttendanceFilter,
  KeptLine,
  KeptRecord,
  KeptRecordFilter,
  KeptReply,
  KeptReplyFilter,
  KeptReplyLine,
} from '../kept.js'
import type { CommandFilter, CommandRecord } from '../queue/storage.js'
import type { Terminal } from '../terminal/storage.js'

/**
 * The calls that the page reads from. `memoryAdapter()`, `mongoAdapter()` and `postgresAdapter()`
 * have all of them. If an adapter lacks an optional call, the page says so where its rows would be.
 */
export interface MonitorStorage<Issued extends IssuedCommand = IssuedCommand> {
  /** Every terminal that ever connected. */
  terminals(): Awaitable<readonly Terminal[]>
  /** One terminal; null or undefined if it never connected. */
  findTerminal(serialNumber: string): Awaitable<Terminal | null | undefined>
  /** Commands, the newest first. */
  commands(filter: CommandFilter, now: Date): Awaitable<readonly CommandRecord<Issued>[]>
  /** Everything known of one command; null or undefined if there is neither a command nor a reply. */
  findRecord(
    serialNumber: string,
    commandId: string,
  ): Awaitable<CommandRecord<Issued> | null | undefined>
  /** The newest replies, in any order. */
  replies?(filter: KeptReplyFilter): Awaitable<readonly KeptReply[]>
  /** The newest lines that are not valid replies, in any order. */
  unparsed?(filter: KeptRecordFilter): Awaitable<readonly KeptReplyLine[]>
  /** Attendance records, the newest first. */
  attendance?(filter: KeptAttendanceFilter): Awaitable<readonly KeptAttendance[]>
  /** Everything else that was uploaded, the newest first. */
  uploads?(filter: KeptRecordFilter): Awaitable<readonly (KeptRecord | KeptLine)[]>
}
