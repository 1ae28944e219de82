// Packets of a query's result: found as whole sets, by their sizes first.
import type { Promised } from '../promised.js'
import { sumOf } from '../upload/packet.js'
import type { UploadStorage } from '../upload/storage.js'
import type { PacketRecord } from '../upload/upload.js'
import { joined } from './cut.js'
import type { MongoCollection } from './driver.js'
import { findByIds } from './read.js'
import type { LineDocument } from './upload.js'
import { deleteInBatches } from './write.js'

const PAGE = 1000
/** What makes packets a set, in the order of their index. */
const SET = ['commandId', 'table', 'count'] as const

type Packet = Pick<Required<LineDocument>, '_id' | 'index' | 'size'> & Pick<LineDocument, 'lines'>
type PacketSet = Pick<Required<LineDocument>, (typeof SET)[number]>

/** Finds a whole set of packets: see `UploadStorage.findPackets`. */
export function packetsOn(uploads: MongoCollection): Promised<UploadStorage>['findPackets'] {
  return async (serialNumber, commandId, { table, count, maxBytes }) => {
    const chosen = await latestOfEach(uploads, serialNumber, { commandId, table, count })
    const bytes = chosen.reduce((sum, { size }) => sum + size, 0)
    if (chosen.length < count) return []
    if (bytes > maxBytes) return bytes
    const ids = chosen.map(({ _id }) => _id)
    const found = await findByIds<LineDocument>(uploads, ids, { raw: 1, rawTail: 1, index: 1 })
    // One was deleted meanwhile.
    if (found.length < count) return []
    return found
      .map((document): PacketRecord => {
        const { index = 0 } = document
        return { kind: 'packet', type: 'packet', table, index, count, raw: joined(document) }
      })
      .sort((one, other) => one.index - other.index)
  }
}

/** Adds up the lines of a whole set of packets: see `UploadStorage.sumPackets`. */
export function sumsOn(uploads: MongoCollection): Promised<UploadStorage>['sumPackets'] {
  return async (serialNumber, commandId, { table, count }) => {
    const packets = await latestOfEach(uploads, serialNumber, { commandId, table, count })
    return packets.length < count ? undefined : sumOf(packets)
  }
}

/**
 * Deletes the packets of a terminal of which a set is whole: they were joined, and their rows are
 * records of their own.
 */
export async function forgetJoined(
  uploads: MongoCollection,
  serialNumber: string,
): Promise<number> {
  const sort = { commandId: 1, table: 1, count: 1, index: 1 }
  const options = { sort, limit: 1, projection: { commandId: 1, table: 1, count: 1 } }
  let deleted = 0
  let after = {}
  for (;;) {
    const next = { serialNumber, kind: 'packet', ...after }
    const [set] = (await uploads.find(next, options).toArray()) as PacketSet[]
    if (set === undefined) return deleted
    const { commandId, table, count } = set
    const whole = { serialNumber, kind: 'packet', commandId, table, count }
    if ((await latestOfEach(uploads, serialNumber, set)).length === count) {
      deleted += await deleteInBatches(uploads, whole, { index: 1 })
    }
    after = {
      $or: [
        { commandId: { $gt: commandId } },
        { commandId, table: { $gt: table } },
        { commandId, table, count: { $gt: count } },
      ],
    }
  }
}

/** For each index the packet that was stored last, without its bytes; none after a gap. */
async function latestOfEach(
  uploads: MongoCollection,
  serialNumber: string,
  { commandId, table, count }: PacketSet,
): Promise<Packet[]> {
  const chosen: Packet[] = []
  for (;;) {
    const before = chosen.length
    const index = { $gt: before, $lte: count }
    const sort = { index: 1, receivedAt: -1, place: -1 }
    const options = { sort, limit: PAGE, projection: { index: 1, size: 1, lines: 1 } }
    const filter = { serialNumber, kind: 'packet', commandId, table, count, index }
    for (const packet of (await uploads.find(filter, options).toArray()) as Packet[]) {
      if (packet.index === chosen.length + 1) chosen.push(packet)
    }
    // A gap, or the end.
    if (chosen.length === before || chosen.length === count) return chosen
  }
}
