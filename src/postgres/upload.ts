// Uploads: a row for each line, attendance records in a table of their own. One statement per
// upload.
import { uploadEventText } from '../events/entry.js'
import { shardOf } from '../events/shard.js'
import { isForgotten, toldAt } from '../upload/forgotten.js'
import { lineKey } from '../upload/line.js'
import { personOf } from '../upload/person.js'
import type { UploadStorage } from '../upload/storage.js'
import { tableOf } from '../upload/table.js'
import type { PacketRecord, Upload, UploadRecord } from '../upload/upload.js'
import { IS_LOGGED, logging } from './event.js'
import { packetSetOf, packetsOn, sumsOn } from './packet.js'
import { type Database, jsonBytes, milliseconds, moment } from './query.js'
import { keyOfText } from './text.js'

// Rows are inserted in the same order, so that concurrent uploads don't deadlock.
// The bytes of all lines come in one piece: as a list of texts they would take four times as many.
const keeping = (isLogged: boolean) => `
  WITH came AS MATERIALIZED (
    SELECT came.*, substring($2::bytea FROM start FOR size) AS raw, nextval(':schema.positions') AS position
    FROM jsonb_to_recordset(convert_from($1::bytea, 'UTF8')::jsonb) AS came (place integer, line_key text, kind text, type text, type_key text, pin text,
      packet_set text, packet_index integer, record jsonb, instant bigint, start integer, size integer, content_length integer,
      event text, told bigint)
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
  ), kept AS (
    SELECT position FROM attended UNION ALL SELECT position FROM uploaded
  )${
    isLogged
      ? `, fresh AS (
    SELECT $3::text AS serial_number, $5::integer AS shard, place, event FROM kept JOIN came USING (position)
    WHERE told IS NULL OR told >= coalesce((SELECT ${milliseconds('before')} FROM :schema.forgotten), told)
  ), ${logging('$4')}`
      : ''
  }
  SELECT json_build_object('before', (SELECT ${milliseconds('before')} FROM :schema.forgotten),
    'places', (SELECT coalesce(json_agg(place), '[]') FROM kept JOIN came USING (position))
    ${isLogged ? `, 'logged', ${IS_LOGGED}` : ''})::text AS row`

const KEEP = keeping(false)
const KEEP_AND_LOG = keeping(true)

/** What was new of an upload, by its place, and the latest moment that was forgotten. */
interface KeptRow {
  before: number | null
  places: number[]
}

/** Stores uploads and finds packets: see `UploadStorage`. */
export function uploadsOn(
  database: Database,
  hasEvents: boolean,
): Required<Pick<UploadStorage, 'onUpload' | 'findPackets' | 'sumPackets'>> {
  return {
    async onUpload(upload) {
      const { records } = upload
      const lines = [...records, ...upload.unparsed]
      if (lines.length === 0) return []
      const { bytes, starts } = joined(lines.map(rawOf))
      const rows = jsonBytes(lines.length, (place) => {
        const line = lines[place] as (typeof lines)[0]
        const own = { place, start: starts[place], ...rowOf(upload, line) }
        return hasEvents ? { ...own, ...eventOf(upload, line) } : own
      })
      const values = [rows, bytes, upload.serialNumber, upload.receivedAt.getTime()]
      const [kept] = hasEvents
        ? await database.rows<KeptRow>(KEEP_AND_LOG, [...values, shardOf(upload.serialNumber)])
        : await database.rows<KeptRow>(KEEP, values)
      const { before, places } = kept as KeptRow
      const isNew = new Set(places)
      const forgotten = before === null ? undefined : new Date(before)
      return records.filter((record, place) => isNew.has(place) && !isForgotten(record, forgotten))
    },
    findPackets: packetsOn(database),
    sumPackets: sumsOn(database),
  }
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

function eventOf(upload: Upload, line: UploadRecord | Buffer): object {
  const event = uploadEventText(upload, line)
  return { event, told: Buffer.isBuffer(line) ? undefined : toldAt(line) }
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
