// Files: attendance photos, fingerprint images, custom bodies, and bodies that are no text. Pure.
import { NUL, type Octets } from '../octets.js'
import type { Clock } from './clock.js'
import { fieldOf, newFields } from './fields.js'
import { isText } from './text.js'
import type { FileRecord, ParsedUpload } from './upload.js'

// Four short lines.
const LONGEST_HEAD = 1024
const COMMAND = /(?:^|[\n\t])CMD=/i
/** The name of a photo: when it was taken, and of whom. */
export const PHOTO_NAME: RegExp = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:-(.+?))?(?:\.jpe?g)?$/i
// How every JPEG begins, as base64.
const JPEG = '/9j/'
const BASE64 = /^[A-Za-z0-9+/]+={0,2}\s*$/

/**
 * Reads an attendance photo (PUSH manual, "Upload attendance photo"): lines `PIN=`, `SN=`, `size=`,
 * `CMD=`, a NUL, and the bytes of a JPEG, or their base64. Without such a header the whole body is
 * the photo, described by the query; a text that is none is unparsed.
 */
export function parsePhoto(
  octets: Octets,
  query: Record<string, string>,
  clock: Clock | undefined,
): ParsedUpload {
  const { body } = octets
  const headEnd = headEndOf(body)
  if (headEnd === -1) {
    if (octets.isBlank(0, body.length)) return { records: [], unparsed: [] }
    const isPhoto = !isText(body) || body.toString('latin1', 0, JPEG.length) === JPEG
    if (!isPhoto) return { records: [], unparsed: [body] }
    return {
      records: [photoOf(Object.assign(newFields(), query), body, body, clock)],
      unparsed: [],
    }
  }
  const fields = newFields()
  for (const piece of octets.textOf(0, headEnd).split(/[\n\t]/)) {
    const equals = piece.indexOf('=')
    const key = piece.slice(0, Math.max(equals, 0)).trim()
    if (key !== '' && !(key in fields)) fields[key] = piece.slice(equals + 1).replace(/\r$/, '')
  }
  return { records: [photoOf(fields, body.subarray(headEnd + 1), body, clock)], unparsed: [] }
}

/** Reads the body as one file, without lines. */
export function parseFile(body: Buffer, type: string, query: Record<string, string>): ParsedUpload {
  if (body.length === 0) return { records: [], unparsed: [] }
  return { records: [fileOf(type, Object.assign(newFields(), query), body, body)], unparsed: [] }
}

function headEndOf(body: Buffer): number {
  // The photo itself may hold NUL and `CMD=`, so the first of each counts.
  const command = COMMAND.exec(body.toString('latin1', 0, LONGEST_HEAD))
  const headEnd = command === null ? -1 : body.indexOf(NUL, command.index)
  return headEnd > LONGEST_HEAD ? -1 : headEnd
}

function photoOf(
  fields: Record<string, string>,
  content: Buffer,
  raw: Buffer,
  clock: Clock | undefined,
): FileRecord {
  const record = decoded(fileOf('attphoto', fields, content, raw))
  const name = PHOTO_NAME.exec(fieldOf(fields, 'PIN') ?? '')
  if (name !== null) {
    const [, year, month, day, hour, minute, second, pin] = name
    record.time = `${year}-${month}-${day} ${hour}:${minute}:${second}`
    if (pin !== undefined) record.pin = pin
    const instant = clock?.(record.time)
    if (instant !== undefined) record.instant = instant
  }
  return record
}

// A photo is base64 if that is what its size or its first bytes say.
function decoded(record: FileRecord): FileRecord {
  const { content, fields, sizeMatches } = record
  const isJpeg = content.toString('latin1', 0, JPEG.length) === JPEG
  const size = fieldOf(fields, 'size')
  if (!isJpeg && (size === undefined || sizeMatches)) return record
  const text = content.toString('latin1')
  if (!BASE64.test(text)) return record
  const bytes = Buffer.from(text, 'base64')
  if (!isJpeg && Number(size) !== bytes.length) return record
  const isRight = sizeMatches || Number(size) === bytes.length
  return { ...record, content: bytes, encodedSize: content.length, sizeMatches: isRight }
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
