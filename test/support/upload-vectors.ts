// The uploads among the recorded requests, and the records expected from them in the terms of this
// package.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Upload, UploadRecord } from '../../src/upload/upload.js'

/** One request as it was recorded or printed. */
export interface UploadVector {
  name: string
  method: string
  path: string
  headers: Record<string, string>
  body?: string
  bodyBase64?: string
  before?: UploadVector[]
  expected: {
    kind: string
    sn: string
    table?: string | null
    tablename?: string
    stamp?: string
    commandId?: string
    count?: number
    pack?: { index: number; of: number }
    records?: Record<string, unknown>[]
    unread?: string[]
    answer?: string[]
  }
}

const file = new URL('../fixtures/uploads.json', import.meta.url)
const vectors: UploadVector[] = JSON.parse(readFileSync(file, 'utf8'))

/** Every recorded request that uploads something. */
export const uploadVectors: UploadVector[] = vectors.filter(({ expected }) => {
  return expected.kind === 'upload' || expected.kind === 'querydata'
})

export function bodyOf({ body = '', bodyBase64 }: UploadVector): Buffer {
  return bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64')
}

/** A record in the terms of the recorded requests. */
export function inWordsOfVectors(record: UploadRecord): Record<string, unknown> {
  switch (record.kind) {
    case 'attendance': {
      const { type, pin, time, status, verify, workCode, rest, raw } = record
      const columns = raw.toString('latin1').split('\t').length
      const further = columns > 4 ? { workcode: workCode, rest: [...rest] } : {}
      return { type, pin, time, status, verify, ...further }
    }
    case 'operation': {
      const { type, operation: op, admin, time, parameters: params } = record
      return { type, op, admin, time, params: [...params] }
    }
    case 'file': {
      const { type, fields, content, pin, time, sizeMatches } = record
      return {
        type,
        fields: { ...fields },
        photoBytes: content.length,
        photoSha256: createHash('sha256').update(content).digest('hex'),
        ...(pin !== undefined && { pin }),
        ...(time !== undefined && { time }),
        ...(!sizeMatches && { sizeMatches }),
      }
    }
    case 'fields':
      return { type: record.type, fields: { ...record.fields } }
    case 'packet':
      return { type: record.type, index: record.index, of: record.count }
  }
}

/** An upload in the terms of the recorded requests. */
export function uploadInWords(upload: Omit<Upload, 'receivedAt' | 'body'>): object {
  const { serialNumber, table, tableName, stamp, count, commandId, packet } = upload
  return {
    sn: serialNumber,
    ...(table !== undefined && { table }),
    ...(tableName !== undefined && { tablename: tableName }),
    ...(stamp !== undefined && { stamp }),
    ...(count !== undefined && { count }),
    ...(commandId !== undefined && { commandId }),
    ...(packet !== undefined && { pack: { index: packet.index, of: packet.count } }),
    records: upload.records.map(inWordsOfVectors),
    unread: upload.unparsed.map((line) => line.toString()),
  }
}
