// GET getrequest: a terminal asks for commands.
import {
  checkAdapter,
  checkNames,
  checkWhole,
  describe,
  type OptionNames,
  quoted,
} from '../check.js'
import { assertIssuable, commandLine, type IssuedCommand } from '../command.js'
import { ok } from '../endpoint/answer.js'
import type { Deadline } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import { type Endpoint, type Exchange, endpoint } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import { type Handler, handlerOf } from '../endpoint/node.js'
import {
  ENCODING_OPTIONS,
  ENDPOINT_OPTIONS,
  type EncodingOptions,
  type EndpointOptions,
  endpointSettings,
} from '../endpoint/options.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { encode, encodingOf } from './encoding.js'
import { claimsOf, type IssuedRecord, type PlanLimits, plan } from './plan.js'
import { isGivenUp, isOver } from './state.js'
import type { CommandStorage } from './storage.js'

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
export interface DeliveryHandlerOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    EncodingOptions {
  /** The storage that holds the commands. */
  adapter: Pick<CommandStorage<Issued>, 'openCommands' | 'claim'>
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
// Commands that were given up can be at the front until their `openUntil`; a few of them shouldn't
// cost a second read.
const SPARE = 8

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
export function deliveryHandler<Issued extends IssuedCommand>(
  options: DeliveryHandlerOptions<Issued>,
): Handler {
  checkNames(options, HANDLER_OPTIONS)
  return handlerOf(deliveryEndpoint(options))
}

/** The endpoint, on options whose names were checked. */
export function deliveryEndpoint<Issued extends IssuedCommand>(
  options: DeliveryHandlerOptions<Issued>,
  contact?: PollContact,
): Endpoint {
  const { adapter } = options
  checkAdapter(adapter, DELIVERY_CALLS)
  const encoding = encodingOf(options.encoding)
  const maxCommands = maxCommandsOf(options.delivery)
  const limits: PlanLimits<Issued> = {
    maxCommands,
    maxBytes: MOST_BYTES,
    bytesOf: (command) => encode(commandLine(command), encoding).length,
  }

  const exchange: Exchange = async (serialNumber, request, deadline) => {
    const polledAt = new Date()
    contact?.(serialNumber, request, polledAt)
    const due = await dueCommands(adapter, serialNumber, polledAt, limits, deadline)
    const handedOut = await claimInOrder(adapter, serialNumber, due, deadline)
    if (CHANNELS.poll.hasSubscribers) publish(serialNumber, handedOut)
    if (handedOut.length === 0) return ok('OK')
    return ok(encode(handedOut.map(({ command }) => commandLine(command)).join(''), encoding))
  }
  return endpoint(endpointSettings(options), exchange, {
    // Some terminals poll by POST. HEAD must not claim what its answer can't carry.
    accepts: ({ method }) => method === 'GET' || method === 'POST',
  })
}

async function dueCommands<Issued extends IssuedCommand>(
  adapter: DeliveryHandlerOptions<Issued>['adapter'],
  serialNumber: string,
  polledAt: Date,
  limits: PlanLimits<Issued>,
  deadline: Deadline,
): Promise<IssuedRecord<Issued>[]> {
  for (let limit = limits.maxCommands + SPARE; ; limit *= 2) {
    const open = await deadline.wait(adapter.openCommands(serialNumber, polledAt, limit))
    const isEnd = open.length < limit
    if (isEnd || !open.every((record) => isGivenUp(record, polledAt))) {
      return plan(open, polledAt, limits)
    }
  }
}

async function claimInOrder<Issued extends IssuedCommand>(
  adapter: DeliveryHandlerOptions<Issued>['adapter'],
  serialNumber: string,
  due: readonly IssuedRecord<Issued>[],
  deadline: Deadline,
): Promise<readonly IssuedRecord<Issued>[]> {
  for (const { command } of due) checkIsHandedOutTo(serialNumber, command)
  const claims = claimsOf(due, new Date())
  if (claims.length === 0) return []
  const granted = new Set(await deadline.wait(adapter.claim(serialNumber, claims)))
  const claimedAt = new Date()
  // The first one left out was claimed by another poll, or expired while storage was slow. Those
  // after it must not overtake it.
  const end = due.findIndex(({ command, terms }) => {
    return !granted.has(command.commandId) || isOver(terms?.expiresAt, claimedAt)
  })
  return end === -1 ? due : due.slice(0, end)
}

function publish(serialNumber: string, handedOut: readonly IssuedRecord<IssuedCommand>[]): void {
  const commandIds = handedOut.map(({ command }) => command.commandId)
  const event: PollEvent = { serialNumber, commandIds }
  CHANNELS.poll.publish(event)
}

// Commands can also come into storage past the queue.
function checkIsHandedOutTo(serialNumber: string, command: IssuedCommand): void {
  assertIssuable(command)
  if (command.serialNumber === serialNumber) return
  throw new IclockError(
    'COMMAND_MISMATCH',
    `The adapter was asked for open commands of terminal ${quoted(serialNumber)} and returned one of terminal ` +
      `${describe(command.serialNumber)}: it must compare serial numbers as text, exactly.`,
  )
}

function maxCommandsOf(delivery: DeliveryOptions = {}): number {
  const { maxCommands = 1 } = delivery
  checkWhole('delivery.maxCommands', maxCommands, 1, MOST_COMMANDS)
  return maxCommands
}
