// GET getrequest: a terminal asks for commands.
import { checkAdapter, checkNames, checkWhole, type OptionNames } from '../check.js'
import { commandLine } from '../command.js'
import { ok } from '../endpoint/answer.js'
import { byTerminal } from '../endpoint/by-terminal.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import { type Endpoint, type Exchange, endpoint } from '../endpoint/endpoint.js'
import { type Handler, handlerOf } from '../endpoint/node.js'
import {
  ENCODING_OPTIONS,
  ENDPOINT_OPTIONS,
  type EncodingOptions,
  type EndpointOptions,
  endpointSettings,
} from '../endpoint/options.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { keepingBody } from '../endpoint/stray.js'
import { encode, encodingOf } from './encoding.js'
import { type HandOutStorage, handOut } from './hand-out.js'
import type { DueCommand, PlanLimits } from './plan.js'

/** How commands are sent. */
export interface DeliveryOptions {
  /**
   * How many commands a terminal may have at the same time: 1 to 200, 1 by default. With 1, a
   * command is sent when the one before is settled, so that a further attempt never overtakes a
   * later command.
   */
  maxCommands?: number
}

/** The options of `deliveryHandler`. */
export interface DeliveryHandlerOptions extends EndpointOptions, EncodingOptions {
  /** The storage that holds the commands. */
  adapter: HandOutStorage
  /** How commands are sent. */
  delivery?: DeliveryOptions
}

/** A poll, as published on the channel `express-iclock:poll`: no texts. */
export interface PollEvent {
  /** The terminal that polled. */
  serialNumber: string
  /** The commands it got, in order; none if the answer was `OK`. */
  commandIds: readonly string[]
}

/**
 * Records that a terminal polled, before it gets anything; `INFO=` is in the query of the request.
 */
export type PollContact = (serialNumber: string, request: TerminalRequest, polledAt: Date) => void

/** The names of the options of delivery. */
export const DELIVERY_OPTIONS: OptionNames<DeliveryOptions> = { maxCommands: true }
const HANDLER_OPTIONS: OptionNames<DeliveryHandlerOptions> = {
  adapter: true,
  delivery: DELIVERY_OPTIONS,
  ...ENCODING_OPTIONS,
  ...ENDPOINT_OPTIONS,
}
/** The calls of the adapter that delivery needs. */
export const DELIVERY_CALLS: readonly string[] = ['openCommands', 'claim']

// Old manuals say 200 commands or 40 KB (poll, "Get Request").
const MOST_COMMANDS = 200
const MOST_BYTES = 40_000

/**
 * Creates the endpoint for `GET /iclock/getrequest` (PUSH manual, "Get Request") as a plain
 * function, for `node:http` and for any framework built on it. It ignores the path; any request
 * other than GET and POST goes on to `next`, or is answered 404 without it.
 *
 * It answers `OK`, or the commands that are due, each of them claimed in storage first. Errors go
 * to `next`, this package's with `status` and `code`; without `next` the answer is the error's
 * status, or 500, and one line of text.
 *
 * @example
 * createServer(deliveryHandler({ adapter })).listen(8080)
 *
 * @throws TypeError if an option is wrong
 */
export function deliveryHandler(options: DeliveryHandlerOptions): Handler {
  checkNames(options, HANDLER_OPTIONS)
  return handlerOf(deliveryEndpoint(options))
}

/**
 * The endpoint, on options whose names were checked.
 *
 * @param keepBody stores the body of a poll, which needs none
 */
export function deliveryEndpoint(
  options: DeliveryHandlerOptions,
  contact?: PollContact,
  keepBody?: Exchange,
): Endpoint {
  const { adapter } = options
  checkAdapter(adapter, DELIVERY_CALLS)
  const encodingFor = byTerminal('encoding', options.encoding, encodingOf)
  const maxCommands = maxCommandsOf(options.delivery)
  const limits: PlanLimits = {
    maxCommands,
    maxBytes: MOST_BYTES,
    bytesOf: (command) => lineOf(command).length,
  }

  const exchange: Exchange = async (serialNumber, request, deadline) => {
    const polledAt = new Date()
    contact?.(serialNumber, request, polledAt)
    const handedOut = await handOut(adapter, serialNumber, polledAt, limits, encodingFor, deadline)
    if (CHANNELS.poll.hasSubscribers) publish(serialNumber, handedOut)
    return ok(handedOut.length === 0 ? 'OK' : Buffer.concat(handedOut.map(lineOf)))
  }
  return endpoint(endpointSettings(options), keepingBody(exchange, keepBody), {
    // Some terminals poll by POST. HEAD must not claim what its answer can't carry.
    accepts: ({ method }) => method === 'GET' || method === 'POST',
  })
}

function lineOf(command: DueCommand): Buffer {
  return encode(commandLine(command), command.terms.encoding ?? 'utf-8')
}

function publish(serialNumber: string, handedOut: readonly DueCommand[]): void {
  const commandIds = handedOut.map(({ commandId }) => commandId)
  const event: PollEvent = { serialNumber, commandIds }
  CHANNELS.poll.publish(event)
}

function maxCommandsOf(delivery: DeliveryOptions = {}): number {
  const { maxCommands = 1 } = delivery
  checkWhole('delivery.maxCommands', maxCommands, 1, MOST_COMMANDS)
  return maxCommands
}
