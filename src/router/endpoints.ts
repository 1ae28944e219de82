// Everything a terminal asks for: a table of endpoints and their paths, for any server.
import { checkAdapter } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { Bodies } from '../endpoint/bodies.js'
import { oneOf } from '../endpoint/endpoint.js'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import { offsetOfOption, type TimeZoneOptions, timeZoneOf } from '../endpoint/time-zone.js'
import { fileEndpoint } from '../files/handler.js'
import { FOLDER } from '../files/offer.js'
import { handshakeEndpoints } from '../handshake/handler.js'
import { isPostedHandshake } from '../handshake/request.js'
import { DELIVERY_CALLS, deliveryEndpoint } from '../queue/handler.js'
import { commandQueue } from '../queue/queue.js'
import { replyEndpoint } from '../reply/handler.js'
import { type ContactBook, contactBook } from '../terminal/contact.js'
import { offsetWatch } from '../terminal/offset.js'
import { receptionOf, uploadEndpoint } from '../upload/handler.js'
import { asksForDecision, verificationEndpoint } from '../verification/handler.js'
import { asksForUnknown, remoteEndpoint } from '../verification/remote.js'
import { driftInOptions, statedTime } from './drift.js'
import { observers } from './observer.js'
import type { TerminalOptions } from './options.js'
import { furtherNames, type Place } from './place.js'
import { noting, refusedWatch } from './refused.js'

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
