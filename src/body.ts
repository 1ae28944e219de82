// A request's bytes, whoever read them first.
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import getRawBody from 'raw-body'
import { CommandReplyError, quoted } from './errors.js'

/** What middleware before us may have left on the request. */
interface ParsedRequest extends IncomingMessage {
  body?: unknown
  rawBody?: unknown
}

/**
 * Takes the body from `req.rawBody`, from `req.body` where it holds bytes or text, or else from the stream.
 *
 * @param limit the largest body in bytes; raw-body refuses a larger one with 413, whoever read it
 * @throws CommandReplyError `BODY_ALREADY_READ`, `DEVICE_GONE`, `ENCODING_UNSUPPORTED`; raw-body's errors 400 and 413
 */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  const left = bytesLeftIn(req)
  if (left !== undefined) return getRawBody(Readable.from([left]), { limit, length: left.length })
  if (req.readableDidRead || req.readableEnded) {
    if (isEmpty(req)) return Buffer.alloc(0)
    throw req.complete ? alreadyRead(req) : gone()
  }
  if (req.destroyed) throw gone()
  const coding = req.headers['content-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new CommandReplyError(
      'ENCODING_UNSUPPORTED',
      `The body has Content-Encoding ${quoted(coding)}, which no terminal sends. A parser that inflates, such as ` +
        "express.raw({ type: '*/*' }), may stand before the Command Reply endpoint.",
    )
  }
  try {
    return await getRawBody(req, { limit, length: req.headers['content-length'] ?? null })
  } catch (error) {
    // raw-body leaves the stream paused, and on a paused stream the connection takes no further request.
    req.resume()
    throw error
  }
}

function bytesLeftIn({ rawBody, body, headers }: ParsedRequest): Buffer | undefined {
  for (const left of [rawBody, body]) {
    if (left instanceof Uint8Array) {
      return Buffer.from(left.buffer, left.byteOffset, left.byteLength)
    }
    if (typeof left === 'string') {
      const bytes = Buffer.from(left)
      if (isExact(left, bytes, headers)) return bytes
    }
  }
  return undefined
}

// A text parser puts U+FFFD for bytes that are no UTF-8, and decodes by the charset of the Content-Type:
// then the octets that the device sent can't be had again from its text.
function isExact(text: string, bytes: Buffer, headers: IncomingMessage['headers']): boolean {
  if (text.includes('\ufffd')) return false
  const length = headers['content-encoding'] ? undefined : headers['content-length']
  return length === undefined || bytes.length === Number(length)
}

function isEmpty({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}

function gone(): CommandReplyError {
  return new CommandReplyError(
    'DEVICE_GONE',
    'The device closed the connection before its body was whole. It sends the body again.',
  )
}

function alreadyRead({ body }: ParsedRequest): CommandReplyError {
  const found =
    typeof body === 'string'
      ? 'req.body is a text that is not the octets the device sent'
      : `neither req.rawBody nor req.body holds its bytes (req.body is ${body === null ? 'null' : typeof body})`
  return new CommandReplyError(
    'BODY_ALREADY_READ',
    `A body parser read this request before the Command Reply endpoint, and ${found}. Mount the endpoint ` +
      'before express.json(), express.urlencoded() and other parsers, or let the parser keep the bytes ' +
      'with verify: (req, res, buffer) => { req.rawBody = buffer }.',
  )
}
