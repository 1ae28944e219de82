// The grammar of an upload's body, and its records. Pure: no HTTP, no storage.

import { isTimeZone } from '../endpoint/time-zone.js'
import { Octets } from '../octets.js'
import { archiveBehind, archiveHeadOf, unpack } from './archive.js'
import { parseAttendance } from './attendance.js'
import { type Clock, clockIn } from './clock.js'
import { fieldOf } from './fields.js'
import { parseFile, parsePhoto } from './file.js'
import { parseOptions } from './options.js'
import { parsePairs } from './pairs.js'
import { excessOf } from './size.js'
import { isTableData, tableOf } from './table.js'
import { isText } from './text.js'
import type { ParsedUpload, Upload } from './upload.js'

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
// How every archive begins.
const GZIP = [0x1f, 0x8b]

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
  const { table, tableName, query = {} } = options
  const about: UploadDescription = { query }
  if (table !== undefined) about.table = table
  if (tableName !== undefined) about.tableName = tableName
  const clock = timeZone === undefined ? undefined : clockIn(timeZone)
  return readUpload(body, about, { encoding, clock, most: Number.POSITIVE_INFINITY })
}

/** How a body is read. */
export interface Grammar {
  /** Whether it consists of lines. */
  hasLines: boolean
  parse(octets: Octets, clock: Clock | undefined): ParsedUpload
}

/** What describes a body. */
export type UploadDescription = Pick<Upload, 'table' | 'tableName' | 'query'>

/** The grammar of a body, and the bytes to read with it, unpacked if they came packed. */
export function openUpload(
  body: Buffer,
  about: UploadDescription,
): { text: Buffer; grammar: Grammar } {
  const { table, query } = about
  if (fieldOf(query, 'FPImage') !== undefined) {
    return { text: body, grammar: fileGrammar('fpimage', query) }
  }
  if (fieldOf(query, 'ContentType')?.toLowerCase() === 'tgz') {
    const text = unpack(body, MOST_UNPACKED)
    if (text === undefined) return { text: body, grammar: fileGrammar('tgz', query) }
    return { text, grammar: grammarOf(about, false) }
  }
  const isRows = isTableData(table)
  const head = isRows ? archiveHeadOf(body) : undefined
  if (head === undefined) return { text: body, grammar: grammarOf(about, isRows) }
  const text = unpack(archiveBehind(head, body), MOST_UNPACKED)
  if (text === undefined) return { text: body, grammar: fileGrammar(tableOf(about), query) }
  return { text, grammar: grammarOf(about, isRows) }
}

/** Whether a body may be an archive, or have one behind a header. */
export function isPacked(body: Buffer, { table }: UploadDescription): boolean {
  if (body[0] === GZIP[0] && body[1] === GZIP[1]) return true
  return isTableData(table) && archiveHeadOf(body) !== undefined
}

/** How to read a body. */
export interface ReadingOptions {
  encoding: string
  clock: Clock | undefined
  /** How many lines it may have. */
  most: number
}

/**
 * Reads a body. One that is no text is a file: cut at its line ends, some of its bytes would be
 * lost. A stray octet in one of many lines doesn't make it one.
 *
 * @throws IclockError `TOO_MANY_RECORDS` if it is text of more lines, or more fields, than allowed
 */
export function readUpload(
  body: Buffer,
  about: UploadDescription,
  { encoding, clock, most }: ReadingOptions,
): ParsedUpload {
  const { text, grammar } = openUpload(body, about)
  const excess = grammar.hasLines ? excessOf(text, most) : undefined
  if (excess === undefined) {
    const parsed = grammar.parse(new Octets(text, encoding), clock)
    const { unparsed } = parsed
    if (unparsed.length === 0 || !grammar.hasLines || isMostlyRecords(parsed)) return parsed
    if (isText(text)) return parsed
  } else if (isText(text)) throw excess
  return parseFile(body, tableOf(about), about.query)
}

// No other bytes have the form of an attendance record.
function isMostlyRecords({ records, unparsed }: ParsedUpload): boolean {
  return records[0]?.kind === 'attendance' || records.length > unparsed.length
}

function grammarOf(about: UploadDescription, isRows: boolean): Grammar {
  const type = tableOf(about)
  const pairs: Grammar = {
    hasLines: true,
    parse: (octets, clock) => parsePairs(octets, type, clock),
  }
  if (isRows) return pairs
  switch (type) {
    case 'attlog':
      return { hasLines: true, parse: parseAttendance }
    case 'attphoto':
      return {
        hasLines: false,
        parse: (octets, clock) => parsePhoto(octets, about.query, clock),
      }
    case 'options':
      return { hasLines: true, parse: (octets) => parseOptions(octets, type) }
    case 'postverifydata':
      return fileGrammar(type, about.query)
    default:
      return pairs
  }
}

function fileGrammar(type: string, query: Record<string, string>): Grammar {
  return { hasLines: false, parse: ({ body }) => parseFile(body, type, query) }
}
