// POST devicecmd: a terminal reports the results of its commands.
import { checkAdapter, checkFunction, checkNames, type OptionNames, wrong } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { ok } from '../endpoint/answer.js'
import { Bodies, CAPACITY_OPTIONS, type CapacityOptions } from '../endpoint/bodies.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import { type Endpoint, type Exchange, endpoint } from '../endpoint/endpoint.js'
import { HOOK_OPTIONS, type HookOptions, hookOf } from '../endpoint/hook.js'
import { type Handler, handlerOf } from '../endpoint/node.js'
import {
  BODY_OPTIONS,
  type BodyOptions,
  bodySettings,
  decoderLabelOf,
  ENCODING_OPTIONS,
  ENDPOINT_OPTIONS,
  type EncodingOptions,
  type EndpointOptions,
  endpointSettings,
} from '../endpoint/options.js'
import type { Target } from '../endpoint/query.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { announce } from '../news.js'
import { publishReplies } from './event.js'
import type { ReplyAdapter } from './find.js'
import { type ParseRepliesOptions, parseReplies } from './parse.js'
import { hasReply, parseQuery } from './query.js'
import type { CommandReply, ParsedReplies } from './reply.js'
import { type Kept, keepInStorage } from './store.js'

/** The hooks of replies. */
export interface ReplyHookOptions<Issued extends IssuedCommand = IssuedCommand>
  extends HookOptions {
  /**
   * Called once for each new reply, after storage has it. It isn't awaited; errors go to `onError`.
   * For work that must not be lost, use `onReply` of the adapter.
   */
  afterReply?(reply: CommandReply, command: Issued | undefined): unknown
}

/** The options that replies share with other endpoints. */
export interface ReplyEndpointOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    EncodingOptions,
    CapacityOptions,
    ReplyHookOptions<Issued> {
  /** The storage that finds issued commands and stores replies. */
  adapter: ReplyAdapter<Issued>
}

/** The options of `commandReplyHandler`. */
export interface CommandReplyHandlerOptions<Issued extends IssuedCommand = IssuedCommand>
  extends ReplyEndpointOptions<Issued>,
    BodyOptions {}

/** The names of the hooks of replies. */
export const REPLY_HOOK_OPTIONS: OptionNames<ReplyHookOptions> = {
  afterReply: true,
  ...HOOK_OPTIONS,
}
/** The names of the options of `commandReplyHandler`. */
export const REPLY_OPTIONS: OptionNames<CommandReplyHandlerOptions> = {
  adapter: true,
  ...REPLY_HOOK_OPTIONS,
  ...BODY_OPTIONS,
  ...ENCODING_OPTIONS,
  ...CAPACITY_OPTIONS,
  ...ENDPOINT_OPTIONS,
}

const OPTIONAL_CALLS = ['onUnparsed', 'findCommands', 'onReplies', 'findSummaries']

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
  return handlerOf(replyEndpoint(options, options, new Bodies(options)))
}

/**
 * The endpoint, on options whose names were checked.
 *
 * @param options those shared with other endpoints
 * @param own those of replies only
 * @param bodies the bodies in work, shared with other endpoints
 * @param onKept called with the replies of every body, repeated or not, once storage has them
 */
export function replyEndpoint<Issued extends IssuedCommand>(
  options: ReplyEndpointOptions<Issued>,
  own: BodyOptions,
  bodies: Bodies,
  onKept?: (
    replies: readonly CommandReply[],
    serialNumber: string,
    request: TerminalRequest,
  ) => void,
): Endpoint {
  const { adapter } = options
  checkReplyStorage(adapter)
  const { limit, maxRecords } = bodySettings(own, '1mb', own === options ? '' : 'reply.')
  bodies.allow(limit)
  const encodingOf = decoderLabelOf(options)
  const hook = afterReplyOf(options)
  const exchange: Exchange = (serialNumber, request, deadline) => {
    return bodies.receive(serialNumber, request, limit, async (body) => {
      const label = encodingOf(serialNumber, deadline)
      // Optimization: a plain value isn't awaited.
      const encoding = typeof label === 'string' ? label : await label
      const parsed = parse(request.target, body, { serialNumber, encoding, maxRecords })
      await keepInStorage(parsed, serialNumber, adapter, deadline, hook)
      const { replies } = parsed
      for (const { commandId } of replies) announce(serialNumber, commandId)
      if (CHANNELS.reply.hasSubscribers) publishReplies(parsed, serialNumber, body.length)
      onKept?.(replies, serialNumber, request)
      return ok('OK')
    })
  }
  return endpoint(endpointSettings(options), exchange, {
    accepts({ method, target }) {
      return method === 'POST' || (method === 'GET' && hasReply(target.query))
    },
  })
}

/**
 * The hook `afterReply`, to be called with each new reply.
 *
 * @throws TypeError if it, or `onError`, isn't a function
 */
export function afterReplyOf<Issued extends IssuedCommand>(
  options: ReplyHookOptions<Issued>,
): Kept<Issued> | undefined {
  const { afterReply } = options
  checkFunction('afterReply', afterReply, 'a function (reply, command)')
  return hookOf('afterReply', afterReply?.bind(options), options)
}

const NO_BODY = Buffer.alloc(0)

// Each may be of another command; of the same, the one in the body comes later and counts.
function parse(
  target: Target,
  body: Buffer,
  options: Required<ParseRepliesOptions>,
): ParsedReplies {
  const parsed = parseReplies(body, options)
  const { serialNumber, encoding, maxRecords } = options
  if (parsed.replies.length === 0) {
    return parseQuery(target.query, body, serialNumber, encoding, maxRecords) ?? parsed
  }
  if (!target.has('id') || !target.has('return')) return parsed
  const inQuery = parseQuery(target.query, NO_BODY, serialNumber, encoding, maxRecords)
  if (inQuery === undefined) return parsed
  return {
    replies: [...inQuery.replies, ...parsed.replies],
    unparsed: [...inQuery.unparsed, ...parsed.unparsed],
  }
}

function checkReplyStorage<Issued extends IssuedCommand>(adapter: ReplyAdapter<Issued>): void {
  const finds = typeof adapter?.findRecord === 'function' ? 'findRecord' : 'findCommand'
  checkAdapter(adapter, [finds, 'onReply'], OPTIONAL_CALLS)
  if ((adapter.findCommands === undefined) === (adapter.onReplies === undefined)) return
  const missing = adapter.findCommands === undefined ? 'findCommands' : 'onReplies'
  throw wrong(`adapter.${missing}`, undefined, 'a function: findCommands and onReplies go together')
}
