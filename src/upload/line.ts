// The key of a line, in any storage. Pure.
import { createHash } from 'node:crypto'
import type { Upload, UploadRecord } from './upload.js'

// Some databases can't index longer keys.
const LONGEST = 400

/**
 * The key of a record or an unparsed line: its terminal, its type, its bytes. A line that comes again
 * has the same key, and different lines never share one. Compare it exactly: letter case counts.
 *
 * Rows of a query's result have the command in their key, because the same rows may answer two
 * queries. Attendance records don't: they are the same whether the terminal sent them by itself or
 * was asked.
 *
 * @param line a member of `upload.records` or of `upload.unparsed`
 * @returns JSON of at most 400 characters; of a longer line the SHA-256
 */
export function lineKey(
  upload: Pick<Upload, 'serialNumber' | 'commandId'>,
  line: UploadRecord | Buffer,
): string {
  const isRecord = !Buffer.isBuffer(line)
  const raw = isRecord ? line.raw : line
  const parts: unknown[] = [upload.serialNumber, isRecord ? line.type : '']
  if (upload.commandId !== undefined && parts[1] !== 'attlog') parts.push(upload.commandId)
  if (isRecord && line.kind === 'packet') {
    parts.push(line.table, line.count, line.index)
  }
  if (raw.length < LONGEST) {
    const key = JSON.stringify([...parts, raw.toString('latin1')])
    if (key.length <= LONGEST) return key
  }
  // An array instead of the text, so that no line equals another's hash.
  const hash = createHash('sha256').update(raw).digest('base64')
  return JSON.stringify([...parts, [hash]])
}
