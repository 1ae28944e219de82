// Results of queries that come in several packets.
import { setImmediate as turn } from 'node:timers/promises'
import { isWhole, quoted } from '../check.js'
import { misanswered, shapeOf } from '../reply/found.js'
import { lineEndsOf, linesOf } from './size.js'
import type { PacketSet } from './storage.js'
import { isText } from './text.js'
import type { PacketRecord, Upload } from './upload.js'

const MOST_PACKETS = 1000
/** How many bytes packets may have together; what is larger stays in its packets. */
export const MOST_JOINED: number = 64 * 1024 * 1024

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
  if (!isPart) return undefined
  const lines = isText(body) ? { lines: index === count ? linesOf(body) : lineEndsOf(body) } : {}
  return { kind: 'packet', type: 'packet', table, index, count, ...lines, raw: body }
}

/** The lines of a set of packets together; undefined if one of them has none. */
export function sumOf(packets: readonly { lines?: unknown }[]): number | undefined {
  let sum = 0
  for (const { lines } of packets) {
    if (typeof lines !== 'number') return undefined
    sum += lines
  }
  return sum
}

/** @throws IclockError `STORAGE_MISMATCH` if it isn't what `sumPackets` answers */
export function checkSum(sum: number): void {
  if (isWhole(sum, 0, Number.MAX_SAFE_INTEGER)) return
  throw misanswered(
    'sumPackets',
    shapeOf(sum),
    'the number of lines, or nothing if a packet is missing or has no lines',
  )
}

/**
 * The body that packets make together; their number of bytes if that is more than `maxBytes`;
 * undefined if they are not the whole set.
 *
 * @param packets what `findPackets` found
 * @throws IclockError `STORAGE_MISMATCH` if it is no answer to that
 */
export async function joinPackets(
  packets: readonly PacketRecord[] | number,
  { table, count, maxBytes }: PacketSet,
): Promise<Buffer | number | undefined> {
  if (typeof packets === 'number' && packets > maxBytes) return packets
  if (!Array.isArray(packets)) {
    throw misanswered(
      'findPackets',
      shapeOf(packets),
      `an array of packets, empty if one is missing; or their bytes if they have more than ${maxBytes}`,
    )
  }
  if (packets.length === 0) return undefined
  const isSet =
    packets.length === count &&
    packets.every((packet, place) => {
      return packet.index === place + 1 && packet.count === count && packet.table === table
    })
  const size = packets.reduce((sum, { raw }) => sum + raw.length, 0)
  if (!isSet || size > maxBytes) {
    throw misanswered(
      'findPackets',
      `${packets.length} packets of ${size} bytes`,
      `those of table ${quoted(table)} from 1 to ${count}, in order, of at most ${maxBytes} bytes; or none; or a number of bytes`,
    )
  }
  const whole = Buffer.allocUnsafe(size)
  let at = 0
  for (const { raw } of packets) {
    // Copying 64 MB at once would hold up other requests.
    await turn()
    at += raw.copy(whole, at)
  }
  return whole
}
