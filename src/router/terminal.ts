// Everything a terminal asks for as one Express router: a table of endpoints and their paths.
import type { Request, Router } from 'express'
import { checkAdapter, checkNames, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { Bodies, CAPACITY_OPTIONS, type CapacityOptions } from '../endpoint/bodies.js'
import type { ByTerminal } from '../endpoint/by-terminal.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { oneOf } from '../endpoint/endpoint.js'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import {
  BODY_OPTIONS,
  type BodyOptions,
  ENCODING_OPTIONS,
  ENDPOINT_OPTIONS,
  type EncodingOptions,
  type EndpointOptions,
} from '../endpoint/options.js'
import { offsetOfOption, type TimeZoneOptions, timeZoneOf } from '../endpoint/time-zone.js'
import { ARRIVAL_OPTIONS, type ArrivalOptions, handshakeEndpoints } from '../handshake/handler.js'
import { isPostedHandshake } from '../handshake/request.js'
import {
  DELIVERY_CALLS,
  DELIVERY_OPTIONS,
  type DeliveryOptions,
  deliveryEndpoint,
} from '../queue/handler.js'
import type { CommandIdStyle } from '../queue/issuer.js'
import { commandQueue } from '../queue/queue.js'
import type { CommandStorage } from '../queue/storage.js'
import { REPLY_HOOK_OPTIONS, type ReplyHookOptions, replyEndpoint } from '../reply/handler.js'
import type { ReplyStorage } from '../reply/storage.js'
import { type ContactBook, contactBook } from '../terminal/contact.js'
import { offsetWatch } from '../terminal/offset.js'
import type { TerminalStorage } from '../terminal/storage.js'
import {
  ACKNOWLEDGEMENT_OPTIONS,
  type AcknowledgementOptions,
  receptionOf,
  UPLOAD_HOOK_OPTIONS,
  type UploadHookOptions,
  uploadEndpoint,
} from '../upload/handler.js'
import type { UploadStorage } from '../upload/storage.js'
import { driftInOptions, statedTime } from './drift.js'
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
    EncodingOptions,
    CapacityOptions,
    ArrivalOptions,
    AcknowledgementOptions,
    ReplyHookOptions<Issued>,
    UploadHookOptions {
  /** The storage of all endpoints. */
  adapter: TerminalAdapter<Issued>
  /** As for every endpoint, with the request of Express: `req.ip` and so on. */
  authorize?(serialNumber: string, req: Request): Awaitable<boolean>
  /** The options of replies only. */
  reply?: BodyOptions
  /**
   * What ids of the commands look like that the router itself issues, as for `commandQueue`:
   * `'text'` by default; or a function of the serial number.
   */
  commandIds?: ByTerminal<CommandIdStyle | undefined>
  /** How commands are sent. */
  delivery?: DeliveryOptions
  /** The options of uploads only. */
  upload?: BodyOptions
}

const OPTIONS: OptionNames<TerminalRouterOptions> = {
  adapter: true,
  reply: BODY_OPTIONS,
  commandIds: true,
  delivery: DELIVERY_OPTIONS,
  upload: BODY_OPTIONS,
  ...REPLY_HOOK_OPTIONS,
  ...UPLOAD_HOOK_OPTIONS,
  ...ARRIVAL_OPTIONS,
  ...ACKNOWLEDGEMENT_OPTIONS,
  ...ENCODING_OPTIONS,
  ...CAPACITY_OPTIONS,
  ...ENDPOINT_OPTIONS,
}
const CALLS = [
  ...['onReply', 'issue', ...DELIVERY_CALLS, 'release', 'cancel', 'findRecord', 'findSummaries'],
  ...['nextNumbers', 'onUpload', 'onContact', 'findTerminal'],
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
  const { adapter, timeZone, encoding, commandIds, reply = {}, upload = {} } = options
  checkAdapter(adapter, CALLS, [], SMALLER)
  const contacts = contactBook(adapter, options)
  const commands = commandQueue(adapter, { encoding, commandIds })
  const renew = (serialNumber: string) => commands.issue(serialNumber, RENEWAL)
  const onDuePoll = offsetWatch({ adapter, offsetOf: offsetOfOption(timeZone), renew }, options)
  const onOptions = statedClock(contacts, options)
  const { onPoll, onUpload, onReplies } = observers(contacts, onDuePoll, onOptions)
  const bodies = new Bodies(options)
  const replies = replyEndpoint(options, reply, bodies, onReplies)
  const keep = receptionOf(options, upload, bodies, onUpload)
  const uploads = uploadEndpoint(options, keep)
  const polls = deliveryEndpoint(options, onPoll, keep)
  const starts = handshakeEndpoints(options, contacts, keep)
  const { cdata, registry, push, rtdata, exchange, ping, test } = starts
  const posts = oneOf(({ target }) => (isPostedHandshake(target) ? cdata : uploads))
  // Express tries them in this order, and most requests are polls.
  return routerOf([
    { name: 'getrequest', methods: ['get', 'post'], endpoint: polls },
    { name: 'cdata', methods: ['post'], endpoint: posts },
    { name: 'devicecmd', methods: ['post', 'get'], endpoint: replies },
    { name: 'cdata', methods: ['get'], endpoint: cdata },
    { name: 'querydata', methods: ['post'], endpoint: uploads },
    { name: 'fdata', methods: ['post'], endpoint: uploads },
    { name: 'registry', methods: ['get', 'post'], endpoint: registry },
    { name: 'push', methods: ['get', 'post'], endpoint: push },
    { name: 'rtdata', methods: ['get'], endpoint: rtdata },
    { name: 'exchange', methods: ['get', 'post'], endpoint: exchange },
    { name: 'ping', methods: ['get', 'post'], endpoint: ping },
    { name: 'test', methods: ['get'], endpoint: test },
  ])
}

// A terminal that states its time shows how far its clock is from ours.
function statedClock(
  contacts: ContactBook,
  options: TimeZoneOptions & HookOptions,
): (serialNumber: string, told: Record<string, string>, at: Date) => void {
  const zoneOf = timeZoneOf(options.timeZone)
  const note = async (serialNumber: string, told: Record<string, string>, at: Date) => {
    const zone = await zoneOf(serialNumber)
    const drift = zone === undefined ? undefined : driftInOptions(serialNumber, told, zone, at)
    if (drift !== undefined) await contacts.write({ serialNumber, at, kind: 'upload', ...drift })
  }
  const noteLater = hookOf('comparing clocks', note, options)
  return (serialNumber, told, at) => {
    if (statedTime(told) !== undefined) noteLater?.(serialNumber, told, at)
  }
}
