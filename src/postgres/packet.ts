// Packets of a query's result: found as whole sets, by their sizes first.
import type { Promised } from '../promised.js'
import type { PacketSet, UploadStorage } from '../upload/storage.js'
import type { Database } from './query.js'
import { digestOf } from './text.js'

// Packets come in order: while the set is not complete, its last one is missing.
const LATEST = `
  WITH latest AS MATERIALIZED (
    SELECT number, line_key, size, lines FROM generate_series(1, $3::integer) AS number
    CROSS JOIN LATERAL (SELECT line_key, octet_length(raw) AS size, (record ->> 'lines')::bigint AS lines FROM :schema.uploads
      WHERE serial_number = $1 AND packet_set = $2 AND packet_index = number ORDER BY position DESC LIMIT 1) AS packet
    WHERE NOT EXISTS (SELECT FROM generate_series($3::integer, 1, -1) AS missing
      WHERE (SELECT true FROM :schema.uploads
        WHERE serial_number = $1 AND packet_set = $2 AND packet_index = missing LIMIT 1) IS NULL)
  )`

const FIND_SET = `${LATEST}
  SELECT json_build_array(line_key, size)::text AS row FROM latest ORDER BY number`

const SUM_SET = `${LATEST}
  SELECT sum(lines)::text AS row FROM latest HAVING count(lines) = $3::integer`

const READ_PACKETS = `
  SELECT json_build_array(line_key, encode(raw, 'base64'))::text AS row FROM :schema.uploads
  WHERE serial_number = $1 AND line_key = ANY ($2::text[])`

// On their way, bytes are text: at most this many at a time.
const MOST_BYTES = 4 * 1024 * 1024

/** Finds a whole set of packets: see `UploadStorage.findPackets`. */
export function packetsOn(database: Database): Promised<UploadStorage>['findPackets'] {
  return async (serialNumber, commandId, { table, count, maxBytes }) => {
    const set = packetSetOf(commandId, { table, count })
    const found = await database.rows<[key: string, size: number]>(FIND_SET, [
      serialNumber,
      set,
      count,
    ])
    const bytes = found.reduce((sum, [, size]) => sum + size, 0)
    if (bytes > maxBytes) return bytes
    const raws = new Map<string, Buffer>()
    for (const keys of inParts(found)) {
      const rows = await database.rows<[string, string]>(READ_PACKETS, [serialNumber, keys])
      for (const [key, raw] of rows) raws.set(key, Buffer.from(raw, 'base64'))
    }
    // One may have been deleted meanwhile.
    if (raws.size < found.length) return []
    return found.map(([key], place) => {
      const packet = { kind: 'packet', type: 'packet', table, index: place + 1, count } as const
      return { ...packet, raw: raws.get(key) as Buffer }
    })
  }
}

/** Adds up the lines of a whole set of packets: see `UploadStorage.sumPackets`. */
export function sumsOn(database: Database): Promised<UploadStorage>['sumPackets'] {
  return async (serialNumber, commandId, set) => {
    const values = [serialNumber, packetSetOf(commandId, set), set.count]
    const [sum] = await database.rows<number>(SUM_SET, values)
    return sum
  }
}

function inParts(found: readonly [key: string, size: number][]): string[][] {
  const parts: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const [key, size] of found) {
    if (bytes + size > MOST_BYTES) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(key)
    bytes += size
  }
  return parts
}

/** What packets of one result have in common. */
export function packetSetOf(
  commandId: string,
  { table, count }: Omit<PacketSet, 'maxBytes'>,
): string {
  return digestOf(JSON.stringify([commandId, table, count]))
}
