// GET file and GET offer/…: a terminal fetches a file that was offered to it, and nothing else (PUSH
// manuals, "UPGRADE" and "PutFile").
import { checkAdapter, checkFunction, type OptionNames } from '../check.js'
import { type Answer, ok } from '../endpoint/answer.js'
import { Deadline } from '../endpoint/deadline.js'
import { type Endpoint, type Exchange, endpoint } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import { type HookOptions, reporterOf } from '../endpoint/hook.js'
import { type EndpointOptions, endpointSettings } from '../endpoint/options.js'
import { Target } from '../endpoint/query.js'
import { publishRefusal } from '../endpoint/refusal.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { checkOffer } from './answer.js'
import { base64Of } from './base64.js'
import { Delivery } from './delivery.js'
import { isOfferOver, tokenInPath, tokenInUrl } from './offer.js'
import { type OpenFile, openPart } from './open.js'
import { base64Length, base64Part, type Part, partIn } from './range.js'
import type { FileOffer, OfferStorage } from './storage.js'

/** The option about files that terminals fetch. */
export interface FileOptions {
  /**
   * Opens a part of a file that was offered to a terminal (`fileOffers` of `express-iclock/files`):
   * bytes, or a stream of exactly the bytes from `start` to `end`. It is closed as soon as the
   * terminal has gone. Without it, terminals get no files.
   *
   * @example
   * openFile: ({ file }, range) => createReadStream(`/srv/firmware/${file}`, range)
   */
  openFile?: OpenFile
}

/** The name of the option about files that terminals fetch. */
export const FILE_OPTIONS: OptionNames<FileOptions> = { openFile: true }

interface FileEndpointOptions extends FileOptions, EndpointOptions, HookOptions {
  adapter: Partial<OfferStorage>
}

/**
 * Creates the endpoint, on options whose names were checked; undefined without `openFile`.
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function fileEndpoint(options: FileEndpointOptions): Endpoint | undefined {
  const { openFile } = options
  checkFunction('openFile', openFile, 'a function (offer, { start, end, signal })')
  if (openFile === undefined) return undefined
  checkAdapter(options.adapter, ['findOffer', 'noteServed'])
  const adapter = options.adapter as OfferStorage
  const settings = endpointSettings(options)
  const serving: Serving = {
    ...{ adapter, timeout: settings.timeout, openFile: openFile.bind(options) },
    onError: reporterOf('openFile', options),
  }
  const { answer, ...rest } = endpoint(settings, serve(serving))
  return {
    ...rest,
    async answer(request) {
      const { target } = request
      if (target.has('sn') || target.segment === 'file') return answer(request)
      // Of firmware that fetches an address as it is: the token alone says who may have it.
      const own = await withTerminal(request, serving)
      return answer(own).catch((error: { code?: unknown }) => {
        throw error.code === 'TERMINAL_NOT_AUTHORIZED' ? notOffered() : error
      })
    },
  }
}

interface Serving {
  adapter: OfferStorage
  openFile: OpenFile
  timeout: number
  onError(error: unknown): void
}

async function withTerminal(
  request: TerminalRequest,
  { adapter, timeout }: Serving,
): Promise<TerminalRequest> {
  const deadline = new Deadline(timeout, 'storage')
  const { method, target, path, peer, address, raw, size } = request
  try {
    const offer = await offerFor(request, adapter, deadline)
    if (offer === undefined) throw notOffered()
    const own = new Target(`${target.path}?SN=${encodeURIComponent(offer.serialNumber)}`)
    const header = (name: string) => request.header(name)
    const body = (limit: number) => request.body(limit)
    return { method, target: own, path, peer, address, raw, size, header, body }
  } finally {
    deadline.end()
  }
}

function serve(serving: Serving): Exchange {
  const { adapter, openFile, timeout, onError } = serving
  return async (serialNumber, request, deadline): Promise<Answer> => {
    const offer = await offerFor(request, adapter, deadline)
    const isOwn = offer?.serialNumber === serialNumber
    if (!offer || !isOwn || isOfferOver(offer, new Date())) throw notOffered()
    const { size, isBase64 } = offer
    const length = isBase64 ? base64Length(size) : size
    const asked = isCurrent(request, offer) ? partIn(request.header('range'), length) : undefined
    if (asked === 'beyond') return beyond(request, length)
    const sent = asked ?? { first: 0, last: length - 1 }
    const headers = headersOf(offer, sent, asked === undefined ? undefined : length)
    const status = asked === undefined ? 200 : 206
    if (request.method === 'HEAD') return { status, headers, body: '' }
    const own = isBase64 ? base64Part(sent, size) : sent
    const part = await openPart(openFile, offer, own, timeout)
    const count = sent.last - sent.first + 1
    const read = isBase64 ? base64Of(part.read, sent.first % 4, count) : part.read
    const scale = (bytes: number) => (isBase64 ? Math.floor(bytes / 4) * 3 : bytes)
    const [from, end] = [own.first, own.last + 1]
    return {
      ...{ status, headers },
      body: new Delivery({ offer, adapter, part, read, from, end, scale, onError }),
    }
  }
}

/** Whether a range counts: the terminal has the beginning of this file, if it says of which. */
function isCurrent(request: TerminalRequest, { md5 }: FileOffer): boolean {
  const condition = request.header('if-range')
  return condition === undefined || condition === `"${md5}"`
}

function headersOf({ md5 }: FileOffer, { first, last }: Part, length: number | undefined) {
  return {
    ...ok('').headers,
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(last - first + 1),
    // Nothing on the way may compress it: terminals can't undo that.
    'Cache-Control': 'no-store, no-transform',
    'Accept-Ranges': 'bytes',
    ETag: `"${md5}"`,
    ...(length !== undefined && { 'Content-Range': `bytes ${first}-${last}/${length}` }),
  }
}

function beyond(request: TerminalRequest, length: number): Answer {
  const message = `The file has ${length} bytes, and the range begins after its end.`
  publishRefusal(request, new IclockError('RANGE_BEYOND_END', message))
  const answer = ok(`${message}\n`)
  const headers = { ...answer.headers, 'Content-Range': `bytes */${length}` }
  return { ...answer, status: 416, headers }
}

/** The offer that a request names; undefined if there is none. */
async function offerFor(
  request: TerminalRequest,
  adapter: OfferStorage,
  deadline: Deadline,
): Promise<FileOffer | undefined> {
  const token = tokenOf(request)
  if (token === undefined) return undefined
  const offer = (await deadline.wait(adapter.findOffer(token))) ?? undefined
  if (offer === undefined) return undefined
  checkOffer('findOffer', offer)
  return offer.token === token ? offer : undefined
}

function tokenOf({ target }: TerminalRequest): string | undefined {
  return target.segment === 'file'
    ? tokenInUrl(target.value('url') ?? '')
    : tokenInPath(target.path)
}

// The answer is the same if the offer is to another terminal, and if there is none.
function notOffered(): IclockError {
  const message = 'No file is offered to this terminal at this address, or no longer.'
  return new IclockError('FILE_NOT_OFFERED', message)
}
