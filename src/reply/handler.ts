// POST devicecmd: a device reports what came of its commands.
import type { IncomingMessage } from 'node:http'
import type { IssuedCommand } from '../command.js'
import { readBody } from '../endpoint/body.js'
import { endpoint, type Handler } from '../endpoint/endpoint.js'
import {
  BODY_OPTIONS,
  type BodyOptions,
  bodySettings,
  checkAdapter,
  checkNames,
  ENDPOINT_OPTIONS,
  type EndpointOptions,
  endpointSettings,
  wrong,
} from '../endpoint/options.js'
import { announce } from './arrival.js'
import { parseReplies } from './parse.js'
import type { CommandReply } from './reply.js'
import type { ReplyStorage } from './storage.js'
import { keepInStorage } from './store.js'

/** The options of `commandReplyHandler`. */
export interface CommandReplyHandlerOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    BodyOptions {
  /** The storage that finds issued commands and keeps replies. */
  adapter: ReplyStorage<Issued>
}

export const REPLY_OPTIONS: readonly string[] = ['adapter', ...BODY_OPTIONS, ...ENDPOINT_OPTIONS]

const OPTIONAL_CALLS = ['onUnparsed', 'findCommands', 'onReplies']

/**
 * Makes the endpoint for `POST /iclock/devicecmd` (PUSH manual, "Command Reply") as a plain function, for
 * `node:http` and for any framework built on it. It ignores the path; what is not a POST goes on to `next`.
 *
 * It answers `200 OK` once storage has every reply of the body. Errors are handed to `next`, this package's errors
 * with `status` and `code`; without `next` the answer is the error's status, or 500, and one line of text.
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
  const { adapter } = options
  checkReplyStorage(adapter)
  const { limit, encoding } = bodySettings(options)
  return endpoint(
    endpointSettings(options),
    async (serialNumber, req, deadline) => {
      const body = await readBody(req, limit)
      const parsed = parseReplies(body, serialNumber, encoding)
      await keepInStorage(parsed, serialNumber, adapter, deadline)
      for (const { commandId } of parsed.replies) announce(serialNumber, commandId)
      onKept?.(parsed.replies, serialNumber, req)
      return 'OK'
    },
    ({ method }) => method === 'POST',
  )
}

function checkReplyStorage<Issued extends IssuedCommand>(adapter: ReplyStorage<Issued>): void {
  checkAdapter(adapter, ['findCommand', 'onReply'], OPTIONAL_CALLS)
  if ((adapter.findCommands === undefined) === (adapter.onReplies === undefined)) return
  const missing = adapter.findCommands === undefined ? 'findCommands' : 'onReplies'
  throw wrong(`adapter.${missing}`, undefined, 'a function: findCommands and onReplies go together')
}
