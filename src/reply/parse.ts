// The records of a Command Reply body. Pure: no HTTP, no storage, no clock.
import { checkNames, type OptionNames } from '../check.js'
import { RecordReader } from './record.js'
import type { ParsedReplies } from './reply.js'

/** The options of `parseReplies`. */
export interface ParseRepliesOptions {
  /** `SN` of the query; each reply carries it. */
  serialNumber: string
  /**
   * A `TextDecoder` label for values that are not ASCII: `'utf-8'` by default, `'gb18030'` for
   * Chinese-language terminals. Ids are always UTF-8; `content` and `raw` stay bytes.
   */
  encoding?: string
  /** How many records, lines and other pairs the body may hold; no limit by default. */
  maxRecords?: number
}

const NAMES: OptionNames<ParseRepliesOptions> = {
  serialNumber: true,
  encoding: true,
  maxRecords: true,
}

/**
 * Reads the records of a Command Reply body (PUSH manual, "Command Reply"): compact, tailed and
 * block form, any number of them. It takes time linear in the body, and never throws on what a
 * terminal sends, unless `maxRecords` is set.
 *
 * @example
 * const { replies, unparsed } = parseReplies(Buffer.from('ID=info8487&Return=0&CMD=DATA\n'), { serialNumber: '0316144680030' })
 *
 * @param body the request's bytes
 * @throws TypeError if `body` is not a Buffer or an option is wrong; RangeError if no decoder has that
 *   label; IclockError `TOO_MANY_RECORDS`
 */
export function parseReplies(body: Buffer, options: ParseRepliesOptions): ParsedReplies {
  if (!Buffer.isBuffer(body)) {
    throw new TypeError(`parseReplies: body must be a Buffer, not ${typeof body}`)
  }
  checkNames(options, NAMES)
  const { serialNumber, encoding = 'utf-8', maxRecords = Number.POSITIVE_INFINITY } = options
  const reader = new RecordReader(body, serialNumber, encoding, maxRecords)
  reader.readLines()
  return { replies: reader.replies, unparsed: reader.unparsed }
}
