// Uploads: a row for each line, attendance records in a table of their own. One statement per
// upload.
import { isForgotten } from '../upload/forgotten.js'
import { lineKey } from '../upload/line.js'
import { personOf } from '../upload/person.js'
import type { PacketSet, UploadStorage } from '../upload/storage.js'
import { tableOf } from '../upload/table.js'
import type { PacketRecord, Upload, UploadRecord } from '../upload/upload.js'
import { type Database, jsonBytes, milliseconds, moment } from './query.js'
import { digestOf, keyOfText } from './text.js'

// Rows are inserted in the same order, so that concurrent uploads don't deadlock.
// The bytes of all lines come in one piece: as a list of texts they would take four times as many.
const KEEP = `
  WITH came AS MATERIALIZED (
    SELECT came.*, substring($2::bytea FROM start FOR size) AS raw, nextval(':schema.positions') AS position
    FROM jsonb_to_recordset(convert_from($1::bytea, 'UTF8')::jsonb) AS came (place integer, line_key text, kind text, type text, type_key text, pin text,
      packet_set text, packet_index integer, record jsonb, instant bigint, start integer, size integer, content_length integer)
    ORDER BY place
  ), attended AS (
    INSERT INTO :schema.attendance
      (serial_number, line_key, position, pin, local_time, instant, status, verify, work_code, rest, raw, received_at)
    SELECT $3, line_key, position, record ->> 'pin', record ->> 'time', ${moment('instant')}, record ->> 'status',
      record ->> 'verify', record ->> 'workCode', record -> 'rest', raw, ${moment('$4')}
    FROM came WHERE kind = 'attendance' ORDER BY line_key, position
    ON CONFLICT DO NOTHING RETURNING position
  ), uploaded AS (
    INSERT INTO :schema.uploads (serial_number, line_key, position, kind, type, type_key, pin, packet_set, packet_index, record,
      instant, raw, content_length, received_at)
    SELECT $3, line_key, position, kind, type, type_key, pin, packet_set, packet_index, record, ${moment('instant')}, raw,
      content_length, ${moment('$4')}
    FROM came WHERE kind <> 'attendance' ORDER BY line_key, position
    ON CONFLICT DO NOTHING RETURNING position
  )
  SELECT json_build_object('before', (SELECT ${milliseconds('before')} FROM :schema.forgotten),
    'places', (SELECT coalesce(json_agg(place), '[]')
      FROM (SELECT position FROM attended UNION ALL SELECT position FROM uploaded) AS kept JOIN came USING (position)))::text AS row`

// Packets come in order: while the set is not complete, its last one is missing.
const FIND_SET = `
  WITH latest AS MATERIALIZED (
    SELECT number, line_key, size FROM generate_series(1, $3::integer) AS number
    CROSS JOIN LATERAL (SELECT line_key, octet_length(raw) AS size FROM :schema.uploads
      WHERE serial_number = $1 AND packet_set = $2 AND packet_index = number ORDER BY position DESC LIMIT 1) AS packet
    WHERE NOT EXISTS (SELECT FROM generate_series($3::integer, 1, -1) AS missing
      WHERE (SELECT true FROM :schema.uploads
        WHERE serial_number = $1 AND packet_set = $2 AND packet_index = missing LIMIT 1) IS NULL)
  )
  SELECT json_build_array(line_key, size)::text AS row FROM latest
  WHERE (SELECT sum(size) FROM latest) <= $4::bigint ORDER BY number`

const READ_PACKETS = `
  SELECT json_build_array(line_key, encode(raw, 'base64'))::text AS row FROM :schema.uploads
  WHERE serial_number = $1 AND line_key = ANY ($2::text[])`

// On their way, bytes are text: only so many at a time.
const MOST_BYTES = 4 * 1024 * 1024

/** What was new of an upload, by its place, and the latest moment that was forgotten. */
interface KeptRow {
  before: number | null
  places: number[]
}

/** Keeps uploads and finds packets: see `UploadStorage`. */
export function uploadsOn(
  database: Database,
): Required<Pick<UploadStorage, 'onUpload' | 'findPackets'>> {
  return {
    async onUpload(upload) {
      const { records } = upload
      const lines = [...records, ...upload.unparsed]
      if (lines.length === 0) return []
      const { bytes, starts } = joined(lines.map(rawOf))
      const rows = jsonBytes(lines.length, (place) => {
        return { place, start: starts[place], ...rowOf(upload, lines[place] as (typeof lines)[0]) }
      })
      const values = [rows, bytes, upload.serialNumber, upload.receivedAt.getTime()]
      const [kept] = await database.rows<KeptRow>(KEEP, values)
      const { before, places } = kept as KeptRow
      const isNew = new Set(places)
      const forgotten = before === null ? undefined : new Date(before)
      return records.filter((record, place) => isNew.has(place) && !isForgotten(record, forgotten))
    },
    async findPackets(serialNumber, commandId, { table, count, maxBytes }) {
      const set = packetSetOf(commandId, { table, count })
      const values = [serialNumber, set, count, maxBytes]
      const found = await database.rows<[key: string, size: number]>(FIND_SET, values)
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
    },
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

function rawOf(line: UploadRecord | Buffer): Buffer {
  return Buffer.isBuffer(line) ? line : line.raw
}

// All bytes in one piece, and where each line starts in it, from 1. Lines are views into one body, or
// into what was unpacked: those are not copied.
function joined(raws: readonly Buffer[]): { bytes: Buffer; starts: number[] } {
  const sum = raws.reduce((bytes, { length }) => bytes + length, 0)
  const first = raws.reduce(
    (least, { byteOffset }) => Math.min(least, byteOffset),
    Number.POSITIVE_INFINITY,
  )
  const end = raws.reduce((most, { byteOffset, length }) => Math.max(most, byteOffset + length), 0)
  const buffer = raws[0]?.buffer
  if (
    buffer !== undefined &&
    end - first <= 2 * sum &&
    raws.every((raw) => raw.buffer === buffer)
  ) {
    const starts = raws.map(({ byteOffset }) => byteOffset - first + 1)
    return { bytes: Buffer.from(buffer, first, end - first), starts }
  }
  let start = 1
  const starts = raws.map(({ length }) => {
    start += length
    return start - length
  })
  return { bytes: Buffer.concat(raws), starts }
}

function packetSetOf(commandId: string, { table, count }: Omit<PacketSet, 'maxBytes'>): string {
  return digestOf(JSON.stringify([commandId, table, count]))
}

function rowOf(upload: Upload, line: UploadRecord | Buffer): object {
  const line_key = lineKey(upload, line)
  if (Buffer.isBuffer(line)) {
    const unparsed = { kind: 'unparsed', type: tableOf(upload) }
    const type_key = keyOfText(unparsed.type)
    return { line_key, ...unparsed, type_key, record: unparsed, size: line.length }
  }
  const { raw, ...members } = line
  const { content, instant, ...record } = members as typeof members & {
    content?: Buffer
    instant?: Date
  }
  const own = {
    line_key,
    kind: line.kind,
    type: line.type,
    record: 'fields' in record ? { ...record, fields: Object.entries(record.fields) } : record,
    instant: instant?.getTime(),
    size: raw.length,
  }
  if (line.kind === 'attendance') return own
  return {
    ...own,
    type_key: keyOfText(line.type),
    pin: personOf(line),
    content_length: line.kind === 'file' ? (line.encodedSize ?? content?.length) : undefined,
    ...(line.kind === 'packet' && packetRowOf(line, upload.commandId ?? '')),
  }
}

function packetRowOf(packet: PacketRecord, commandId: string): object {
  return { packet_set: packetSetOf(commandId, packet), packet_index: packet.index }
}
