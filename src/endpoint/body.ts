// A request's bytes, whoever read them first.
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import getRawBody from 'raw-body'
import { IclockError, quoted } from './errors.js'

/** What middleware before us may have left on the request. */
interface ParsedRequest extends IncomingMessage {
  body?: unknown
  rawBody?: unknown
}

/**
 * Takes the body from `req.rawBody`, from `req.body` where it holds bytes or text, or else from the stream.
 *
 * @param limit the largest body in bytes; raw-body refuses a larger one with 413, whoever read it
 * @throws IclockError `BODY_ALREADY_READ`, `DEVICE_GONE`, `ENCODING_UNSUPPORTED`; raw-body's errors 400 and 413
 */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  try {
    if (isTouched(req)) {
      const left = bytesLeftIn(req)
      if (left !== undefined) {
        return await getRawBody(Readable.from([left]), { limit, length: left.length })
      }
      if (isRead(req) && isEmpty(req)) return Buffer.alloc(0)
      checkIsReadable(req)
      // Somebody may have paused it.
      req.resume()
    }
    checkIsNotCompressed(req)
    return await getRawBody(req, { limit, length: req.headers['content-length'] ?? null })
  } catch (error) {
    // A stream that is left paused, by raw-body too, keeps the connection from its next request.
    req.resume()
    throw (error as { type?: string }).type === 'stream.encoding.set' ? alreadyRead(req) : error
  }
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

// What is left may still grow while the body comes in, or be compressed while another member is not.
function isWhole(bytes: Buffer, { headers, readableEnded }: IncomingMessage): boolean {
  const length = headers['content-length']
  const isLength = length !== undefined && bytes.length === Number(length)
  if (headers['content-encoding']) return readableEnded && !isLength
  return length === undefined ? readableEnded : isLength
}

// A text parser puts U+FFFD for octets that are none of its charset, and there are other charsets than UTF-8: the
// length tells whether these are the octets that the device sent, and without a length only ASCII is sure.
function isExact(text: string, bytes: Buffer, { headers }: IncomingMessage): boolean {
  if (text.includes('\ufffd')) return false
  const isCompared = headers['content-length'] !== undefined && !headers['content-encoding']
  return isCompared || bytes.length === text.length
}

// Whether somebody was here before. Express makes the first look at each member of a request slow, and at one that is not
// there most of all: few are looked at, and those two are asked for as its own.
function isTouched(req: IncomingMessage): boolean {
  const { readable, readableFlowing, readableDidRead } = req
  if (!readable || readableFlowing !== null || readableDidRead) return true
  return Object.hasOwn(req, 'rawBody') || Object.hasOwn(req, 'body')
}

function isRead(req: IncomingMessage): boolean {
  return req.readableDidRead || req.readableEnded
}

// HTTP/2 has bodies without either header.
function isEmpty({ headers, httpVersionMajor }: IncomingMessage): boolean {
  const length = headers['content-length'] ?? (httpVersionMajor < 2 ? 0 : undefined)
  return headers['transfer-encoding'] === undefined && Number(length) === 0
}

function checkIsReadable(req: IncomingMessage): void {
  if (req.destroyed && !req.complete) {
    throw new IclockError(
      'DEVICE_GONE',
      'The device closed the connection before its body was whole.',
    )
  }
  if (isRead(req) || req.listenerCount('readable') > 0) {
    throw alreadyRead(req)
  }
}

function checkIsNotCompressed(req: IncomingMessage): void {
  const coding = req.headers['content-encoding']
  if (coding && coding.toLowerCase() !== 'identity') {
    throw new IclockError(
      'ENCODING_UNSUPPORTED',
      `The body has Content-Encoding ${quoted(coding)}, which no terminal sends. A parser that inflates, such as ` +
        "express.raw({ type: '*/*' }), may stand before the Command Reply endpoint.",
    )
  }
}

function alreadyRead({ rawBody, body }: ParsedRequest): IclockError {
  const shown = Object.entries({ 'req.rawBody': rawBody, 'req.body': body }).map(
    ([name, value]) => `${name} is ${value === null ? 'null' : typeof value}`,
  )
  return new IclockError(
    'BODY_ALREADY_READ',
    `Something before the Command Reply endpoint reads this request's body, and its octets are not to be had (${shown.join(', ')}). ` +
      'Mount the endpoint before express.json(), express.urlencoded() and other parsers, or let the parser keep the octets ' +
      'with verify: (req, res, buffer) => { req.rawBody = buffer }.',
  )
}
