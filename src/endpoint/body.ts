// Reads a request's bytes, even if something else read them first.
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import getRawBody from 'raw-body'
import { quoted } from '../check.js'
import { IclockError } from './errors.js'
import { replayedBody } from './replay.js'

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/gi

/** Members that earlier middleware may have left on the request. */
interface ParsedRequest extends IncomingMessage {
  body?: unknown
  rawBody?: unknown
}

/**
 * Takes the body from `req.rawBody`, from `req.body` if it holds bytes or text, or else from the
 * stream.
 *
 * @param limit the largest body in bytes; raw-body refuses a larger one with 413, whoever read it
 * @throws IclockError `BODY_ALREADY_READ`, `TERMINAL_GONE`, `ENCODING_UNSUPPORTED`; raw-body's errors
 *   400 and 413
 */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  try {
    if (isTouched(req)) {
      const left = bytesLeftIn(req)
      if (left !== undefined) return await withinLimit(left, limit)
      if (isRead(req) && isEmpty(req)) return Buffer.alloc(0)
      // Nothing may be awaited while the stream still flows: its events would be missed.
      const replayed = req.readableEnded ? await replayedBody(req) : undefined
      if (replayed !== undefined) return await withinLimit(replayed, limit)
      checkIsReadable(req)
      // Something may have paused it.
      req.resume()
    }
    checkIsNotCompressed(codingOf(req.headers['content-encoding']))
    return await getRawBody(req, { limit, length: req.headers['content-length'] ?? null })
  } catch (error) {
    // A stream that is left paused, by raw-body too, keeps the connection from its next request.
    req.resume()
    throw (error as { type?: string }).type === 'stream.encoding.set' ? alreadyRead(req) : error
  }
}

function withinLimit(bytes: Buffer, limit: number): Promise<Buffer> {
  return getRawBody(Readable.from([bytes]), { limit, length: bytes.length })
}

function bytesLeftIn(req: ParsedRequest): Buffer | undefined {
  for (const left of [req.rawBody, req.body]) {
    if (left instanceof Uint8Array) {
      const bytes = Buffer.from(left.buffer, left.byteOffset, left.byteLength)
      if (isWhole(bytes, req)) return bytes
    }
    if (typeof left === 'string') {
      const bytes = Buffer.from(left)
      if (isWhole(bytes, req) && isExact(left, bytes, req)) return bytes
    }
  }
  return undefined
}

// The leftover may still be growing, or may be the compressed copy while the other member holds the
// inflated one.
function isWhole(bytes: Buffer, req: IncomingMessage): boolean {
  const isLength = bytes.length === lengthOf(req)
  if (codingOf(req.headers['content-encoding']) !== undefined) return req.readableEnded && !isLength
  return lengthOf(req) === undefined ? req.readableEnded : isLength
}

// A text parser drops a byte order mark, replaces invalid bytes with U+FFFD, and may have used
// another charset by a default of its own. Only the promised length together with ASCII, or with a
// declared UTF-8, proves that nothing was lost.
function isExact(text: string, bytes: Buffer, req: IncomingMessage): boolean {
  if (bytes.length !== lengthOf(req)) return false
  if (codingOf(req.headers['content-encoding']) !== undefined) return false
  if (bytes.length === text.length) return true
  const charsets = [...(req.headers['content-type'] ?? '').matchAll(CHARSET)].map(
    ([, name]) => name,
  )
  return charsets.length === 1 && /^utf-?8$/i.test(`${charsets[0]}`) && !text.includes('\ufffd')
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/** A Content-Encoding; undefined for `identity`. */
export function codingOf(coding: string | undefined): string | undefined {
  return coding === '' || coding?.toLowerCase() === 'identity' ? undefined : coding
}

// Whether another middleware has touched the request. Optimization: each Express request has a
// shape of its own, so the first access to a property takes about 1 µs: few are read, and `hasOwn`
// asks for these two.
function isTouched(req: IncomingMessage): boolean {
  const { readable, readableFlowing, readableDidRead } = req
  if (!readable || readableFlowing !== null || readableDidRead) return true
  return Object.hasOwn(req, 'rawBody') || Object.hasOwn(req, 'body')
}

function isRead(req: IncomingMessage): boolean {
  return req.readableDidRead || req.readableEnded
}

// HTTP/2 has bodies without either header.
function isEmpty(req: IncomingMessage): boolean {
  const length = lengthOf(req) ?? (req.httpVersionMajor < 2 ? 0 : undefined)
  return req.headers['transfer-encoding'] === undefined && length === 0
}

function checkIsReadable(req: IncomingMessage): void {
  if (req.destroyed && !req.complete) {
    throw new IclockError(
      'TERMINAL_GONE',
      'The terminal closed the connection before its body was whole.',
    )
  }
  if (isRead(req) || req.listenerCount('readable') > 0) {
    throw alreadyRead(req)
  }
}

/** @throws IclockError `ENCODING_UNSUPPORTED` */
export function checkIsNotCompressed(coding: string | undefined): void {
  if (coding === undefined) return
  throw new IclockError(
    'ENCODING_UNSUPPORTED',
    `The body has Content-Encoding ${quoted(coding)}; terminals don't send compressed bodies. To accept them, mount a ` +
      "decompressing parser such as express.raw({ type: '*/*' }) first.",
  )
}

function alreadyRead({ rawBody, body }: ParsedRequest): IclockError {
  const shown = Object.entries({ 'req.rawBody': rawBody, 'req.body': body }).map(
    ([name, value]) => `${name} is ${value === null ? 'null' : typeof value}`,
  )
  return new IclockError(
    'BODY_ALREADY_READ',
    "Something before this endpoint reads the request's body, and the original bytes are no longer available " +
      `(${shown.join(', ')}). ` +
      'Mount the endpoint before express.json(), express.urlencoded() and other parsers, or let the parser keep the bytes ' +
      'with verify: (req, res, buffer) => { req.rawBody = buffer }.',
  )
}
