// Uploads: a document for each line, attendance records in a collection of their own.

import { nextPlace } from '../place.js'
import type { Promised } from '../promised.js'
import { cut } from '../queue/summary.js'
import { isForgotten } from '../upload/forgotten.js'
import { lineKey } from '../upload/line.js'
import { personOf } from '../upload/person.js'
import type { UploadStorage } from '../upload/storage.js'
import { tableOf } from '../upload/table.js'
import type { FileRecord, Upload, UploadRecord } from '../upload/upload.js'
import { bytePieces } from './cut.js'
import type { Collections } from './driver.js'
import { UNLOGGED } from './mark.js'
import { packetsOn, sumsOn } from './packet.js'
import { forgottenBefore } from './retention.js'
import type { Unlogged } from './unlogged.js'
import { uploadListsOn } from './upload-list.js'
import { keepNew } from './write.js'

/** A stored line: the members of its record, and those that the adapter adds. */
export interface LineDocument {
  _id: string
  serialNumber: string
  receivedAt: Date
  /** Its place among the lines of one moment. */
  place: string
  kind: string
  type: string
  /** The person whom it is about. */
  pin?: string
  instant?: Date
  /** How many bytes it has: the first ones in `raw`, the others in `rawTail`. */
  size: number
  raw: Buffer
  rawTail?: Buffer
  commandId?: string
  /** A list, so that names are data. */
  fields?: { key: string; value: string }[]
  /** How many of its last bytes are the content, or its base64. */
  contentLength?: number
  /** Of an attendance record: the day by the terminal's clock. */
  day?: string
  /** Columns of which only the beginning is shown, whole. */
  columns?: Record<string, string>
  /** Of a packet. */
  table?: string
  count?: number
  index?: number
  lines?: number
}

type Encoded = Partial<Pick<FileRecord, 'content' | 'encodedSize'>>

const COLUMNS = ['time', 'status', 'verify', 'workCode']
const DAY = /^\d{4}-\d\d-\d\d(?= )/

/** The calls that store uploads, and list them. */
export function uploadsOn(
  { attendance, uploads, retention }: Collections,
  log?: Unlogged,
): Promised<UploadStorage> {
  return {
    async onUpload(upload) {
      const lines = new Map<string, UploadRecord | Buffer>()
      for (const line of [...upload.records, ...upload.unparsed]) {
        const key = lineKey(upload, line)
        if (!lines.has(key)) lines.set(key, line)
      }
      const documents = [...lines].map(([_id, line]) => documentOf(_id, line, upload))
      if (log !== undefined) for (const document of documents) Object.assign(document, UNLOGGED)
      const attended = documents.filter(({ kind }) => kind === 'attendance')
      const others = documents.filter(({ kind }) => kind !== 'attendance')
      const [next = 0, forgotten, ...kept] = await Promise.all([
        log?.nextPlace(upload.serialNumber),
        forgottenBefore(retention),
        keepNew(attendance, attended),
        keepNew(uploads, others),
      ])
      const keys = new Set(kept.flatMap((each) => [...each]))
      await log?.upload(upload, lines, keys, { forgotten, next })
      const fresh = new Set([...keys].map((key) => lines.get(key)))
      // A line that comes twice in one upload is new once.
      return upload.records.filter((record) => {
        return fresh.delete(record) && !isForgotten(record, forgotten)
      })
    },
    findPackets: packetsOn(uploads),
    sumPackets: sumsOn(uploads),
    ...uploadListsOn(attendance, uploads),
  }
}

function documentOf(_id: string, line: UploadRecord | Buffer, upload: Upload): LineDocument {
  const { serialNumber, receivedAt, commandId } = upload
  const kept = {
    _id,
    serialNumber,
    receivedAt,
    place: nextPlace(),
    ...(commandId !== undefined && { commandId }),
  }
  if (Buffer.isBuffer(line)) {
    const unparsed = { kind: 'unparsed', type: tableOf(upload), size: line.length }
    return { ...kept, ...unparsed, ...bytePieces(line) }
  }
  const { content, raw, ...record } = line as UploadRecord & Encoded
  const pin = personOf(line)
  return {
    ...record,
    ...shortened(record),
    ...kept,
    ...(pin !== undefined && { pin }),
    ...(record.kind === 'attendance' && dayOf(record.time)),
    ...('fields' in record && {
      fields: Object.entries(record.fields).map(([key, value]) => ({ key, value })),
    }),
    ...(content !== undefined && { contentLength: record.encodedSize ?? content.length }),
    size: raw.length,
    ...bytePieces(raw),
  } as LineDocument
}

// Lists show the beginning of a column: the few that are longer are stored whole beside it.
function shortened(record: object): object {
  const columns: Record<string, string> = {}
  const heads: Record<string, string> = {}
  for (const name of COLUMNS) {
    const value: unknown = Reflect.get(record, name)
    if (typeof value !== 'string') continue
    const head = cut(value)
    if (head.length === value.length) continue
    heads[name] = head
    columns[name] = value
  }
  return Object.keys(columns).length === 0 ? {} : { ...heads, columns }
}

function dayOf(time: string): { day?: string } {
  const day = DAY.exec(time)?.[0]
  return day === undefined ? {} : { day }
}
