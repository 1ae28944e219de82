// Uploads: a row for each line, attendance records in a table of their own. One statement per
// upload.
import type {
  KeptAttendance,
  KeptAttendanceFilter,
  KeptLine,
  KeptRecord,
  KeptRecordFilter,
} from '../kept.js'
import { lineKey } from '../upload/line.js'
import type { UploadStorage } from '../upload/storage.js'
import type { PacketRecord, Upload, UploadRecord } from '../upload/upload.js'
import { type Database, milliseconds, moment } from './query.js'
import { restored, restoredJson, storable, storableJson } from './text.js'

// Rows are inserted in the same order, so that concurrent uploads don't deadlock.
const KEEP = `
  WITH came AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS came (place integer, line_key text, kind text, type text, record jsonb,
      instant bigint, content_length integer)
    JOIN unnest($2::bytea[]) WITH ORDINALITY AS bytes (raw, place) USING (place)
  ), attended AS (
    INSERT INTO :schema.attendance
      (line_key, serial_number, pin, local_time, instant, status, verify, work_code, rest, raw, received_at, place)
    SELECT line_key, $3, record ->> 'pin', record ->> 'time', ${moment('instant')}, record ->> 'status', record ->> 'verify',
      record ->> 'workCode', record -> 'rest', raw, ${moment('$5')}, place
    FROM came WHERE kind = 'attendance' ORDER BY line_key
    ON CONFLICT DO NOTHING RETURNING line_key
  ), uploaded AS (
    INSERT INTO :schema.uploads
      (line_key, serial_number, kind, type, command_id, record, instant, raw, content_length, received_at, place)
    SELECT line_key, $3, kind, type, $4, record, ${moment('instant')}, raw, content_length, ${moment('$5')}, place
    FROM came WHERE kind <> 'attendance' ORDER BY line_key
    ON CONFLICT DO NOTHING RETURNING line_key
  )
  SELECT to_json(line_key)::text AS row FROM attended UNION ALL SELECT to_json(line_key)::text FROM uploaded`

const FILTER = `
  WHERE ($1::text IS NULL OR serial_number = $1) AND ($2::bigint IS NULL OR received_at >= ${moment('$2')})
    AND ($3::bigint IS NULL OR received_at < ${moment('$3')})`

// A time begins with its day and a blank, and the next character is "!".
const ON_DAY = `
    AND ($5::text IS NULL OR local_time >= $5 || ' ' AND local_time < $5 || '!')`

const NEWEST = `
  ORDER BY received_at DESC, place DESC LIMIT $4`

const ATTENDANCE = `
  SELECT json_build_object('serialNumber', serial_number, 'record', json_build_object('kind', 'attendance', 'type', 'attlog',
    'pin', pin, 'time', local_time, 'status', status, 'verify', verify, 'workCode', work_code, 'rest', rest),
    'instant', ${milliseconds('instant')}, 'raw', encode(raw, 'base64'), 'contentLength', null,
    'receivedAt', ${milliseconds('received_at')})::text AS row
  FROM :schema.attendance`

const UPLOADED = `
  SELECT json_build_object('serialNumber', serial_number, 'record', record, 'instant', ${milliseconds('instant')},
    'raw', encode(raw, 'base64'), 'contentLength', content_length, 'receivedAt', ${milliseconds('received_at')})::text AS row
  FROM :schema.uploads`

const PACKETS = `
  ${UPLOADED} WHERE serial_number = $1 AND command_id = $2 AND kind = 'packet' ORDER BY received_at, place`

interface RecordRow {
  serialNumber: string
  record: { fields?: [key: string, value: string][] }
  instant: number | null
  raw: string
  contentLength: number | null
  receivedAt: number
}

/** Uploads in PostgreSQL. */
export interface PostgresUploads extends Required<UploadStorage> {
  onUpload(upload: Upload): Promise<readonly UploadRecord[]>
  findPackets(serialNumber: string, commandId: string): Promise<PacketRecord[]>
  /** The attendance records that the filter asks for, the newest first. */
  attendance(filter?: KeptAttendanceFilter): Promise<KeptAttendance[]>
  /** Everything else that terminals uploaded, the newest first. */
  uploads(filter?: KeptRecordFilter): Promise<(KeptRecord | KeptLine)[]>
}

/** The calls that store uploads and read them, on the tables of `migrate`. */
export function uploadsOn(database: Database): PostgresUploads {
  const list = async (statement: string, filter: KeptRecordFilter, ...more: unknown[]) => {
    const { serialNumber, since, before, limit } = filter
    const rows = await database.rows<RecordRow>(statement + NEWEST, [
      serialNumber === undefined ? null : storable(serialNumber),
      since?.getTime() ?? null,
      before?.getTime() ?? null,
      limit ?? null,
      ...more,
    ])
    return rows.map(recordOf)
  }
  return {
    async onUpload(upload) {
      const lines = new Map<string, UploadRecord | Buffer>()
      for (const line of [...upload.records, ...upload.unparsed]) {
        const key = lineKey(upload, line)
        if (!lines.has(key)) lines.set(key, line)
      }
      if (lines.size === 0) return []
      const rows = [...lines].map(([key, line], index) => rowOf(key, line, index + 1))
      const kept = await database.rows<string>(KEEP, [
        storableJson(rows),
        [...lines.values()].map((line) => (Buffer.isBuffer(line) ? line : line.raw)),
        storable(upload.serialNumber),
        upload.commandId === undefined ? null : storable(upload.commandId),
        upload.receivedAt.getTime(),
      ])
      const isNew = new Set(kept.map((key) => lines.get(restored(key))))
      // A line that comes twice in one upload is new once.
      return upload.records.filter((record) => isNew.delete(record))
    },
    async findPackets(serialNumber, commandId) {
      const values = [storable(serialNumber), storable(commandId)]
      const found = (await database.rows<RecordRow>(PACKETS, values)).map(recordOf)
      return found.map((packet) => {
        const { kind, type, table, index, count, raw } = packet as KeptRecord<PacketRecord>
        return { kind, type, table, index, count, raw }
      })
    },
    async attendance({ day, ...filter } = {}) {
      const on = day === undefined ? null : storable(day)
      return (await list(ATTENDANCE + FILTER + ON_DAY, filter, on)) as KeptAttendance[]
    },
    async uploads(filter = {}) {
      return list(UPLOADED + FILTER, filter)
    },
  }
}

function rowOf(key: string, line: UploadRecord | Buffer, place: number): object {
  if (Buffer.isBuffer(line)) {
    return {
      place,
      line_key: key,
      kind: 'unparsed',
      type: '',
      record: { kind: 'unparsed', type: '' },
    }
  }
  const { raw, ...members } = line
  const { content, instant, ...record } = members as typeof members & {
    content?: Buffer
    instant?: Date
  }
  return {
    place,
    line_key: key,
    kind: line.kind,
    type: line.type,
    record: 'fields' in record ? { ...record, fields: Object.entries(record.fields) } : record,
    instant: instant?.getTime(),
    content_length: content?.length,
  }
}

function recordOf(row: RecordRow): KeptRecord | KeptLine {
  const raw = Buffer.from(row.raw, 'base64')
  const { fields, ...members } = restoredJson(row.record)
  return {
    ...members,
    ...(fields !== undefined && { fields: fieldsOf(fields) }),
    ...(row.instant !== null && { instant: new Date(row.instant) }),
    ...(row.contentLength !== null && { content: raw.subarray(raw.length - row.contentLength) }),
    raw,
    serialNumber: restored(row.serialNumber),
    receivedAt: new Date(row.receivedAt),
  } as KeptRecord | KeptLine
}

function fieldsOf(pairs: readonly [key: string, value: string][]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const [key, value] of pairs) fields[key] = value
  return fields
}
