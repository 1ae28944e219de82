// What a device says: the records of a Command Reply body. Pure: no HTTP, no storage, no clock.
import { RecordReader } from './record.js'
import type { ParsedReplies } from './reply.js'

/**
 * Reads the records of a Command Reply body (PUSH manual, "Command Reply"): compact, tailed and
 * block form, any number of them. It takes time in proportion to the body, and never throws on what
 * a device sends, unless `maxRecords` is set.
 *
 * @example
 * const { replies, unparsed } = parseReplies(Buffer.from('ID=info8487&Return=0&CMD=DATA\n'), '0316144680030')
 *
 * @param body the request's bytes
 * @param serialNumber `SN` of the query, handed on to each reply
 * @param encoding a `TextDecoder` label for values that are not ASCII, `'utf-8'` by default
 *   (`'gb18030'` for Chinese-language devices); ids are always UTF-8, `content` and `raw` stay bytes
 * @param maxRecords how many records, lines and other pairs the body may hold; no limit by default
 * @throws TypeError if `body` is not a Buffer; RangeError if no decoder has that label; IclockError
 *   `TOO_MANY_RECORDS`
 */
export function parseReplies(
  body: Buffer,
  serialNumber: string,
  encoding = 'utf-8',
  maxRecords: number = Number.POSITIVE_INFINITY,
): ParsedReplies {
  if (!Buffer.isBuffer(body)) {
    throw new TypeError(`parseReplies: body must be a Buffer, not ${typeof body}`)
  }
  const reader = new RecordReader(body, serialNumber, encoding, maxRecords)
  reader.readLines()
  return { replies: reader.replies, unparsed: reader.unparsed }
}
