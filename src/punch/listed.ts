// Punches in rows of lists. Pure.
import { parseUpload } from '../upload/parse.js'
import type { KeptAttendance, KeptUpload } from '../upload/storage.js'
import type { AttendanceRecord, FieldRecord } from '../upload/upload.js'
import { type Punch, punchOf } from './punch.js'

/** A punch as lists show it. */
export type ListedPunch = Omit<Punch, 'record'>

const NO_BYTES = Buffer.alloc(0)

/**
 * The punch in a row of `listAttendance` or `listUploads`, without the record, of which lists show
 * a part: what comes after the first 400 bytes of a door event is missing.
 *
 * @example
 * const { rows } = await adapter.listUploads({ type: 'rtlog' })
 * const punches = rows.flatMap((row) => listedPunchOf(row) ?? [])
 *
 * @returns undefined if the row is something else, such as a user or the state of a door
 */
export function listedPunchOf(row: KeptAttendance | KeptUpload): ListedPunch | undefined {
  const found = 'kind' in row ? listedEvent(row) : listedLine(row)
  const punch = found && punchOf(found, row)
  if (punch === undefined) return undefined
  const { record: _, ...listed } = punch
  return listed
}

function listedLine(row: KeptAttendance): AttendanceRecord {
  return { ...row, kind: 'attendance', type: 'attlog', rest: [], raw: NO_BYTES }
}

function listedEvent({ kind, type, raw, size, instant }: KeptUpload): FieldRecord | undefined {
  if (kind !== 'fields' || (type !== 'rtlog' && type !== 'transaction')) return undefined
  // Half a value would be a wrong one.
  const whole = raw.length === size ? raw : raw.subarray(0, Math.max(raw.lastIndexOf('\t'), 0))
  const [record] = parseUpload(whole, { table: type }).records
  if (record?.kind !== 'fields') return undefined
  return { ...record, type, ...(instant !== undefined && { instant }) }
}
