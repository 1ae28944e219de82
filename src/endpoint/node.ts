// Connects the endpoints to node:http, and to any framework built on it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe } from '../check.js'
import { addressOf } from './address.js'
import { type Answer, errorAnswer, inPieces, type Pieces } from './answer.js'
import { readBody } from './body.js'
import type { Endpoint } from './endpoint.js'
import { IclockError } from './errors.js'
import { Target } from './query.js'
import { publishRefusal } from './refusal.js'
import type { TerminalRequest } from './request.js'

/** An endpoint as a plain function, for `node:http` and for any framework built on it. */
export type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/** What Express adds to a request. */
interface FrameworkRequest extends IncomingMessage {
  originalUrl?: unknown
}

/**
 * Turns an endpoint into a plain function. Errors go to `next`; without it they are answered in one
 * line. A request that the endpoint doesn't accept goes on to `next`, or is answered 404 without
 * it, so that a handler mounted without a path doesn't swallow the app.
 */
export function handlerOf(endpoint: Endpoint): Handler {
  return (req, res, next) => {
    const request = new NodeRequest(req)
    if (!endpoint.accepts(request)) {
      if (next === undefined) writeError(res, { status: 404 })
      else next()
      return
    }
    if (endpoint.closesAfter(request) && req.httpVersionMajor < 2 && !res.headersSent) {
      res.setHeader('Connection', 'close')
    }
    endpoint.answer(request).then(
      (answer) => {
        try {
          if (!res.headersSent) write(res, answer)
        } catch (error) {
          refuse(request, res, error as object, next)
        }
      },
      (error) => refuse(request, res, error, next),
    )
  }
}

/** A request of node:http, or of a framework built on it. */
export class NodeRequest implements TerminalRequest {
  // Optimization: Express gives each request its own shape, so that the first access to a property
  // takes about 1 µs. Members that not every endpoint needs are read lazily.
  readonly raw: IncomingMessage
  readonly method: string
  readonly target: Target

  constructor(raw: IncomingMessage) {
    this.raw = raw
    this.method = raw.method ?? ''
    this.target = new Target(raw.url ?? '')
  }

  get path(): string {
    const { originalUrl } = this.raw as FrameworkRequest
    const target = typeof originalUrl === 'string' ? originalUrl : this.target.text
    return target.replace(/[?#].*$/s, '')
  }

  get peer(): string | undefined {
    return this.raw.socket?.remoteAddress
  }

  get address(): string {
    return addressOf(this.raw)
  }

  get size(): number | undefined {
    const { headers, httpVersionMajor } = this.raw
    const length = headers['content-length']
    if (length !== undefined) return Number(length)
    // HTTP/2 has bodies without either header.
    return headers['transfer-encoding'] === undefined && httpVersionMajor < 2 ? 0 : undefined
  }

  header(name: string): string | undefined {
    const value = this.raw.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  body(limit: number): Promise<Buffer> {
    return readBody(this.raw, limit)
  }
}

function write(res: ServerResponse, { status, headers, body }: Answer): void {
  // Compressing middleware reads this header only now, and terminals can't decompress.
  const asked = res.req.headers
  if (asked['accept-encoding'] !== undefined) delete asked['accept-encoding']
  res.writeHead(status, headers)
  if (inPieces(body)) sendPieces(res, body)
  else res.end(body)
}

// No longer than this, in ms, may a terminal read nothing.
const STALLED = 120_000

/** Sends what is read piece by piece, and gives up a terminal that reads nothing for `stalled` ms. */
export async function sendPieces(
  res: ServerResponse,
  pieces: Pieces,
  stalled: number = STALLED,
): Promise<void> {
  const close = () => pieces.close(res.writableFinished)
  if (res.destroyed) return close()
  res.once('close', close)
  res.setTimeout(stalled, () => res.destroy())
  try {
    for (let piece = await pieces.read(); piece !== undefined; piece = await pieces.read()) {
      if (!res.write(piece)) await drained(res)
      if (res.destroyed) return
    }
    res.end()
  } catch {
    // Whoever reads has reported it. A body that is cut is asked for again.
    res.destroy()
  }
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      res.off('drain', settle)
      res.off('close', settle)
      resolve()
    }
    res.on('drain', settle)
    res.on('close', settle)
  })
}

/** Answers an error in one line, or ends an answer that has begun. */
export function writeError(res: ServerResponse, error: object): void {
  if (res.headersSent) res.destroy()
  else write(res, errorAnswer(error))
}

// What comes of the body after the answer would be received in vain, and may come slowly.
function setBusyHeaders(
  req: IncomingMessage,
  res: ServerResponse,
  { headers = {} }: IclockError,
): void {
  if (res.headersSent) return
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (req.complete || !req.readableDidRead) return
  res.setHeader('Connection', 'close')
  res.once('finish', () => req.destroy())
}

// Nothing may throw here: it would be an unhandled rejection, which ends the process.
function refuse(
  request: NodeRequest,
  res: ServerResponse,
  error: object,
  next: ((error: unknown) => void) | undefined,
): void {
  try {
    publishRefusal(request, error)
    if (error instanceof IclockError && error.code === 'BUSY')
      setBusyHeaders(request.raw, res, error)
    if (next === undefined) writeError(res, error)
    else next(error)
  } catch (failure) {
    res.destroy()
    process.emitWarning(
      `express-iclock: an error could not be answered, because ${next === undefined ? 'the response' : 'next'} threw ` +
        `${failure instanceof Error ? failure.message : describe(failure)}`,
      { code: 'ICLOCK_ANSWER' },
    )
  }
}
