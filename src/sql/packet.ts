// Packets of a query's result: found as whole sets, by their sizes first.
import { sumOf } from '../upload/packet.js'
import type { PacketSet } from '../upload/storage.js'
import type { PacketRecord } from '../upload/upload.js'
import { marks, type Row, read, type Steps, write } from './step.js'
import { bytes, serial, unpack } from './text.js'
import { packetSet } from './upload-row.js'

const IDS_AT_ONCE = 100

// Of two with one number the one that was stored last.
const LATEST = `
  SELECT MAX(position) AS place FROM iclock_uploads
  WHERE serial_number = ? AND packet_set = ? AND packet_index BETWEEN 1 AND ? GROUP BY packet_index`

/** Finds a whole set of packets: see `UploadStorage.findPackets`. */
export function* findPackets(
  serialNumber: string,
  commandId: string,
  { table, count, maxBytes }: PacketSet,
): Steps<PacketRecord[] | number> {
  const set = packetSet(commandId, { table, count })
  const chosen = yield* read(
    `SELECT position, size FROM iclock_uploads JOIN (${LATEST}) AS latest ON position = place ORDER BY packet_index LIMIT ?`,
    ...[serial(serialNumber), set, count, count],
  )
  const size = chosen.reduce((sum, row) => sum + Number(row.size), 0)
  if (chosen.length < count) return []
  if (size > maxBytes) return size
  const packets: PacketRecord[] = []
  for (let start = 0; start < chosen.length; start += IDS_AT_ONCE) {
    const ids = chosen.slice(start, start + IDS_AT_ONCE).map((row) => Number(row.position))
    const rows = yield* read(
      `SELECT packet_index, raw, raw_tail FROM iclock_uploads WHERE position IN (${marks(ids.length)}) ORDER BY packet_index`,
      ...ids,
    )
    for (const row of rows) {
      const index = Number(row.packet_index)
      packets.push({ kind: 'packet', type: 'packet', table, index, count, raw: wholeOf(row) })
    }
  }
  // One was deleted meanwhile.
  return packets.length < count ? [] : packets
}

/** Adds up the lines of a whole set of packets: see `UploadStorage.sumPackets`. */
export function* sumPackets(
  serialNumber: string,
  commandId: string,
  { table, count }: Omit<PacketSet, 'maxBytes'>,
): Steps<number | undefined> {
  const own = [serial(serialNumber), packetSet(commandId, { table, count }), count]
  const [found] = yield* read(`SELECT COUNT(*) AS known FROM (${LATEST}) AS latest`, ...own)
  if (Number(found?.known) < count) return undefined
  const rows = yield* read(
    `SELECT record FROM iclock_uploads JOIN (${LATEST}) AS latest ON position = place LIMIT ?`,
    ...[...own, count],
  )
  if (rows.length < count) return undefined
  return sumOf(rows.map(({ record }) => unpack(record) as { lines?: number }))
}

/** The bytes of both pieces of a line. */
export function wholeOf({ raw, raw_tail }: Row): Buffer {
  const head = bytes(raw)
  return raw_tail === null ? head : Buffer.concat([head, bytes(raw_tail)])
}

const NEXT_SET = `
  SELECT packet_set, packet_count, COUNT(DISTINCT packet_index) AS found FROM iclock_uploads
  WHERE serial_number = ? AND packet_set > ? GROUP BY packet_set, packet_count ORDER BY packet_set LIMIT 1`

/**
 * Deletes the packets of a terminal of which a set is whole: they were joined, and their rows are
 * records of their own.
 */
export function* forgetJoined(serialNumber: string): Steps<number> {
  let [deleted, set] = [0, '']
  for (;;) {
    const [next] = yield* read(NEXT_SET, serial(serialNumber), set)
    if (next === undefined) return deleted
    set = String(next.packet_set)
    if (Number(next.found) < Number(next.packet_count)) continue
    deleted += yield* write(
      'DELETE FROM iclock_uploads WHERE serial_number = ? AND packet_set = ?',
      ...[serial(serialNumber), set],
    )
  }
}
