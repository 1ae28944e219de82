// Options that all endpoints share, their defaults, and errors for invalid ones.
import { constants } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { TextDecoder } from 'node:util'
import bytes from 'bytes'
import { checkFunction, checkTimeout, checkWhole, type OptionNames, wrong } from '../check.js'
import { type ByTerminal, byTerminal, type ValueOf } from './by-terminal.js'
import type { Awaitable } from './deadline.js'

/** The options of every endpoint. */
export interface EndpointOptions {
  /**
   * How long storage may take for one request, in milliseconds: 10 000 by default, 0 for no limit.
   * After it the answer is 503, nothing more of the request is stored, and the terminal retries. It
   * limits `authorize` likewise.
   */
  timeout?: number
  /**
   * Decides whether a terminal may report, before its body is read: `true`, or `false` for 403;
   * anything else is an error. By default every terminal may. The serial number is only a claim: it
   * is printed on the terminal. Use this argument, not `req.query`, which a query parser may read
   * differently.
   */
  authorize?(serialNumber: string, req: IncomingMessage): Awaitable<boolean>
}

/** The options of every endpoint that reads or writes text. */
export interface EncodingOptions {
  /**
   * The encoding of text that is not ASCII, read and written, a `TextDecoder` label: `'utf-8'` by
   * default, `'gb18030'` for Chinese-language terminals; or a function of the serial number that
   * returns one, or a promise of one. Use the same for `commandQueue`.
   */
  encoding?: ByTerminal<string | undefined>
}

/** The bounds of a body, of replies or of uploads. */
export interface BodyOptions {
  /**
   * The largest body, in bytes or as text that `bytes` reads. By default `'1mb'` for replies, and
   * `'4mb'` for uploads, because photos are uploads too. A larger one is answered 413.
   */
  limit?: number | string
  /**
   * How many records, lines and options one body may hold, 10 000 by default; a line of an upload
   * may have twenty fields on average. A body with more is answered 413 before any of it reaches
   * storage.
   */
  maxRecords?: number
}

/** The checked options that `endpoint()` needs. */
export interface EndpointSettings {
  timeout: number
  authorize: ((serialNumber: string, raw: unknown) => Awaitable<boolean>) | undefined
}

/** The names of the options of every endpoint. */
export const ENDPOINT_OPTIONS: OptionNames<EndpointOptions> = { timeout: true, authorize: true }
/** The names of the options of every endpoint that reads or writes text. */
export const ENCODING_OPTIONS: OptionNames<EncodingOptions> = { encoding: true }
/** The names of the bounds of a body. */
export const BODY_OPTIONS: OptionNames<BodyOptions> = { limit: true, maxRecords: true }

const ASCII = Buffer.from(Array.from({ length: 128 }, (_, byte) => byte))
const SIZE = /^\d+(\.\d+)? *(b|kb|mb|gb)?$/i

/** @throws TypeError that names the option, what came and what was expected */
export function endpointSettings(options: EndpointOptions): EndpointSettings {
  const { timeout = 10_000, authorize } = options
  checkFunction('authorize', authorize, 'a function (serialNumber, req) that returns true or false')
  checkTimeout('timeout', timeout)
  return { timeout, authorize: authorize?.bind(options) as EndpointSettings['authorize'] }
}

/**
 * The bounds of a body.
 *
 * @param within where the options are nested, such as `reply.`; `''` if nowhere
 * @throws TypeError that names the option, what came and what was expected
 */
export function bodySettings(
  options: BodyOptions,
  defaultLimit: string,
  within: string,
): { limit: number; maxRecords: number } {
  const { limit = defaultLimit, maxRecords = 10_000 } = options
  checkWhole(`${within}maxRecords`, maxRecords, 1)
  return { limit: sizeOf(`${within}limit`, limit), maxRecords }
}

/** @throws TypeError if an option is not a size */
export function sizeOf(option: string, limit: unknown): number {
  const isSize = typeof limit === 'string' ? SIZE.test(limit) : Number.isSafeInteger(limit)
  const size = isSize ? bytes.parse(limit as string | number) : null
  if (size === null || size <= 0) {
    throw wrong(option, limit, 'a number of bytes above 0, or text such as "512kb" or "1mb"')
  }
  if (size > constants.MAX_LENGTH) {
    throw wrong(option, limit, `at most ${constants.MAX_LENGTH} bytes, which is all a Buffer holds`)
  }
  return size
}

/**
 * Creates a function that returns the encoding that a terminal writes.
 *
 * @throws TypeError as `decoderLabel`; the created function as well
 */
export function decoderLabelOf({ encoding }: EncodingOptions): ValueOf<string> {
  return byTerminal('encoding', encoding, decoderLabel)
}

/** @throws TypeError if the option `encoding` isn't the label of an encoding that contains ASCII */
export function decoderLabel(encoding = 'utf-8'): string {
  const expected =
    'a TextDecoder label of an encoding that contains ASCII, such as "utf-8" or "gb18030"'
  try {
    if (new TextDecoder(encoding).decode(ASCII) === ASCII.toString()) return encoding
  } catch (cause) {
    throw wrong('encoding', encoding, expected, cause)
  }
  throw wrong('encoding', encoding, expected)
}
