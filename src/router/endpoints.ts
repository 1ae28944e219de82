// Everything a terminal asks for: a table of endpoints and their paths, for any server.
import { checkAdapter, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { Bodies, CAPACITY_OPTIONS, type CapacityOptions } from '../endpoint/bodies.js'
import type { ByTerminal } from '../endpoint/by-terminal.js'
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
import { FILE_OPTIONS, type FileOptions, fileEndpoint } from '../files/handler.js'
import { FOLDER } from '../files/offer.js'
import type { OfferStorage } from '../files/storage.js'
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
import type { RefusedStorage } from '../terminal/refused.js'
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
import { asksForDecision, verificationEndpoint } from '../verification/handler.js'
import { VERIFICATION_OPTIONS, type VerificationOptions } from '../verification/options.js'
import {
  asksForUnknown,
  REMOTE_OPTIONS,
  type RemoteAttendanceOptions,
  remoteEndpoint,
} from '../verification/remote.js'
import { driftInOptions, statedTime } from './drift.js'
import { observers } from './observer.js'
import { furtherNames, type Place } from './place.js'
import { noting, refusedWatch } from './refused.js'

/** The storage that `terminalRouter` needs; `memoryAdapter()` has all of it. */
export type TerminalAdapter<Issued extends IssuedCommand = IssuedCommand> = ReplyStorage<Issued> &
  CommandStorage<Issued> &
  UploadStorage &
  TerminalStorage &
  Partial<RefusedStorage> &
  Partial<OfferStorage>

/**
 * The options of everything a terminal asks for. Options of a single endpoint nest under its name,
 * so that they affect nothing else.
 */
export interface TerminalOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    EncodingOptions,
    CapacityOptions,
    ArrivalOptions,
    AcknowledgementOptions,
    RemoteAttendanceOptions,
    FileOptions,
    ReplyHookOptions<Issued>,
    UploadHookOptions {
  /** The storage of all endpoints. */
  adapter: TerminalAdapter<Issued>
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
  /**
   * Decides whether doors open, for terminals that ask (background verification). Without it the
   * answer is `AUTH=FAILED`, and the question is stored.
   */
  verification?: VerificationOptions
  /**
   * Further names below `/iclock/` to which terminals post data, such as `['edata']`: it is stored
   * as uploads. By default they go on to the app.
   */
  uploadPaths?: readonly string[]
}

/** The names of the options of a terminal's conversation. */
export const TERMINAL_OPTIONS: OptionNames<TerminalOptions> = {
  adapter: true,
  reply: BODY_OPTIONS,
  commandIds: true,
  delivery: DELIVERY_OPTIONS,
  upload: BODY_OPTIONS,
  verification: VERIFICATION_OPTIONS,
  uploadPaths: true,
  ...REPLY_HOOK_OPTIONS,
  ...UPLOAD_HOOK_OPTIONS,
  ...ARRIVAL_OPTIONS,
  ...REMOTE_OPTIONS,
  ...FILE_OPTIONS,
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
 * Creates all endpoints, on options whose names were checked.
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function placesOf<Issued extends IssuedCommand>(options: TerminalOptions<Issued>): Place[] {
  const { adapter, timeZone, encoding, commandIds, reply = {}, upload = {} } = options
  checkAdapter(adapter, CALLS, ['onRefused'], SMALLER)
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
  const decisions = verificationEndpoint(options, { keep, onKept: onUpload })
  const remote = remoteEndpoint(options)
  const posts = oneOf((request) => {
    if (isPostedHandshake(request.target)) return cdata
    return asksForDecision(request) ? decisions : uploads
  })
  const asks = oneOf((request) => (remote && asksForUnknown(request) ? remote : cdata))
  // They are tried in this order, and most requests are polls.
  const places: Place[] = [
    { name: 'getrequest', methods: ['get', 'post'], endpoint: polls },
    { name: 'cdata', methods: ['post'], endpoint: posts },
    { name: 'devicecmd', methods: ['post', 'get'], endpoint: replies },
    { name: 'cdata', methods: ['get'], endpoint: asks },
    { name: 'querydata', methods: ['post'], endpoint: uploads },
    { name: 'fdata', methods: ['post'], endpoint: uploads },
    { name: 'registry', methods: ['get', 'post'], endpoint: registry },
    { name: 'push', methods: ['get', 'post'], endpoint: push },
    { name: 'rtdata', methods: ['get'], endpoint: rtdata },
    { name: 'exchange', methods: ['get', 'post'], endpoint: exchange },
    { name: 'ping', methods: ['get', 'post'], endpoint: ping },
    { name: 'test', methods: ['get'], endpoint: test },
    ...filePlaces(options),
    ...furtherNames(options.uploadPaths).map((name): Place => {
      return { name, methods: ['post'], endpoint: uploads }
    }),
  ]
  const { onRefused } = adapter
  if (options.authorize === undefined || onRefused === undefined) return places
  const note = refusedWatch({ onRefused: onRefused.bind(adapter) }, options)
  return places.map((place) => ({ ...place, endpoint: noting(place.endpoint, note) }))
}

function filePlaces(options: TerminalOptions): Place[] {
  const endpoint = fileEndpoint(options)
  if (endpoint === undefined) return []
  return [
    { name: 'file', methods: ['get'], endpoint },
    { name: FOLDER, methods: ['get'], endpoint, isFolder: true },
  ]
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
