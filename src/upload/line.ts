// The key of a line, in any storage. Pure.
import { createHash } from 'node:crypto'
import { tableOf } from './table.js'
import type { FileRecord, Upload, UploadRecord } from './upload.js'

// Some databases can't index longer keys.
const LONGEST = 400

/**
 * The key of a record or an unparsed line: its terminal, its type, its bytes. A line that comes again
 * has the same key, and different lines never share one. Compare it exactly: letter case counts.
 *
 * An unparsed line has the table of its upload instead of a type, and never the key of a record. A
 * file that is a whole body has the members of the query in its key, because two people may have the
 * same picture.
 *
 * Rows of a query's result have the command in their key, because the same rows may answer two
 * queries. Attendance records don't: they are the same whether the terminal sent them by itself or
 * was asked.
 *
 * @param line a member of `upload.records` or of `upload.unparsed`
 * @returns JSON of at most 400 characters; of a longer line the SHA-256
 */
export function lineKey(
  upload: Pick<Upload, 'serialNumber' | 'commandId' | 'table' | 'tableName' | 'query'>,
  line: UploadRecord | Buffer,
): string {
  const isRecord = !Buffer.isBuffer(line)
  const raw = isRecord ? line.raw : line
  const type = isRecord ? line.type : tableOf(upload)
  // No type is a list.
  const parts: unknown[] = [upload.serialNumber, isRecord ? type : [type]]
  if (upload.commandId !== undefined && type !== 'attlog') parts.push(upload.commandId)
  if (isRecord && line.kind === 'packet') {
    parts.push(line.table, line.count, line.index)
  }
  if (isRecord && line.kind === 'file' && line.content.length === raw.length) {
    parts.push([hashOf(Buffer.from(describing(line)))])
  }
  if (raw.length < LONGEST) {
    const key = JSON.stringify([...parts, raw.toString('latin1')])
    if (key.length <= LONGEST) return key
  }
  // An array instead of the text, so that no line equals another's hash.
  return JSON.stringify([...parts, [hashOf(raw)]])
}

// How far the terminal has sent is the same file at any time.
function describing({ fields }: FileRecord): string {
  return JSON.stringify(Object.entries(fields).filter(([key]) => !/stamp$/i.test(key)))
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64')
}
