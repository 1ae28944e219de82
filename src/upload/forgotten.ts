// Whether a record may have been deleted before, because it was old. Pure.
import type { UploadRecord } from './upload.js'

const WALL_CLOCK = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)$/

/**
 * Whether a record tells of a time before this moment: `forget` may have deleted it, and a terminal
 * that sends its whole memory again must not make an app believe that it is new. A record without a
 * time is never forgotten; a local time whose zone is not known counts as UTC.
 */
export function isForgotten(record: UploadRecord, before: Date | undefined): boolean {
  if (before === undefined) return false
  const at = toldAt(record)
  return at !== undefined && at < before.getTime()
}

/** The moment that a record tells of, in milliseconds; undefined if it has no time. */
export function toldAt(record: UploadRecord): number | undefined {
  if (record.kind === 'packet') return undefined
  if (record.instant !== undefined) return record.instant.getTime()
  if (record.kind === 'fields') return undefined
  const [, day, time] = WALL_CLOCK.exec(record.time ?? '') ?? []
  const at = Date.parse(`${day}T${time}Z`)
  return Number.isNaN(at) ? undefined : at
}
