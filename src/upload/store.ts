// Passes uploads to storage, and joins packets.
import type { Deadline } from '../endpoint/deadline.js'
import { joinPackets, MOST_JOINED } from './packet.js'
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
 * Settles when storage has a packet. Every process of an app may receive another one, so they are
 * kept one by one, and joined from storage by whichever completes them.
 *
 * @returns the body of the whole result; undefined while packets are missing
 */
export async function keepPacket(
  upload: Upload,
  packet: PacketRecord,
  adapter: UploadStorage,
  deadline: Deadline,
): Promise<Buffer | undefined> {
  await keepUpload({ ...upload, records: [packet], unparsed: [] }, adapter, deadline)
  if (adapter.findPackets === undefined) return undefined
  const { serialNumber, commandId = '' } = upload
  const set = { table: packet.table, count: packet.count, maxBytes: MOST_JOINED }
  const kept = await deadline.wait(adapter.findPackets(serialNumber, commandId, set))
  return joinPackets(kept, set)
}
