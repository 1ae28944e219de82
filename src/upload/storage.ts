// The storage calls for uploads. Types only.
import type { Awaitable } from '../endpoint/deadline.js'
import type { PacketRecord, Upload, UploadRecord } from './upload.js'

/**
 * The storage behind the endpoints that take uploads. A plain object; it connects and closes
 * nothing.
 *
 * The terminal forgets what it sent once it has read `OK`, and the endpoint answers that when
 * `onUpload` has settled: settle when the data is safe, reject when it is not, and the terminal sends
 * it again.
 */
export interface UploadStorage {
  /**
   * Stores every record and every unparsed line of an upload, in this order. Delivery is at least
   * once: a line is identified by `lineKey(upload, line)` (serial number, type, bytes), and one
   * that is already stored changes nothing. The same line may also come twice within one upload.
   * `raw` and the lines are views into the request's body: copy them if you keep a few bytes for
   * long.
   *
   * @returns those members of `upload.records` that were new, in the same order; nothing counts as
   * all of them
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: an adapter may return nothing
  onUpload(upload: Upload): Awaitable<readonly UploadRecord[] | void>
  /**
   * Finds the records of kind `packet` that were stored from this terminal under this
   * `upload.commandId`, in the order in which they were stored. Without it, a query's result in
   * several packets stays in storage as it came, and isn't read.
   */
  findPackets?(serialNumber: string, commandId: string): Awaitable<readonly PacketRecord[]>
}
