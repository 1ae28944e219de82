// What a device uploads: which grammar a body has, and its records. Pure: no HTTP, no storage.
import { unpack } from './archive.js'
import { parseAttendance } from './attendance.js'
import { type Clock, clockIn, isTimeZone } from './clock.js'
import { parseFile, parsePhoto } from './file.js'
import { newFields, Octets } from './octets.js'
import { fieldOf, parseOptions, parsePairs } from './pairs.js'
import type { ParsedUpload } from './upload.js'

/** What tells the grammar of a body, and how its text and its times are read. */
export interface ParseUploadOptions {
  /** `table`, in any letter case, such as `ATTLOG`; for the result of a query its `type`. */
  table?: string
  /** `tablename`, where `table` is `tabledata`. */
  tableName?: string
  /** The other members of the query: old terminals say by them what the body is (`Stamp`, `OpStamp`, `FPImage`, …). */
  query?: Record<string, string>
  /** A `TextDecoder` label for text that isn't ASCII: `'utf-8'` by default, `'gb18030'` for Chinese-language devices. */
  encoding?: string
  /**
   * The terminal's time zone, such as `Asia/Manila` or `+08:00`; without it no record has an `instant`. In the hour that
   * comes twice when daylight saving ends, the first moment is taken; a time that is skipped when it begins is read as
   * if the clock hadn't been changed yet.
   */
  timeZone?: string
}

// An archive that is larger unpacked isn't a terminal's.
const MOST_UNPACKED = 64 * 1024 * 1024

/**
 * Reads the body of an upload (PUSH manual, "Upload"): attendance, operations, users, templates, options, door events,
 * photos, and any table it doesn't know. It never throws on what a device sends, loses no byte, and its work grows
 * linearly with the body.
 *
 * @example
 * const { records, unparsed } = parseUpload(body, { table: 'ATTLOG', timeZone: 'Asia/Manila' })
 *
 * @param body the request's bytes
 * @throws TypeError if `body` isn't a Buffer or there is no such time zone; RangeError if no decoder has that label
 */
export function parseUpload(body: Buffer, options: ParseUploadOptions = {}): ParsedUpload {
  if (!Buffer.isBuffer(body)) {
    throw new TypeError(`parseUpload: body must be a Buffer, not ${typeof body}`)
  }
  const { timeZone, encoding = 'utf-8' } = options
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new TypeError(
      `parseUpload: timeZone is ${JSON.stringify(timeZone)}; expected a zone such as 'Asia/Manila' or '+08:00'`,
    )
  }
  const clock = timeZone === undefined ? undefined : clockIn(timeZone)
  return parseBody(body, options, encoding, clock)
}

/** The same, on options that were checked. */
export function parseBody(
  body: Buffer,
  { table, tableName, query = {} }: Pick<ParseUploadOptions, 'table' | 'tableName' | 'query'>,
  encoding: string,
  clock: Clock | undefined,
): ParsedUpload {
  const octets = new Octets(body, encoding)
  if (fieldOf(query, 'FPImage') !== undefined) {
    return parseFile(octets, 'fpimage', Object.assign(newFields(), query))
  }
  const type = typeOf(table, tableName, query)
  if (fieldOf(query, 'ContentType')?.toLowerCase() === 'tgz') {
    const unpacked = unpack(body, MOST_UNPACKED)
    if (unpacked === undefined) return parseFile(octets, 'tgz', newFields())
    return parseType(new Octets(unpacked, encoding), type, false, clock)
  }
  return parseType(octets, type, table?.toLowerCase() === 'tabledata', clock)
}

function parseType(
  octets: Octets,
  type: string,
  isTableData: boolean,
  clock: Clock | undefined,
): ParsedUpload {
  if (isTableData) return parsePairs(octets, type, clock)
  switch (type) {
    case 'attlog':
      return parseAttendance(octets, clock)
    case 'attphoto':
      return parsePhoto(octets, clock)
    case 'options':
      return parseOptions(octets, type)
    case 'postverifydata':
      return parseFile(octets, type, newFields())
    default:
      return parsePairs(octets, type, clock)
  }
}

// Terminals before 2010 name no table: `Stamp` alone is attendance, `OpStamp` users and operations.
function typeOf(
  table: string | undefined,
  tableName: string | undefined,
  query: Record<string, string>,
): string {
  if (table?.toLowerCase() === 'tabledata' && tableName !== undefined)
    return tableName.toLowerCase()
  if (table !== undefined) return table.toLowerCase()
  if (fieldOf(query, 'PhotoStamp') !== undefined) return 'attphoto'
  if (fieldOf(query, 'OpStamp') !== undefined) return 'operlog'
  if (fieldOf(query, 'Stamp') !== undefined) return 'attlog'
  return ''
}
