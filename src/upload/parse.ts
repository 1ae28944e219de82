// The grammar of an upload's body, and its records. Pure: no HTTP, no storage.

import { isTimeZone } from '../endpoint/time-zone.js'
import { Octets } from '../octets.js'
import { unpack } from './archive.js'
import { parseAttendance } from './attendance.js'
import { type Clock, clockIn } from './clock.js'
import { fieldOf, newFields } from './fields.js'
import { parseFile, parsePhoto } from './file.js'
import { parseOptions } from './options.js'
import { parsePairs } from './pairs.js'
import type { ParsedUpload } from './upload.js'

/** How to read a body: its table, the encoding of its text, the time zone of its times. */
export interface ParseUploadOptions {
  /** `table`, in any letter case, such as `ATTLOG`; for the result of a query its `type`. */
  table?: string
  /** `tablename`, if `table` is `tabledata`. */
  tableName?: string
  /**
   * The other members of the query: old terminals identify the body by them (`Stamp`, `OpStamp`,
   * `FPImage`, …).
   */
  query?: Record<string, string>
  /**
   * A `TextDecoder` label for text that isn't ASCII: `'utf-8'` by default, `'gb18030'` for
   * Chinese-language terminals.
   */
  encoding?: string
  /**
   * The terminal's time zone, such as `Asia/Manila` or `+08:00`; without it no record has an
   * `instant`. In the hour that comes twice when daylight saving ends, the first moment is taken; a
   * time that is skipped when it begins is read as if the clock hadn't been changed yet.
   */
  timeZone?: string
}

/** An archive that is larger unpacked isn't a terminal's, in bytes. */
export const MOST_UNPACKED: number = 16 * 1024 * 1024

/**
 * Reads the body of an upload (PUSH manual, "Upload"): attendance, operations, users, templates,
 * options, door events, photos, and any table it doesn't know. It never throws on what a terminal
 * sends, loses no byte, and its work grows linearly with the body.
 *
 * @example
 * const { records, unparsed } = parseUpload(body, { table: 'ATTLOG', timeZone: 'Asia/Manila' })
 *
 * @param body the request's bytes
 * @throws TypeError if `body` isn't a Buffer or there is no such time zone; RangeError if no
 * decoder has that label
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
  const { text, grammar } = openUpload(body, options)
  const clock = timeZone === undefined ? undefined : clockIn(timeZone)
  return grammar.parse(new Octets(text, encoding), clock)
}

/** How a body is read. */
export interface Grammar {
  /** Whether it consists of lines. */
  hasLines: boolean
  parse(octets: Octets, clock: Clock | undefined): ParsedUpload
}

/** The grammar of a body, and the bytes to read with it, unpacked if they came packed. */
export function openUpload(
  body: Buffer,
  { table, tableName, query = {} }: Pick<ParseUploadOptions, 'table' | 'tableName' | 'query'>,
): { text: Buffer; grammar: Grammar } {
  if (fieldOf(query, 'FPImage') !== undefined) {
    return { text: body, grammar: fileGrammar('fpimage', Object.assign(newFields(), query)) }
  }
  const type = typeOf(table, tableName, query)
  if (fieldOf(query, 'ContentType')?.toLowerCase() === 'tgz') {
    const text = unpack(body, MOST_UNPACKED)
    if (text === undefined) return { text: body, grammar: fileGrammar('tgz', newFields()) }
    return { text, grammar: grammarOf(type, false) }
  }
  return { text: body, grammar: grammarOf(type, isTableData(table)) }
}

/**
 * Which table a body belongs to, in lower case; `''` if unknown. Terminals before 2010 send no
 * table: `Stamp` alone is attendance, `OpStamp` users and operations.
 */
export function typeOf(
  table: string | undefined,
  tableName: string | undefined,
  query: Record<string, string>,
): string {
  if (isTableData(table) && tableName !== undefined) return tableName.toLowerCase()
  if (table !== undefined) return table.toLowerCase()
  if (fieldOf(query, 'PhotoStamp') !== undefined) return 'attphoto'
  if (fieldOf(query, 'OpStamp') !== undefined) return 'operlog'
  if (fieldOf(query, 'Stamp') !== undefined) return 'attlog'
  return ''
}

/**
 * Whether rows come as `tabledata`, or as `vmtable` (a list of wireless networks): access terminals
 * expect both to be confirmed by table and count.
 */
export function isTableData(table: string | undefined): boolean {
  return /^(?:tabledata|vmtable)$/i.test(table ?? '')
}

function grammarOf(type: string, isRows: boolean): Grammar {
  const pairs: Grammar = {
    hasLines: true,
    parse: (octets, clock) => parsePairs(octets, type, clock),
  }
  if (isRows) return pairs
  switch (type) {
    case 'attlog':
      return { hasLines: true, parse: parseAttendance }
    case 'attphoto':
      return { hasLines: false, parse: parsePhoto }
    case 'options':
      return { hasLines: true, parse: (octets) => parseOptions(octets, type) }
    case 'postverifydata':
      return fileGrammar(type, newFields())
    default:
      return pairs
  }
}

function fileGrammar(type: string, fields: Record<string, string>): Grammar {
  return { hasLines: false, parse: (octets) => parseFile(octets, type, fields) }
}
