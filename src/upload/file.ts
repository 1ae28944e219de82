// Files with a header: attendance photos, fingerprint images, custom bodies. Pure.
import { NUL, type Octets } from '../octets.js'
import type { Clock } from './clock.js'
import { fieldOf, newFields } from './fields.js'
import type { FileRecord, ParsedUpload } from './upload.js'

// Four short lines.
const LONGEST_HEAD = 1024
const COMMAND = /(?:^|[\n\t])CMD=/i
const PHOTO_NAME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:-(.+?))?(?:\.jpe?g)?$/i

/**
 * Reads an attendance photo (PUSH manual, "Upload attendance photo"): lines `PIN=`, `SN=`, `size=`,
 * `CMD=`, a NUL, and the bytes of a JPEG. Without such a header the whole body is unparsed.
 */
export function parsePhoto(octets: Octets, clock: Clock | undefined): ParsedUpload {
  const { body } = octets
  // The photo itself may hold NUL and `CMD=`, so the first of each counts.
  const command = COMMAND.exec(body.toString('latin1', 0, LONGEST_HEAD))
  const headEnd = command === null ? -1 : body.indexOf(NUL, command.index)
  if (headEnd === -1 || headEnd > LONGEST_HEAD) {
    return { records: [], unparsed: octets.isBlank(0, body.length) ? [] : [body] }
  }
  const fields = newFields()
  for (const piece of octets.textOf(0, headEnd).split(/[\n\t]/)) {
    const equals = piece.indexOf('=')
    const key = piece.slice(0, Math.max(equals, 0)).trim()
    if (key !== '' && !(key in fields)) fields[key] = piece.slice(equals + 1).replace(/\r$/, '')
  }
  const record = fileOf('attphoto', fields, body.subarray(headEnd + 1), body)
  const name = PHOTO_NAME.exec(fieldOf(fields, 'PIN') ?? '')
  if (name !== null) {
    const [, year, month, day, hour, minute, second, pin] = name
    record.time = `${year}-${month}-${day} ${hour}:${minute}:${second}`
    if (pin !== undefined) record.pin = pin
    const instant = clock?.(record.time)
    if (instant !== undefined) record.instant = instant
  }
  return { records: [record], unparsed: [] }
}

/** Reads the body as one file, without lines. */
export function parseFile(
  { body }: Octets,
  type: string,
  fields: Record<string, string>,
): ParsedUpload {
  if (body.length === 0) return { records: [], unparsed: [] }
  return { records: [fileOf(type, fields, body, body)], unparsed: [] }
}

function fileOf(
  type: string,
  fields: Record<string, string>,
  content: Buffer,
  raw: Buffer,
): FileRecord {
  const size = fieldOf(fields, 'size')
  const sizeMatches = size === undefined || Number(size) === content.length
  return { kind: 'file', type, fields, content, sizeMatches, raw }
}
