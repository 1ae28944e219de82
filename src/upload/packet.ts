// Results of queries that come in several packets. Pure.
import type { PacketRecord, Upload } from './upload.js'

const MOST_PACKETS = 1000
// Larger results stay in their packets.
const MOST_JOINED = 64 * 1024 * 1024

/**
 * The body of an upload as a packet; undefined if it is a whole upload, or has no command id to
 * join packets by.
 */
export function packetOf(
  { packet, commandId, body }: Pick<Upload, 'packet' | 'commandId' | 'body'>,
  table: string,
): PacketRecord | undefined {
  if (packet === undefined || commandId === undefined) return undefined
  const { index, count } = packet
  const isPart = count > 1 && count <= MOST_PACKETS && index >= 1 && index <= count
  return isPart ? { kind: 'packet', type: 'packet', table, index, count, raw: body } : undefined
}

/**
 * The joined body of packets, in the order of their numbers; undefined while one is missing.
 *
 * @param packets the stored ones, in the order in which they came; of two with the same number, the
 * later counts
 */
export function joinPackets(
  packets: readonly PacketRecord[],
  { table, count }: Pick<PacketRecord, 'table' | 'count'>,
): Buffer | undefined {
  const bodies = new Map<number, Buffer>()
  for (const packet of packets) {
    if (packet.table === table && packet.count === count) bodies.set(packet.index, packet.raw)
  }
  let size = 0
  const ordered: Buffer[] = []
  for (let index = 1; index <= count; index++) {
    const body = bodies.get(index)
    if (body === undefined) return undefined
    ordered.push(body)
    size += body.length
  }
  return size > MOST_JOINED ? undefined : Buffer.concat(ordered)
}
