// What may be set, what is meant where nothing is set, and what is said of a wrong setting.
import type { IncomingMessage } from 'node:http'
import { inspect, TextDecoder } from 'node:util'
import bytes from 'bytes'
import type { Awaitable, IssuedCommand, StorageAdapter } from './adapter.js'

/** The options of `commandReplyHandler`. */
export interface CommandReplyHandlerOptions<Issued extends IssuedCommand = IssuedCommand> {
  /** The storage that finds issued commands and keeps replies. */
  adapter: StorageAdapter<Issued>
  /** The largest body: bytes, or a text as `bytes` reads it. `'1mb'` by default; a larger one is answered 413. */
  limit?: number | string
  /** A `TextDecoder` label for what is not ASCII, `'utf-8'` by default; `'gb18030'` for Chinese-language devices. */
  encoding?: string
  /**
   * How long storage may take for one request, in milliseconds: 10 000 by default, 0 for any time. After it the answer is
   * 503, nothing more of the request is kept, and the device sends again. It bounds `authorize` likewise.
   */
  timeout?: number
  /**
   * Tells whether a device may report, before its body is read; by default every device may, and where it answers false
   * the device is refused with 403. The serial number is a claim: it is printed on the device.
   */
  authorize?(serialNumber: string, req: IncomingMessage): Awaitable<boolean>
}

/** The options of `commandReplyRouter`. */
export interface CommandReplyOptions<Issued extends IssuedCommand = IssuedCommand>
  extends CommandReplyHandlerOptions<Issued> {
  /** Where devices post, below the mount path; `['/iclock/devicecmd', '/iclock/devicecmd.aspx']` by default. */
  path?: string | string[]
}

/** The options, checked and complete. */
export interface HandlerSettings<Issued extends IssuedCommand> {
  adapter: StorageAdapter<Issued>
  limit: number
  encoding: string
  timeout: number
  authorize: CommandReplyHandlerOptions<Issued>['authorize']
}

const HANDLER_OPTIONS = ['adapter', 'limit', 'encoding', 'timeout', 'authorize']
const ROUTER_OPTIONS = [...HANDLER_OPTIONS, 'path']
const REQUIRED_CALLS = ['findCommand', 'onReply'] as const
const OPTIONAL_CALLS = ['onUnread', 'findCommands', 'onReplies'] as const
const PATHS = ['/iclock/devicecmd', '/iclock/devicecmd.aspx']
const ASCII = Buffer.from(Array.from({ length: 128 }, (_, byte) => byte))
// setTimeout takes a longer time for 1 ms.
const LONGEST_TIMER = 2 ** 31 - 1
const SIZE = /^\d+(\.\d+)? *(b|kb|mb|gb)?$/i

/** @throws TypeError that names the option, what came and what was meant */
export function handlerSettings<Issued extends IssuedCommand>(
  options: CommandReplyHandlerOptions<Issued>,
): HandlerSettings<Issued> {
  checkNames(options, HANDLER_OPTIONS)
  return settingsOf(options)
}

function settingsOf<Issued extends IssuedCommand>(
  options: CommandReplyHandlerOptions<Issued>,
): HandlerSettings<Issued> {
  const { adapter, limit = '1mb', encoding = 'utf-8', timeout = 10_000, authorize } = options
  checkAdapter(adapter)
  if (authorize !== undefined && typeof authorize !== 'function') {
    throw wrong('authorize', authorize, 'a function (serialNumber, req) that answers true or false')
  }
  if (!Number.isSafeInteger(timeout) || timeout < 0 || timeout > LONGEST_TIMER) {
    throw wrong('timeout', timeout, `whole milliseconds up to ${LONGEST_TIMER}, or 0 for no bound`)
  }
  return {
    adapter,
    limit: sizeOf(limit),
    encoding: labelOf(encoding),
    timeout,
    authorize: authorize?.bind(options),
  }
}

/** @throws TypeError that names the option, what came and what was meant */
export function routerSettings<Issued extends IssuedCommand>(
  options: CommandReplyOptions<Issued>,
): { paths: string[]; settings: HandlerSettings<Issued> } {
  checkNames(options, ROUTER_OPTIONS)
  const { path = PATHS } = options
  const paths = [path].flat()
  const isPath = (value: unknown) => typeof value === 'string' && value.startsWith('/')
  if (paths.length === 0 || !paths.every(isPath)) {
    throw wrong('path', path, 'a path that begins with "/", or a list of such paths')
  }
  return { paths, settings: settingsOf(options) }
}

/** @throws TypeError where there is an option that none of the known ones is */
export function checkNames(options: object, known: string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`express-iclock: the options are ${shown(options)}; meant is { adapter }`)
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const similar = known.find((option) => option.toLowerCase() === name.toLowerCase())
    const meant = similar ? `did you mean "${similar}"?` : `the options are ${known.join(', ')}`
    throw new TypeError(`express-iclock: there is no option "${name}"; ${meant}`)
  }
}

function checkAdapter(adapter: unknown): void {
  const meant = 'an object with the functions findCommand and onReply, as memoryAdapter() makes one'
  if (typeof adapter === 'function') {
    throw wrong('adapter', adapter, `${meant}: was it meant to be called?`)
  }
  if (typeof adapter !== 'object' || adapter === null) throw wrong('adapter', adapter, meant)
  if ('then' in adapter) throw wrong('adapter', adapter, `${meant}: await it first`)
  const calls: Partial<Record<keyof StorageAdapter, unknown>> = adapter
  for (const call of REQUIRED_CALLS) {
    if (typeof calls[call] !== 'function') throw wrong(`adapter.${call}`, calls[call], 'a function')
  }
  for (const call of OPTIONAL_CALLS) {
    if (calls[call] === undefined || typeof calls[call] === 'function') continue
    throw wrong(`adapter.${call}`, calls[call], 'a function, or nothing')
  }
  if ((calls.findCommands === undefined) === (calls.onReplies === undefined)) return
  const missing = calls.findCommands === undefined ? 'findCommands' : 'onReplies'
  throw wrong(`adapter.${missing}`, undefined, 'a function: findCommands and onReplies go together')
}

function sizeOf(limit: unknown): number {
  const isSize = typeof limit === 'string' ? SIZE.test(limit) : Number.isSafeInteger(limit)
  const size = isSize ? bytes.parse(limit as string | number) : null
  if (size === null || size <= 0) {
    throw wrong('limit', limit, 'a number of bytes above 0, or a text such as "512kb" or "1mb"')
  }
  return size
}

function labelOf(encoding: unknown): string {
  const meant =
    'a TextDecoder label of an encoding that contains ASCII, such as "utf-8" or "gb18030"'
  try {
    const label = encoding as string
    if (new TextDecoder(label).decode(ASCII) === ASCII.toString()) return label
  } catch (cause) {
    throw wrong('encoding', encoding, meant, cause)
  }
  throw wrong('encoding', encoding, meant)
}

/** An error that names the option, what came and what was meant. */
export function wrong(option: string, came: unknown, meant: string, cause?: unknown): TypeError {
  const message = `express-iclock: option "${option}" is ${shown(came)}; meant is ${meant}`
  return new TypeError(message, cause === undefined ? undefined : { cause })
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 40, breakLength: Number.POSITIVE_INFINITY })
}
