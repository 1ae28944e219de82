// POST devicecmd: a terminal reports the results of its commands.
import type { IncomingMessage } from 'node:http'
import {
  checkAdapter,
  checkFunction,
  checkNames,
  checkWhole,
  type OptionNames,
  wrong,
} from '../check.js'
import { type IssuedCommand, verbOf } from '../command.js'
import { readBody } from '../endpoint/body.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import { endpoint, type Handler } from '../endpoint/endpoint.js'
import { HOOK_OPTIONS, type HookOptions, hookOf } from '../endpoint/hook.js'
import {
  BODY_OPTIONS,
  type BodyOptions,
  bodySettings,
  ENDPOINT_OPTIONS,
  type EndpointOptions,
  endpointSettings,
} from '../endpoint/options.js'
import { queryOf } from '../endpoint/serial-number.js'
import { announce } from '../news.js'
import { parseReplies } from './parse.js'
import { hasReply, parseQuery } from './query.js'
import type { CommandReply, ParsedReplies } from './reply.js'
import type { ReplyStorage } from './storage.js'
import { keepInStorage } from './store.js'

/** The options of `commandReplyHandler`. */
export interface CommandReplyHandlerOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    BodyOptions,
    HookOptions {
  /** The storage that finds issued commands and stores replies. */
  adapter: ReplyStorage<Issued>
  /**
   * How many records, lines and options one body may hold: 10 000 by default. A body with more is
   * answered 413 before any of it reaches storage.
   */
  maxRecords?: number
  /**
   * Called once for each reply that was new, after storage has it. It isn't awaited; errors go to
   * `onError`. For work that must not be lost, use `onReply` of the adapter.
   */
  afterReply?(reply: CommandReply, command: Issued | undefined): unknown
}

/** The names of the options of `commandReplyHandler`. */
export const REPLY_OPTIONS: OptionNames<CommandReplyHandlerOptions> = {
  adapter: true,
  maxRecords: true,
  afterReply: true,
  ...HOOK_OPTIONS,
  ...BODY_OPTIONS,
  ...ENDPOINT_OPTIONS,
}

const OPTIONAL_CALLS = ['onUnparsed', 'findCommands', 'onReplies']

/**
 * Creates the endpoint for `POST /iclock/devicecmd` (PUSH manual, "Command Reply") as a plain
 * function, for `node:http` and for any framework built on it. It ignores the path. Any request
 * other than a POST, or a GET with a reply in its query, goes on to `next`.
 *
 * It answers `200 OK` once storage has every reply of the body. Errors go to `next`, this package's
 * errors with `status` and `code`; without `next` the answer is the error's status, or 500, and one
 * line of text.
 *
 * @example
 * createServer(commandReplyHandler({ adapter: memoryAdapter() })).listen(8081)
 *
 * @throws TypeError if an option is wrong
 */
export function commandReplyHandler<Issued extends IssuedCommand>(
  options: CommandReplyHandlerOptions<Issued>,
): Handler {
  checkNames(options, REPLY_OPTIONS)
  return replyEndpoint(options)
}

/**
 * The endpoint, on options whose names were checked.
 *
 * @param onKept called with the replies of every body, repeated or not, once storage has them
 */
export function replyEndpoint<Issued extends IssuedCommand>(
  options: CommandReplyHandlerOptions<Issued>,
  onKept?: (replies: readonly CommandReply[], serialNumber: string, req: IncomingMessage) => void,
): Handler {
  const { adapter, maxRecords = 10_000, afterReply, onError } = options
  checkReplyStorage(adapter)
  checkFunction('afterReply', afterReply, 'a function (reply, command)')
  checkFunction('onError', onError, 'a function (error)')
  checkWhole('maxRecords', maxRecords, 1)
  const { limit, encoding } = bodySettings(options)
  const hook = hookOf('afterReply', afterReply?.bind(options), onError?.bind(options))
  return endpoint(
    endpointSettings(options),
    async (serialNumber, req, deadline) => {
      const body = await readBody(req, limit)
      const parsed = parse(req, body, serialNumber, encoding, maxRecords)
      await keepInStorage(parsed, serialNumber, adapter, deadline, hook)
      const { replies } = parsed
      for (const { commandId } of replies) announce(serialNumber, commandId)
      if (CHANNELS.reply.hasSubscribers) publish(parsed, serialNumber, body.length)
      onKept?.(replies, serialNumber, req)
      return 'OK'
    },
    ({ method, url = '' }) => method === 'POST' || (method === 'GET' && hasReply(queryOf(url))),
  )
}

// A record in the body takes precedence over one in the query.
function parse(
  { url = '' }: IncomingMessage,
  body: Buffer,
  serialNumber: string,
  encoding: string,
  maxRecords: number,
): ParsedReplies {
  const parsed = parseReplies(body, { serialNumber, encoding, maxRecords })
  if (parsed.replies.length > 0) return parsed
  return parseQuery(queryOf(url), body, serialNumber, encoding, maxRecords) ?? parsed
}

/**
 * The replies of one request, as published on the channel `express-iclock:reply`: no contents, no
 * fields, no texts.
 */
export interface ReplyEvent {
  /** The terminal that reported. */
  serialNumber: string
  /** What it reported, in its order; the command's name without its values. */
  replies: readonly Pick<CommandReply, 'commandId' | 'returnCode' | 'commandName'>[]
  /** How many lines were not valid replies. */
  unparsed: number
  /** The size of the body in bytes. */
  bytes: number
}

function publish({ replies, unparsed }: ParsedReplies, serialNumber: string, bytes: number): void {
  const event: ReplyEvent = {
    serialNumber,
    replies: replies.map(({ commandId, returnCode, commandName }) => {
      return { commandId, returnCode, commandName: verbOf(commandName) }
    }),
    unparsed: unparsed.length,
    bytes,
  }
  CHANNELS.reply.publish(event)
}

function checkReplyStorage<Issued extends IssuedCommand>(adapter: ReplyStorage<Issued>): void {
  checkAdapter(adapter, ['findCommand', 'onReply'], OPTIONAL_CALLS)
  if ((adapter.findCommands === undefined) === (adapter.onReplies === undefined)) return
  const missing = adapter.findCommands === undefined ? 'findCommands' : 'onReplies'
  throw wrong(`adapter.${missing}`, undefined, 'a function: findCommands and onReplies go together')
}
