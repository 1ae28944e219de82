// Everything a terminal asks for as one Express router: a table of endpoints and their paths.
import type { Request, Router } from 'express'
import { checkAdapter, checkFunction, checkNames, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { HOOK_OPTIONS, type HookOptions } from '../endpoint/hook.js'
import { ENDPOINT_OPTIONS, type EndpointOptions } from '../endpoint/options.js'
import {
  ARRIVAL_OPTIONS,
  type ArrivalOptions,
  handshakeWing,
  offsetOfOption,
} from '../handshake/handler.js'
import {
  DELIVERY_CALLS,
  DELIVERY_OPTIONS,
  type DeliveryOptions,
  deliveryEndpoint,
} from '../queue/handler.js'
import { commandQueue } from '../queue/queue.js'
import type { CommandStorage } from '../queue/storage.js'
import { type CommandReplyHandlerOptions, replyEndpoint } from '../reply/handler.js'
import type { ReplyStorage } from '../reply/storage.js'
import { contactBook } from '../terminal/contact.js'
import { offsetWatch } from '../terminal/offset.js'
import type { TerminalStorage } from '../terminal/storage.js'
import { type UploadOptions, uploadEndpoint } from '../upload/handler.js'
import type { UploadStorage } from '../upload/storage.js'
import { observers } from './observer.js'
import { routerOf } from './place.js'

/** The storage that `terminalRouter` needs; `memoryAdapter()` has all of it. */
export type TerminalAdapter<Issued extends IssuedCommand = IssuedCommand> = ReplyStorage<Issued> &
  CommandStorage<Issued> &
  UploadStorage &
  TerminalStorage

/**
 * The options of `terminalRouter`. Options of a single endpoint nest under its name, so that they
 * affect nothing else.
 */
export interface TerminalRouterOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    ArrivalOptions,
    HookOptions {
  /** The storage of all endpoints. */
  adapter: TerminalAdapter<Issued>
  /**
   * The encoding of text that is not ASCII, read and written, a `TextDecoder` label: `'utf-8'` by
   * default, `'gb18030'` for Chinese-language terminals.
   */
  encoding?: string
  /** As for every endpoint, with the request of Express: `req.ip` and so on. */
  authorize?(serialNumber: string, req: Request): Awaitable<boolean>
  /** The options of replies only. */
  reply?: Pick<CommandReplyHandlerOptions<Issued>, 'limit' | 'maxRecords'>
  /** How commands are sent. */
  delivery?: DeliveryOptions
  /** The options of uploads only. */
  upload?: Pick<UploadOptions, 'limit' | 'maxRecords'>
  /** Called once for each new reply, after storage has it; otherwise like `afterUpload`. */
  afterReply?: CommandReplyHandlerOptions<Issued>['afterReply']
  /**
   * Called once with the new records of an upload, after storage has them. It isn't awaited; errors
   * go to `onError`. For work that must not be lost, use `onUpload` of the adapter.
   */
  afterUpload?: UploadOptions['afterUpload']
}

const OPTIONS: OptionNames<TerminalRouterOptions> = {
  adapter: true,
  encoding: true,
  reply: { limit: true, maxRecords: true },
  delivery: DELIVERY_OPTIONS,
  upload: { limit: true, maxRecords: true },
  afterReply: true,
  afterUpload: true,
  ...HOOK_OPTIONS,
  ...ARRIVAL_OPTIONS,
  ...ENDPOINT_OPTIONS,
}
const CALLS = [
  ...['findCommand', 'onReply', 'issue', ...DELIVERY_CALLS, 'release', 'cancel', 'findRecord'],
  ...['onUpload', 'onContact', 'findTerminal'],
]
// Harmless if it comes twice, and useless once the terminal has been restarted.
const RENEWAL = { text: 'CHECK', key: 'utc-offset', expiresAfter: 24 * 60 * 60_000 }
const SMALLER =
  'an adapter that has only findCommand and onReply fits commandReplyRouter, which serves devicecmd alone'

/**
 * Creates an Express router that answers everything a terminal asks for: handshakes and
 * registration, uploads, polls for commands and their replies (PUSH manuals), below `/iclock/` and
 * `/iclock/iclock/`, in any letter case, with or without `.aspx` and a trailing slash. Mount it
 * before body parsers, at the root or under any path.
 *
 * A terminal gets its offset from UTC in its handshake. If daylight saving begins or ends while it
 * runs, the router issues it a `CHECK`, with the key `utc-offset`, so that it repeats the
 * handshake.
 *
 * Errors go to the app's error handler, this package's with `status` and `code`. Other methods and
 * paths go on to the app; those below `/iclock/` can be watched on the diagnostics channel
 * `express-iclock:unknown`.
 *
 * @example
 * const adapter = memoryAdapter()
 * app.use(terminalRouter({ adapter }))
 * const commands = commandQueue(adapter)
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function terminalRouter<Issued extends IssuedCommand>(
  options: TerminalRouterOptions<Issued>,
): Router {
  checkNames(options, OPTIONS)
  const { adapter, encoding, reply = {}, delivery = {}, upload = {} } = options
  const { timeout, authorize, onError, timeZone, secret, handshake } = options
  const { afterReply, afterUpload } = options
  checkFunction('onError', onError, 'a function (error)')
  checkAdapter(adapter, CALLS, [], SMALLER)
  const shared = {
    adapter,
    ...(timeout !== undefined && { timeout }),
    ...(authorize !== undefined && { authorize: authorize.bind(options) }),
  }
  const hooks = { ...(onError !== undefined && { onError: onError.bind(options) }) }
  const text = { ...(encoding !== undefined && { encoding }) }
  const zone = { ...(timeZone !== undefined && { timeZone }) }

  const contacts = contactBook(adapter, hooks)
  const commands = commandQueue(adapter)
  const isPolling = offsetWatch({
    adapter,
    offsetOf: offsetOfOption(timeZone),
    renew: (serialNumber) => commands.issue(serialNumber, RENEWAL),
    ...hooks,
  })
  const { onPoll, onUpload, onReplies } = observers(contacts, isPolling)
  const { cdata, registry, push, rtdata, exchange, ping } = handshakeWing(
    {
      ...shared,
      ...hooks,
      ...zone,
      ...(secret !== undefined && { secret }),
      ...(handshake !== undefined && {
        handshake: typeof handshake === 'function' ? handshake.bind(options) : handshake,
      }),
    },
    contacts,
  )
  const poll = deliveryEndpoint({ ...shared, ...text, delivery }, onPoll)
  const replies = replyEndpoint(
    {
      ...{ ...shared, ...text, ...reply, ...hooks },
      ...(afterReply !== undefined && { afterReply: afterReply.bind(options) }),
    },
    onReplies,
  )
  const uploads = uploadEndpoint(
    {
      ...{ ...shared, ...text, ...upload, ...hooks, ...zone },
      ...(afterUpload !== undefined && { afterUpload: afterUpload.bind(options) }),
      ...(afterReply !== undefined && { afterReply: afterReply.bind(options) }),
    },
    onUpload,
  )
  // Express tries them in this order, and most requests are polls.
  return routerOf([
    { name: 'getrequest', methods: ['get', 'post'], handler: poll },
    { name: 'cdata', methods: ['post'], handler: uploads },
    { name: 'devicecmd', methods: ['post', 'get'], handler: replies },
    { name: 'cdata', methods: ['get'], handler: cdata },
    { name: 'querydata', methods: ['post'], handler: uploads },
    { name: 'fdata', methods: ['post'], handler: uploads },
    { name: 'registry', methods: ['post'], handler: registry },
    { name: 'push', methods: ['get', 'post'], handler: push },
    { name: 'rtdata', methods: ['get'], handler: rtdata },
    { name: 'exchange', methods: ['get', 'post'], handler: exchange },
    { name: 'ping', methods: ['get', 'post'], handler: ping },
  ])
}
