// GET cdata, registry, push, rtdata, exchange, ping: a terminal starts up.
import { checkAdapter, checkFunction, checkNames, type OptionNames } from '../check.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { endpoint, type Handler } from '../endpoint/endpoint.js'
import { HOOK_OPTIONS, type HookOptions } from '../endpoint/hook.js'
import { ENDPOINT_OPTIONS, type EndpointOptions, endpointSettings } from '../endpoint/options.js'
import { offsetAt, ownOffsetAt, type TimeZoneOption, timeZoneOf } from '../endpoint/time-zone.js'
import { type ContactBook, contactBook } from '../terminal/contact.js'
import { contactOf } from '../terminal/facts.js'
import type { Terminal, TerminalStorage } from '../terminal/storage.js'
import {
  type ArrivalSettings,
  configurationPart,
  type HandshakeStorage,
  handshakePart,
  refuseEncryption,
  registryPart,
  timePart,
} from './arrival.js'
import { type HandshakeOptions, handshakeSettings } from './options.js'
import { checkSecret } from './registration.js'
import { asksForPerson, asksForTime, saysHello, segmentOf } from './request.js'

/** The options about starting terminals. */
export interface ArrivalOptions {
  /**
   * The terminals' time zone: a name such as `'Asia/Manila'`, an offset such as `'+05:30'`, or a
   * function of the serial number that returns one; the zone of this process by default. Terminals
   * set their clocks by it, and keep the offset they were sent until their next handshake.
   */
  timeZone?: TimeZoneOption
  /**
   * The secret that registrations of access terminals are derived from: 16 characters or more, the
   * same in all processes. Without it the registration is the same everywhere as well, but anybody
   * can compute it: see `carriesToken`.
   */
  secret?: string
  /** The settings to send to terminals, or a function of the terminal that returns them. */
  handshake?: HandshakeOptions | ((terminal: Terminal) => Awaitable<HandshakeOptions>)
}

/** The options of `handshakeHandler`. */
export interface HandshakeHandlerOptions extends ArrivalOptions, EndpointOptions, HookOptions {
  /** The storage of terminals; with `release`, a handshake makes unanswered commands due again. */
  adapter: HandshakeStorage
}

/** The options of `pingHandler`. */
export interface PingHandlerOptions extends EndpointOptions, HookOptions {
  /** The storage of terminals. */
  adapter: Pick<TerminalStorage, 'onContact'>
}

/** The endpoints of a starting terminal, by the last segment of their paths. */
export type HandshakeWing = Readonly<
  Record<'cdata' | 'registry' | 'push' | 'rtdata' | 'exchange' | 'ping', Handler>
>

/** The names of the options about starting terminals. */
export const ARRIVAL_OPTIONS: OptionNames<ArrivalOptions> = {
  timeZone: true,
  secret: true,
  handshake: true,
}

const HANDLER_OPTIONS: OptionNames<HandshakeHandlerOptions> = {
  adapter: true,
  ...HOOK_OPTIONS,
  ...ARRIVAL_OPTIONS,
  ...ENDPOINT_OPTIONS,
}

/**
 * Creates the endpoint for everything a terminal asks for when it starts, as a plain function, for
 * `node:http` and for any framework built on it: `GET /iclock/cdata` (PUSH manuals, "Initialize
 * information"), `registry`, `push`, `rtdata`, `exchange` and `ping`, distinguished by the last
 * segment of the path. Any other request goes on to `next`, or is answered 404 without it.
 *
 * Errors go to `next`, this package's with `status` and `code`; without `next` the answer is the
 * error's status, or 500, and one line of text.
 *
 * @example
 * createServer(handshakeHandler({ adapter, timeZone: 'Asia/Manila' })).listen(8080)
 *
 * @throws TypeError if an option is wrong
 */
export function handshakeHandler(options: HandshakeHandlerOptions): Handler {
  checkNames(options, HANDLER_OPTIONS)
  checkFunction('onError', options.onError, 'a function (error)')
  const wing = handshakeWing(options)
  const nothing = endpoint(endpointSettings(options), refuseEncryption, () => false)
  return (req, res, next) => {
    const segment = segmentOf(req)
    const handler = Object.hasOwn(wing, segment) ? wing[segment as keyof HandshakeWing] : nothing
    handler(req, res, next)
  }
}

/**
 * Creates the endpoint for `GET /iclock/ping` (PUSH manuals, "Heartbeat") as a plain function. It
 * ignores path and method.
 *
 * @example
 * createServer(pingHandler({ adapter })).listen(8080)
 *
 * @throws TypeError if an option is wrong
 */
export function pingHandler(options: PingHandlerOptions): Handler {
  checkNames(options, { adapter: true, ...HOOK_OPTIONS, ...ENDPOINT_OPTIONS })
  checkFunction('onError', options.onError, 'a function (error)')
  checkAdapter(options.adapter, ['onContact'])
  return pingEndpoint(options, contactBook(options.adapter, options))
}

/**
 * The endpoints, on options whose names were checked.
 *
 * @param contacts the contact book of the process; a new one by default
 */
export function handshakeWing(
  options: HandshakeHandlerOptions,
  contacts?: ContactBook,
): HandshakeWing {
  const { adapter } = options
  checkAdapter(adapter, ['onContact', 'findTerminal'], ['release'])
  const book = contacts ?? contactBook(adapter, options)
  const arrival = arrivalSettings(options, book)
  const settings = endpointSettings(options)
  const handshake = handshakePart(arrival)
  return {
    cdata: endpoint(
      settings,
      // A person unknown to the terminal is unknown here, too.
      (serialNumber, req, deadline) =>
        saysHello(req) ? handshake(serialNumber, req, deadline) : 'NONE',
      (req) => saysHello(req) || asksForPerson(req),
    ),
    registry: endpoint(settings, registryPart(arrival), ({ method }) => method === 'POST'),
    push: endpoint(settings, configurationPart(arrival), ({ method }) => {
      return method === 'POST' || method === 'GET'
    }),
    rtdata: endpoint(settings, timePart(arrival), asksForTime),
    exchange: endpoint(settings, refuseEncryption),
    ping: pingEndpoint(options, book),
  }
}

/**
 * Creates a function that returns the offset of a terminal's zone from UTC at a moment, in minutes
 * east; this process's if the terminal's is unknown.
 */
export function offsetOfOption(option: TimeZoneOption | undefined): ArrivalSettings['offsetOf'] {
  const zoneOf = timeZoneOf(option)
  return (serialNumber, at) => {
    const zone = zoneOf(serialNumber)
    return zone === undefined ? ownOffsetAt(at) : offsetAt(zone, at)
  }
}

function pingEndpoint(options: EndpointOptions, contacts: ContactBook): Handler {
  return endpoint(endpointSettings(options), (serialNumber, req) => {
    contacts.mention(contactOf(serialNumber, req, 'ping'))
    return 'OK'
  })
}

function arrivalSettings(options: HandshakeHandlerOptions, contacts: ContactBook): ArrivalSettings {
  const { adapter, handshake, secret } = options
  if (secret !== undefined) checkSecret(secret)
  return {
    adapter,
    contacts,
    secret,
    offsetOf: offsetOfOption(options.timeZone),
    settingsFor: settingsForOf(handshake),
  }
}

function settingsForOf(handshake: ArrivalOptions['handshake']): ArrivalSettings['settingsFor'] {
  if (typeof handshake === 'function') {
    return async (terminal) => handshakeSettings(await handshake(terminal))
  }
  const settings = handshakeSettings(handshake)
  return () => settings
}
