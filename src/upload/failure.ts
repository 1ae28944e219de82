// Settles the commands that an upload says have failed.
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import type { CommandReply, ParsedReplies } from '../reply/reply.js'
import { failureOf } from './report.js'
import type { Upload, UploadRecord } from './upload.js'

/** What settling needs of storage. */
export interface FailureStorage {
  /** Stores replies that came in an upload; undefined if the adapter can't. */
  keepReplies:
    | ((parsed: ParsedReplies, serialNumber: string, deadline: Deadline) => Awaitable<void>)
    | undefined
  /** Whether a command already has a reply; false if the adapter can't tell. */
  isAnswered(serialNumber: string, commandId: string): Awaitable<boolean>
}

/**
 * Keeps the failures that lines of `ERRORLOG` report as replies.
 *
 * @param fresh those of the upload's records that were new
 */
export async function settleFailures(
  { serialNumber, records }: Upload,
  fresh: readonly UploadRecord[],
  { keepReplies, isAnswered }: FailureStorage,
  deadline: Deadline,
): Promise<void> {
  if (keepReplies === undefined) return
  const failures = new Map<UploadRecord, CommandReply>()
  for (const record of records) {
    const failure = failureOf(record, serialNumber)
    if (failure !== undefined) failures.set(record, failure)
  }
  if (failures.size === 0) return
  const isNew = new Set(fresh)
  const replies: CommandReply[] = []
  for (const [record, failure] of failures) {
    // A terminal that sends its memory again must not overrule replies that came since. But a line
    // that isn't new may be one whose command couldn't be settled at the time.
    const isDue =
      isNew.has(record) || !(await deadline.wait(isAnswered(serialNumber, failure.commandId)))
    if (isDue) replies.push(failure)
  }
  if (replies.length > 0) await keepReplies({ replies, unparsed: [] }, serialNumber, deadline)
}
