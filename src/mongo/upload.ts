// Uploads: a document for each line, attendance records in a collection of their own.
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
import { type Collections, keepNew, type MongoCollection, receivedFilter } from './driver.js'

/** Uploads in MongoDB. */
export interface MongoUploads extends Required<UploadStorage> {
  onUpload(upload: Upload): Promise<readonly UploadRecord[]>
  findPackets(serialNumber: string, commandId: string): Promise<PacketRecord[]>
  /** The attendance records that the filter asks for, the newest first. */
  attendance(filter?: KeptAttendanceFilter): Promise<KeptAttendance[]>
  /** Everything else that terminals uploaded, the newest first. */
  uploads(filter?: KeptRecordFilter): Promise<(KeptRecord | KeptLine)[]>
}

/** A stored line: the members of its record, and those that the adapter adds. */
interface LineDocument {
  _id: string
  serialNumber: string
  receivedAt: Date
  /** Its position within its upload. */
  place: number
  kind: string
  type: string
  raw: Buffer
  commandId?: string
  /** A list, so that names are data. */
  fields?: { key: string; value: string }[]
  /** How many of raw's last bytes are the content. */
  contentLength?: number
  token?: string
}

/** The calls that store uploads and read them. */
export function uploadsOn({ attendance, uploads }: Collections): MongoUploads {
  return {
    async onUpload(upload) {
      const lines = new Map<string, UploadRecord | Buffer>()
      for (const line of [...upload.records, ...upload.unparsed]) {
        const key = lineKey(upload, line)
        if (!lines.has(key)) lines.set(key, line)
      }
      const documents = [...lines].map(([_id, line], place) => documentOf(_id, line, place, upload))
      const attended = documents.filter(({ kind }) => kind === 'attendance')
      const others = documents.filter(({ kind }) => kind !== 'attendance')
      const kept = [...(await keepNew(attendance, attended)), ...(await keepNew(uploads, others))]
      const isNew = new Set(kept.map((key) => lines.get(key)))
      // A line that comes twice in one upload is new once.
      return upload.records.filter((record) => isNew.delete(record))
    },
    async findPackets(serialNumber, commandId) {
      const filter = { serialNumber, commandId, kind: 'packet' }
      const found = await uploads.find(filter, { sort: { receivedAt: 1, place: 1 } }).toArray()
      return (found as LineDocument[]).map((document) => {
        const { kind, type, table, index, count, raw } = recordOf(
          document,
        ) as KeptRecord<PacketRecord>
        return { kind, type, table, index, count, raw }
      })
    },
    async attendance({ day, ...filter } = {}) {
      // A time begins with its day and a blank, and the next character is "!".
      const time = day === undefined ? {} : { time: { $gte: `${day} `, $lt: `${day}!` } }
      return (await list(attendance, filter, time)) as KeptAttendance[]
    },
    uploads: (filter) => list(uploads, filter),
  }
}

async function list(
  collection: MongoCollection,
  { limit = 0, ...received }: KeptRecordFilter = {},
  more: object = {},
): Promise<(KeptRecord | KeptLine)[]> {
  const filter = { ...receivedFilter(received), ...more }
  const options = { sort: { receivedAt: -1, place: -1 }, limit }
  return ((await collection.find(filter, options).toArray()) as LineDocument[]).map(recordOf)
}

function documentOf(
  _id: string,
  line: UploadRecord | Buffer,
  place: number,
  { serialNumber, receivedAt, commandId }: Upload,
): LineDocument {
  const kept = {
    _id,
    serialNumber,
    receivedAt,
    place,
    ...(commandId !== undefined && { commandId }),
  }
  if (Buffer.isBuffer(line)) return { ...kept, kind: 'unparsed', type: '', raw: line }
  const { content, ...record } = line as UploadRecord & { content?: Buffer }
  return {
    ...record,
    ...kept,
    ...('fields' in record && {
      fields: Object.entries(record.fields).map(([key, value]) => ({ key, value })),
    }),
    ...(content !== undefined && { contentLength: content.length }),
  } as LineDocument
}

function recordOf(document: LineDocument): KeptRecord | KeptLine {
  const { _id, place, token, commandId, fields, contentLength, ...record } = document
  const { raw } = record
  return {
    ...record,
    ...(fields !== undefined && { fields: fieldsOf(fields) }),
    ...(contentLength !== undefined && { content: raw.subarray(raw.length - contentLength) }),
  } as KeptRecord | KeptLine
}

function fieldsOf(pairs: readonly { key: string; value: string }[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const { key, value } of pairs) fields[key] = value
  return fields
}
