// Uploads: a row for each line, attendance records in a table of their own.
import { uploadTexts } from '../events/entry.js'
import { isForgotten } from '../upload/forgotten.js'
import { lineKey } from '../upload/line.js'
import type { Upload, UploadRecord } from '../upload/upload.js'
import { logEvents } from './event.js'
import { forgottenBefore } from './retention.js'
import { insert, ROWS_AT_ONCE, type Steps } from './step.js'
import { attendanceRow, otherRow } from './upload-row.js'

const KEY = ['serial_number', 'line_key']

/** Stores the lines of an upload that are new: see `UploadStorage.onUpload`. `isLogged` adds their events. */
export function* keepUpload(upload: Upload, isLogged: boolean): Steps<UploadRecord[]> {
  const lines = [...upload.records, ...upload.unparsed]
  const fresh = new Set<UploadRecord | Buffer>()
  // A few at a time: making rows of thousands of lines would hold up everything else.
  for (let start = 0; start < lines.length; start += ROWS_AT_ONCE) {
    const keys = new Map<string, UploadRecord | Buffer>()
    for (const line of lines.slice(start, start + ROWS_AT_ONCE)) {
      const own = lineKey(upload, line)
      if (!keys.has(own)) keys.set(own, line)
    }
    const [attendance, others]: [[string, UploadRecord][], [string, UploadRecord | Buffer][]] = [
      [],
      [],
    ]
    for (const [own, line] of keys) {
      if (!Buffer.isBuffer(line) && line.kind === 'attendance') attendance.push([own, line])
      else others.push([own, line])
    }
    const came = [
      ['iclock_attendance', attendance, attendanceRow],
      ['iclock_uploads', others, otherRow],
    ] as const
    for (const [table, batch, rowOf] of came) {
      if (batch.length === 0) continue
      const rows = batch.map(([own, line]) => rowOf(upload, own, line as never))
      const isNew = yield* insert(table, KEY, rows)
      for (const [index, [, line]] of batch.entries()) if (isNew[index]) fresh.add(line)
    }
  }
  if (fresh.size === 0) return []
  const before = yield* forgottenBefore()
  const records = upload.records.filter((record) => {
    return fresh.delete(record) && !isForgotten(record, before)
  })
  if (isLogged) {
    const unparsed = upload.unparsed.filter((line) => fresh.has(line))
    const texts = uploadTexts(upload, [...records, ...unparsed])
    yield* logEvents(upload.serialNumber, upload.receivedAt.getTime(), texts)
  }
  return records
}
