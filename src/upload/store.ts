// Passes uploads to storage, and joins packets.
import type { Deadline } from '../endpoint/deadline.js'
import { checkSum, joinPackets } from './packet.js'
import type { UploadStorage } from './storage.js'
import type { PacketRecord, Upload, UploadRecord } from './upload.js'

/**
 * Settles when storage has every line of an upload.
 *
 * @returns those of its records that were new
 */
export async function keepUpload(
  upload: Upload,
  adapter: UploadStorage,
  deadline: Deadline,
): Promise<readonly UploadRecord[]> {
  const { records, unparsed } = upload
  if (records.length === 0 && unparsed.length === 0) return records
  const fresh = await deadline.wait(adapter.onUpload(upload))
  return Array.isArray(fresh) ? fresh : records
}

/**
 * How many lines the packets of a whole result have, without reading them; undefined if storage
 * can't say.
 */
export async function linesOf(
  { serialNumber, commandId = '' }: Upload,
  { table, count }: PacketRecord,
  adapter: UploadStorage,
  deadline: Deadline,
): Promise<number | undefined> {
  const sum = await deadline.wait(adapter.sumPackets?.(serialNumber, commandId, { table, count }))
  if (sum === null || sum === undefined) return undefined
  checkSum(sum)
  return sum
}

/**
 * Joins the packets of a result, if storage has all of them: every process of an app may receive
 * another one, so whichever completes them does so.
 *
 * @returns the body of the whole result; how many bytes it has if they are more than `maxBytes`;
 *   undefined while packets are missing
 */
export async function findWhole(
  upload: Upload,
  packet: PacketRecord,
  maxBytes: number,
  adapter: UploadStorage,
  deadline: Deadline,
): Promise<Buffer | number | undefined> {
  if (adapter.findPackets === undefined) return undefined
  const { serialNumber, commandId = '' } = upload
  const set = { table: packet.table, count: packet.count, maxBytes }
  const kept = await deadline.wait(adapter.findPackets(serialNumber, commandId, set))
  return joinPackets(kept, set)
}
