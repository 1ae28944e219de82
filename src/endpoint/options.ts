// Options that all endpoints share, their defaults, and errors for invalid ones.
import { constants } from 'node:buffer'
import { IncomingMessage } from 'node:http'
import { TextDecoder } from 'node:util'
import bytes from 'bytes'
import type { Awaitable } from './deadline.js'
import { describe } from './errors.js'

/** The options of every endpoint. */
export interface EndpointOptions {
  /**
   * How long storage may take for one request, in milliseconds: 10 000 by default, 0 for no limit.
   * After it the answer is 503, nothing more of the request is kept, and the terminal retries. It
   * limits `authorize` likewise.
   */
  timeout?: number
  /**
   * Decides whether a terminal may report, before its body is read: `true`, or `false` for 403;
   * anything else is an error. By default every terminal may. The serial number is a claim: it is
   * printed on the terminal. Decide by this argument, not by `req.query`, which a query parser may
   * read in another way.
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

/** What `endpoint()` needs of the options, checked. */
export interface EndpointSettings {
  timeout: number
  authorize: EndpointOptions['authorize']
}

/** What reading a body needs of the options, checked. */
export interface BodySettings {
  limit: number
  encoding: string
}

/** The names of the options of every endpoint. */
export const ENDPOINT_OPTIONS: readonly string[] = ['timeout', 'authorize']
/** The names of the options of every endpoint that reads a body. */
export const BODY_OPTIONS: readonly string[] = ['limit', 'encoding']

const ASCII = Buffer.from(Array.from({ length: 128 }, (_, byte) => byte))
// setTimeout treats longer delays as 1 ms.
const LONGEST_TIMER = 2 ** 31 - 1
const SPREAD =
  'if the adapter was spread from an instance of a class, { ...instance } leaves its methods behind: pass the instance, ' +
  'or bind each method'
const SIZE = /^\d+(\.\d+)? *(b|kb|mb|gb)?$/i

/** @throws TypeError that names the option, what came and what was expected */
export function endpointSettings(options: EndpointOptions): EndpointSettings {
  const { timeout = 10_000, authorize } = options
  checkFunction('authorize', authorize, 'a function (serialNumber, req) that returns true or false')
  if (!Number.isSafeInteger(timeout) || timeout < 0 || timeout > LONGEST_TIMER) {
    throw wrong('timeout', timeout, `whole milliseconds up to ${LONGEST_TIMER}, or 0 for no limit`)
  }
  return { timeout, authorize: authorize?.bind(options) }
}

/** @throws TypeError that names the option, what came and what was expected */
export function bodySettings({ limit = '1mb', encoding = 'utf-8' }: BodyOptions): BodySettings {
  return { limit: sizeOf(limit), encoding: labelOf(encoding) }
}

/** @throws TypeError if an option is unknown */
export function checkNames(options: object, known: readonly string[]): void {
  if (options instanceof IncomingMessage) {
    throw new TypeError(
      'express-iclock: the options are a request; did you forget to call it? Mount what it returns, e.g. ' +
        'app.use(commandReplyRouter({ adapter })), not app.use(commandReplyRouter)',
    )
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `express-iclock: the options are ${describe(options)}; expected { ${known[0]} }`,
    )
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const similar = known.find((option) => option.toLowerCase() === name.toLowerCase())
    const expected = similar ? `did you mean "${similar}"?` : `the options are ${known.join(', ')}`
    throw new TypeError(`express-iclock: there is no option "${name}"; ${expected}`)
  }
}

/** @throws TypeError if an option that may be a function is something else */
export function checkFunction(option: string, value: unknown, expected: string): void {
  if (value !== undefined && typeof value !== 'function') throw wrong(option, value, expected)
}

/**
 * Checks that the adapter has the functions an endpoint calls.
 *
 * @param smallerWay what serves an adapter that lacks one of the required functions
 * @throws TypeError that names the call, and says what the endpoint needs it for
 */
export function checkAdapter(
  adapter: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
  smallerWay = '',
): void {
  const names = required.join(', ').replace(/, (?=[^,]*$)/, ' and ')
  const expected = `an object with the functions ${names}, such as memoryAdapter() returns`
  if (typeof adapter === 'function') {
    throw wrong('adapter', adapter, `${expected}; did you forget to call it?`)
  }
  if (typeof adapter !== 'object' || adapter === null) throw wrong('adapter', adapter, expected)
  if ('then' in adapter) throw wrong('adapter', adapter, `${expected}; await it first`)
  const calls = adapter as Record<string, unknown>
  for (const call of required) {
    if (typeof calls[call] === 'function') continue
    const hints = [mayBeSpread(calls, call) ? SPREAD : '', smallerWay].filter((hint) => hint !== '')
    throw wrong(`adapter.${call}`, calls[call], ['a function', ...hints].join('; '))
  }
  for (const call of optional) {
    if (calls[call] === undefined || typeof calls[call] === 'function') continue
    throw wrong(`adapter.${call}`, calls[call], 'a function, or undefined')
  }
}

function mayBeSpread(adapter: object, call: string): boolean {
  const isPlain = Object.getPrototypeOf(adapter) === Object.prototype
  return isPlain && !(call in adapter) && Object.keys(adapter).length > 0
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

/** An error that names the option, what came and what was expected. */
export function wrong(
  option: string,
  value: unknown,
  expected: string,
  cause?: unknown,
): TypeError {
  const message = `express-iclock: option "${option}" is ${describe(value)}; expected ${expected}`
  return new TypeError(message, cause === undefined ? undefined : { cause })
}
