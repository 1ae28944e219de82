// POST cdata, querydata, fdata: a terminal uploads.
import { checkAdapter, checkFunction, checkNames, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { Bodies, CAPACITY_OPTIONS, type CapacityOptions } from '../endpoint/bodies.js'
import { type ByTerminal, byTerminal } from '../endpoint/by-terminal.js'
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
import type { TerminalRequest } from '../endpoint/request.js'
import { TIME_ZONE_OPTIONS, type TimeZoneOptions, timeZoneOf } from '../endpoint/time-zone.js'
import { announce } from '../news.js'
import type { ReplyAdapter } from '../reply/find.js'
import { afterReplyOf, REPLY_HOOK_OPTIONS, type ReplyHookOptions } from '../reply/handler.js'
import { type Kept, keepInStorage } from '../reply/store.js'
import { type AcknowledgementForms, acknowledgementForms } from './acknowledgement.js'
import { type ReceptionSettings, uploadExchange } from './reception.js'
import { concluderOf } from './result.js'
import type { UploadStorage } from './storage.js'
import type { Upload } from './upload.js'

/**
 * The storage that uploads need. With `onReply` and `findRecord` or `findCommand`, an `ERRORLOG`
 * line that names a command settles it as failed, and replies that a terminal posts to `cdata` are
 * stored as replies. With `findRecord`, a repeated `ERRORLOG` line never overrules a later reply. The
 * whole result of a query (`querydata`) settles it as succeeded by its rows, unless it has a final
 * reply.
 */
export type UploadAdapter<Issued extends IssuedCommand = IssuedCommand> = UploadStorage &
  Partial<ReplyAdapter<Issued>>

/** How uploads are confirmed. */
export interface AcknowledgementOptions {
  /**
   * How uploads of some tables are confirmed, for terminals that expect another form and send them
   * again otherwise: forms by table, such as `{ user: 'OK' }`, or a function of the serial number
   * that returns them, or a promise of them.
   */
  acknowledgements?: ByTerminal<AcknowledgementForms | undefined>
}

/** The names of the options about confirming uploads. */
export const ACKNOWLEDGEMENT_OPTIONS: OptionNames<AcknowledgementOptions> = {
  acknowledgements: true,
}

/** The hooks of uploads. */
export interface UploadHookOptions extends HookOptions {
  /**
   * Called once with the new records, after storage has them. It isn't awaited; errors go to
   * `onError`. For work that must not be lost, use `onUpload` of the adapter.
   */
  afterUpload?(upload: Upload): unknown
}

/**
 * The options that uploads share with other endpoints; `afterReply` is called for replies in an
 * upload.
 */
export interface UploadEndpointOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    EncodingOptions,
    CapacityOptions,
    TimeZoneOptions,
    AcknowledgementOptions,
    ReplyHookOptions<Issued>,
    UploadHookOptions {
  /** The storage of uploads. */
  adapter: UploadAdapter<Issued>
}

/** The options of `uploadHandler`. */
export interface UploadHandlerOptions<Issued extends IssuedCommand = IssuedCommand>
  extends UploadEndpointOptions<Issued>,
    BodyOptions {}

/** The names of the hooks of uploads. */
export const UPLOAD_HOOK_OPTIONS: OptionNames<UploadHookOptions> = {
  afterUpload: true,
  ...HOOK_OPTIONS,
}
const HANDLER_OPTIONS: OptionNames<UploadHandlerOptions> = {
  adapter: true,
  ...UPLOAD_HOOK_OPTIONS,
  ...REPLY_HOOK_OPTIONS,
  ...TIME_ZONE_OPTIONS,
  ...ACKNOWLEDGEMENT_OPTIONS,
  ...BODY_OPTIONS,
  ...ENCODING_OPTIONS,
  ...CAPACITY_OPTIONS,
  ...ENDPOINT_OPTIONS,
}
const PICTURES = /^(attphoto|biophoto|userpic)$/i
const OPTIONAL_CALLS = [
  ...['findPackets', 'sumPackets', 'findRecord'],
  ...['findCommand', 'onReply', 'findCommands', 'onReplies'],
]

/**
 * Creates the endpoint for a terminal's uploads, as a plain function, for `node:http` and for any
 * framework built on it: `POST /iclock/cdata`, `querydata` and `fdata` (PUSH manuals, "Upload"). It
 * ignores the path; a request that is not a POST goes on to `next`, or is answered 404 without it.
 *
 * It answers once storage has every line, also those that are not valid records and those of
 * unknown tables: a terminal would send them again forever. Errors go to `next`, this package's
 * errors with `status` and `code`; without `next` the answer is the error's status, or 500, and one
 * line of text.
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
  return handlerOf(uploadEndpoint(options, receptionOf(options, options, new Bodies(options))))
}

/** The endpoint, on options whose names were checked. */
export function uploadEndpoint(options: EndpointOptions, exchange: Exchange): Endpoint {
  return endpoint(endpointSettings(options), exchange, {
    accepts: ({ method }) => method === 'POST',
    // Terminals in the field sent a picture again and again until the connection was closed after
    // the answer.
    closesAfter: isPicture,
  })
}

/**
 * Stores the body of any request as an upload, on options whose names were checked.
 *
 * @param options those shared with other endpoints
 * @param own those of uploads only
 * @param bodies the bodies in work, shared with other endpoints
 * @param onKept called with every upload, repeated or not, once storage has it
 */
export function receptionOf<Issued extends IssuedCommand>(
  options: UploadEndpointOptions<Issued>,
  own: BodyOptions,
  bodies: Bodies,
  onKept?: ReceptionSettings['onKept'],
): Exchange {
  const { adapter, afterUpload } = options
  checkAdapter(adapter, ['onUpload'], OPTIONAL_CALLS)
  checkFunction('afterUpload', afterUpload, 'a function (upload)')
  const { limit, maxRecords } = bodySettings(own, '4mb', own === options ? '' : 'upload.')
  bodies.allow(limit)
  const afterReply = afterReplyOf(options)
  return uploadExchange({
    ...{ adapter, bodies, limit, maxRecords },
    encodingOf: decoderLabelOf(options),
    zoneOf: timeZoneOf(options.timeZone),
    formsOf: byTerminal('acknowledgements', options.acknowledgements, acknowledgementForms),
    keepReplies: keeperOf(adapter, afterReply),
    conclude: concluderOf(adapter, afterReply),
    async isAnswered(serialNumber, commandId) {
      return (await adapter.findRecord?.(serialNumber, commandId))?.reply !== undefined
    },
    afterUpload: hookOf('afterUpload', afterUpload?.bind(options), options),
    onKept,
  })
}

function isPicture({ target }: TerminalRequest): boolean {
  const names = ['table', 'tablename'] as const
  return target.has('photostamp') || names.some((name) => PICTURES.test(target.value(name) ?? ''))
}

function keeperOf<Issued extends IssuedCommand>(
  adapter: UploadAdapter<Issued>,
  afterReply: Kept<Issued> | undefined,
): ReceptionSettings['keepReplies'] {
  if (!adapter.onReply || !(adapter.findCommand ?? adapter.findRecord)) return undefined
  const replies = adapter as ReplyAdapter<Issued>
  return async (parsed, serialNumber, deadline) => {
    await keepInStorage(parsed, serialNumber, replies, deadline, afterReply)
    for (const { commandId } of parsed.replies) announce(serialNumber, commandId)
  }
}
