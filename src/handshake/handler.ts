// GET cdata, registry, push, rtdata, exchange, ping, test: a terminal starts.
import { checkAdapter, checkNames, type OptionNames } from '../check.js'
import { ok } from '../endpoint/answer.js'
import { checkedFor } from '../endpoint/by-terminal.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { type Endpoint, type Exchange, endpoint, oneOf } from '../endpoint/endpoint.js'
import { HOOK_OPTIONS, type HookOptions } from '../endpoint/hook.js'
import { type Handler, handlerOf } from '../endpoint/node.js'
import { ENDPOINT_OPTIONS, type EndpointOptions, endpointSettings } from '../endpoint/options.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { keepingBody, refuseBody } from '../endpoint/stray.js'
import { offsetOfOption, TIME_ZONE_OPTIONS, type TimeZoneOptions } from '../endpoint/time-zone.js'
import { type ContactBook, contactBook } from '../terminal/contact.js'
import { contactOf } from '../terminal/facts.js'
import type { Terminal } from '../terminal/storage.js'
import {
  type ArrivalSettings,
  configurationExchange,
  handshakeExchange,
  registryExchange,
} from './arrival.js'
import { clockExchange, timeExchange } from './clock.js'
import { encryptionExchange } from './encryption.js'
import type { HandshakeStorage } from './known.js'
import { type HandshakeOptions, handshakeSettings } from './options.js'
import { QUESTION_OPTIONS, type QuestionOptions, questionsOf } from './question.js'
import { checkSecret } from './registration.js'
import { asksForTime, isHandshakeQuery } from './request.js'

/** The options about starting terminals. */
export interface ArrivalOptions extends TimeZoneOptions, QuestionOptions {
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

/** The endpoints of a starting terminal, by the last segment of their paths. */
export type HandshakeEndpoints = Readonly<
  Record<'cdata' | 'registry' | 'push' | 'rtdata' | 'exchange' | 'ping' | 'test', Endpoint>
>

/** The names of the options about starting terminals. */
export const ARRIVAL_OPTIONS: OptionNames<ArrivalOptions> = {
  secret: true,
  handshake: true,
  ...QUESTION_OPTIONS,
  ...TIME_ZONE_OPTIONS,
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
 * information"), `registry`, `push`, `rtdata`, `exchange`, `ping` and `test`, distinguished by the
 * last segment of the path. Any other request goes on to `next`, or is answered 404 without it.
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
  const endpoints = handshakeEndpoints(options)
  const endpointOf = ({ target }: TerminalRequest): Endpoint | undefined => {
    const { segment } = target
    return Object.hasOwn(endpoints, segment)
      ? endpoints[segment as keyof HandshakeEndpoints]
      : undefined
  }
  return handlerOf(oneOf(endpointOf))
}

// Some models ask for it before anything else, without a serial number.
const test: Endpoint = {
  accepts: ({ method }) => method === 'GET',
  closesAfter: () => false,
  answer: async () => ok('OK'),
}

/**
 * The endpoints, on options whose names were checked.
 *
 * @param contacts the contact book of the process; a new one by default
 * @param keepBody stores what a body has beyond what is asked for; without it such a body is refused
 */
export function handshakeEndpoints(
  options: HandshakeHandlerOptions,
  contacts?: ContactBook,
  keepBody: Exchange = refuseBody,
): HandshakeEndpoints {
  const { adapter } = options
  checkAdapter(adapter, ['onContact', 'findTerminal'], ['release'])
  const book = contacts ?? contactBook(adapter, options)
  const arrival = arrivalSettings(options, book, keepBody)
  const settings = endpointSettings(options)
  const handshake = handshakeExchange(arrival)
  const getOrPost = ({ method }: TerminalRequest) => method === 'POST' || method === 'GET'
  const clock = clockExchange(arrival)
  const questions = questionsOf(options)
  const cdata: Exchange = (serialNumber, request, deadline) => {
    if (isHandshakeQuery(request)) return handshake(serialNumber, request, deadline)
    const answer = asksForTime(request) ? clock : questions.exchange
    return answer(serialNumber, request, deadline)
  }
  const ping: Exchange = (serialNumber, request) => {
    book.writeIfDue(contactOf(serialNumber, request, 'ping'))
    return ok('OK')
  }
  const asks = [isHandshakeQuery, asksForTime, questions.accepts]
  return {
    cdata: endpoint(settings, cdata, { accepts: (request) => asks.some((ask) => ask(request)) }),
    registry: endpoint(settings, registryExchange(arrival), { accepts: getOrPost }),
    push: endpoint(settings, keepingBody(configurationExchange(arrival), keepBody), {
      accepts: getOrPost,
    }),
    rtdata: endpoint(settings, timeExchange(arrival), { accepts: asksForTime }),
    exchange: endpoint(settings, encryptionExchange(arrival)),
    ping: endpoint(settings, keepingBody(ping, keepBody)),
    test,
  }
}

function arrivalSettings(
  options: HandshakeHandlerOptions,
  contacts: ContactBook,
  keepBody: Exchange,
): ArrivalSettings {
  const { adapter, handshake, secret } = options
  if (secret !== undefined) checkSecret(secret)
  return {
    adapter,
    contacts,
    secret,
    offsetOf: offsetOfOption(options.timeZone),
    settingsFor: settingsForOf(handshake),
    keepBody,
  }
}

function settingsForOf(handshake: ArrivalOptions['handshake']): ArrivalSettings['settingsFor'] {
  if (typeof handshake === 'function') {
    return async (terminal) => {
      return checkedFor(terminal.serialNumber, await handshake(terminal), handshakeSettings)
    }
  }
  const settings = handshakeSettings(handshake)
  return () => settings
}
