// POST cdata, querydata, fdata: a terminal uploads.
import type { IncomingMessage } from 'node:http'
import { checkAdapter, checkFunction, checkNames, checkWhole, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { endpoint, type Handler } from '../endpoint/endpoint.js'
import { HOOK_OPTIONS, type HookOptions, hookOf } from '../endpoint/hook.js'
import {
  BODY_OPTIONS,
  bodySettings,
  ENDPOINT_OPTIONS,
  type EndpointOptions,
  endpointSettings,
} from '../endpoint/options.js'
import { type TimeZoneOption, timeZoneOf } from '../endpoint/time-zone.js'
import { announce } from '../news.js'
import type { CommandReply } from '../reply/reply.js'
import type { ReplyStorage } from '../reply/storage.js'
import { type Kept, keepInStorage } from '../reply/store.js'
import { type ReceptionSettings, uploadPart } from './reception.js'
import type { UploadStorage } from './storage.js'
import type { Upload } from './upload.js'

/**
 * The storage that uploads need. With `findCommand` and `onReply`, an `ERRORLOG` line that names a
 * command settles it as failed, and replies that a terminal posts to `cdata` are stored as replies.
 */
export type UploadAdapter<Issued extends IssuedCommand = IssuedCommand> = UploadStorage &
  Partial<ReplyStorage<Issued>> & {
    /**
     * As in `CommandStorage`. With it, a repeated `ERRORLOG` line never overrules a later reply.
     */
    findRecord?(
      serialNumber: string,
      commandId: string,
    ): Awaitable<{ reply?: CommandReply } | null | undefined>
  }

/** The options of uploads only. */
export interface UploadOptions {
  /**
   * The largest body, in bytes or as text that `bytes` reads: `'4mb'` by default, because photos
   * are uploads too.
   */
  limit?: number | string
  /**
   * How many lines a body may have, with twenty fields each on average: 10 000 by default. A body
   * with more is answered 413 before any of it reaches storage.
   */
  maxRecords?: number
  /**
   * Called once with the records that were new, after storage has them. It isn't awaited; errors go
   * to `onError`. For work that must not be lost, use `onUpload` of the adapter.
   */
  afterUpload?(upload: Upload): unknown
}

/** The options of `uploadHandler`. */
export interface UploadHandlerOptions<Issued extends IssuedCommand = IssuedCommand>
  extends UploadOptions,
    EndpointOptions,
    HookOptions {
  /** The storage of uploads. */
  adapter: UploadAdapter<Issued>
  /**
   * The encoding of non-ASCII text, a `TextDecoder` label: `'utf-8'` by default, `'gb18030'` for
   * Chinese-language terminals.
   */
  encoding?: string
  /**
   * The terminals' time zone: a name such as `'Asia/Manila'`, an offset such as `'+08:00'`, or a
   * function of the serial number. Records then have an `instant`; without it they only have the
   * terminal's wall clock.
   */
  timeZone?: TimeZoneOption
  /**
   * Called once for each new reply in an upload, after storage has it; otherwise like
   * `afterUpload`.
   */
  afterReply?(reply: CommandReply, command: Issued | undefined): unknown
}

const HANDLER_OPTIONS: OptionNames<UploadHandlerOptions> = {
  adapter: true,
  maxRecords: true,
  afterUpload: true,
  afterReply: true,
  timeZone: true,
  ...HOOK_OPTIONS,
  ...BODY_OPTIONS,
  ...ENDPOINT_OPTIONS,
}
const PHOTO = /[?&](?:table|tablename)=attphoto(?:&|$)|[?&]photostamp=/i
const OPTIONAL_CALLS = [
  ...['findPackets', 'findRecord'],
  ...['findCommand', 'onReply', 'findCommands', 'onReplies'],
]

/**
 * Creates the endpoint for a terminal's uploads, as a plain function, for `node:http` and for any
 * framework built on it: `POST /iclock/cdata`, `querydata` and `fdata` (PUSH manuals, "Upload"). It
 * ignores the path; a request that is not a POST goes on to `next`, or is answered 404 without it.
 *
 * It answers once storage has every line, also those that are not valid records and those of
 * unknown tables: a terminal would send them again forever. Errors are handed to `next`, this
 * package's errors with `status` and `code`; without `next` the answer is the error's status, or
 * 500, and one line of text.
 *
 * @example
 * createServer(uploadHandler({ adapter, timeZone: 'Asia/Manila' })).listen(8080)
 *
 * @throws TypeError if an option is wrong
 */
export function uploadHandler<Issued extends IssuedCommand>(
  options: UploadHandlerOptions<Issued>,
): Handler {
  checkNames(options, HANDLER_OPTIONS)
  return uploadEndpoint(options)
}

/**
 * The endpoint, on options whose names were checked.
 *
 * @param onKept called with every upload, repeated or not, once storage has it
 */
export function uploadEndpoint<Issued extends IssuedCommand>(
  options: UploadHandlerOptions<Issued>,
  onKept?: (upload: Upload, req: IncomingMessage) => void,
): Handler {
  const { adapter, encoding, maxRecords = 10_000, limit = '4mb' } = options
  const { afterUpload, afterReply, onError } = options
  checkAdapter(adapter, ['onUpload'], OPTIONAL_CALLS)
  checkFunction('afterUpload', afterUpload, 'a function (upload)')
  checkFunction('afterReply', afterReply, 'a function (reply, command)')
  checkFunction('onError', onError, 'a function (error)')
  checkWhole('maxRecords', maxRecords, 1)
  const part = uploadPart({
    adapter,
    ...bodySettings({ limit, ...(encoding !== undefined && { encoding }) }),
    maxRecords,
    zoneOf: timeZoneOf(options.timeZone),
    keepReplies: keeperOf(
      adapter,
      hookOf('afterReply', afterReply?.bind(options), onError?.bind(options)),
    ),
    async isAnswered(serialNumber, commandId) {
      return (await adapter.findRecord?.(serialNumber, commandId))?.reply !== undefined
    },
    afterUpload: hookOf('afterUpload', afterUpload?.bind(options), onError?.bind(options)),
    onKept,
  })
  const receive = endpoint(endpointSettings(options), part, ({ method }) => method === 'POST')
  return (req, res, next) => {
    // A terminal was seen to send a photo again until the connection was closed after the answer.
    if (PHOTO.test(req.url ?? '') && req.httpVersionMajor < 2 && !res.headersSent) {
      res.setHeader('Connection', 'close')
    }
    receive(req, res, next)
  }
}

function keeperOf<Issued extends IssuedCommand>(
  adapter: UploadAdapter<Issued>,
  afterReply: Kept<Issued> | undefined,
): ReceptionSettings['keepReplies'] {
  if (!adapter.findCommand || !adapter.onReply) return undefined
  const replies = adapter as ReplyStorage<Issued>
  return async (parsed, serialNumber, deadline) => {
    await keepInStorage(parsed, serialNumber, replies, deadline, afterReply)
    for (const { commandId } of parsed.replies) announce(serialNumber, commandId)
  }
}
