// Options that all endpoints share, their defaults, and errors for invalid ones.
import { constants } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { TextDecoder } from 'node:util'
import bytes from 'bytes'
import { checkFunction, checkTimeout, type OptionNames, wrong } from '../check.js'
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

/** The options of every endpoint that reads a body. */
export interface BodyOptions {
  /**
   * The largest body, in bytes or as text that `bytes` reads: `'1mb'` by default. A larger one is
   * answered 413.
   */
  limit?: number | string
  /**
   * The encoding of non-ASCII text, a `TextDecoder` label: `'utf-8'` by default, `'gb18030'` for
   * Chinese-language terminals.
   */
  encoding?: string
}

/** The checked options that `endpoint()` needs. */
export interface EndpointSettings {
  timeout: number
  authorize: EndpointOptions['authorize']
}

/** The checked options that reading a body needs. */
export interface BodySettings {
  limit: number
  encoding: string
}

/** The names of the options of every endpoint. */
export const ENDPOINT_OPTIONS: OptionNames<EndpointOptions> = { timeout: true, authorize: true }
/** The names of the options of every endpoint that reads a body. */
export const BODY_OPTIONS: OptionNames<BodyOptions> = { limit: true, encoding: true }

const ASCII = Buffer.from(Array.from({ length: 128 }, (_, byte) => byte))
const SIZE = /^\d+(\.\d+)? *(b|kb|mb|gb)?$/i

/** @throws TypeError that names the option, what came and what was expected */
export function endpointSettings(options: EndpointOptions): EndpointSettings {
  const { timeout = 10_000, authorize } = options
  checkFunction('authorize', authorize, 'a function (serialNumber, req) that returns true or false')
  checkTimeout('timeout', timeout)
  return { timeout, authorize: authorize?.bind(options) }
}

/** @throws TypeError that names the option, what came and what was expected */
export function bodySettings({ limit = '1mb', encoding = 'utf-8' }: BodyOptions): BodySettings {
  return { limit: sizeOf(limit), encoding: labelOf(encoding) }
}

function sizeOf(limit: unknown): number {
  const isSize = typeof limit === 'string' ? SIZE.test(limit) : Number.isSafeInteger(limit)
  const size = isSize ? bytes.parse(limit as string | number) : null
  if (size === null || size <= 0) {
    throw wrong('limit', limit, 'a number of bytes above 0, or text such as "512kb" or "1mb"')
  }
  if (size > constants.MAX_LENGTH) {
    throw wrong(
      'limit',
      limit,
      `at most ${constants.MAX_LENGTH} bytes, which is all a Buffer holds`,
    )
  }
  return size
}

function labelOf(encoding: unknown): string {
  const expected =
    'a TextDecoder label of an encoding that contains ASCII, such as "utf-8" or "gb18030"'
  try {
    const label = encoding as string
    if (new TextDecoder(label).decode(ASCII) === ASCII.toString()) return label
  } catch (cause) {
    throw wrong('encoding', encoding, expected, cause)
  }
  throw wrong('encoding', encoding, expected)
}
