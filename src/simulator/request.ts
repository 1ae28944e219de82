// Builds the bytes of a request, well-formed or deliberately not. No connection.

import { checkCounts } from './check.js'
import type { Header } from './dialect.js'
import { batch } from './records.js'

/** A request's body: bytes, text (sent as UTF-8), or records to join into a batch. */
export type Body = string | Uint8Array | readonly (string | Uint8Array)[]

/** What is unusual about the bytes of a request. */
export interface RequestOptions {
  /** The default depends on the request: `'POST'` for replies and uploads. */
  method?: string
  /** The path below that of `url`. */
  path?: string
  /** The query, sent as it is; `SN=…` by default, none if it is `''`. */
  query?: string
  /** `'1.1'` by default. */
  httpVersion?: string
  /** Headers to add or replace, in any letter case; an undefined one is left out. */
  headers?: Record<string, string | readonly string[] | undefined>
  /** Sends the body in chunks of this many bytes, without a Content-Length. */
  chunkSize?: number
  /** Sent after the body and not counted in Content-Length. */
  surplus?: string | Uint8Array
}

/** A request, ready to be sent. */
export interface Request {
  method: string
  /** The number of bytes that precede the body. */
  headSize: number
  message: Buffer
  /** Size of the complete request; the server may treat anything after it as a new one. */
  wholeSize: number
}

/** Builds a request. */
export function requestOf(
  body: Body,
  options: RequestOptions,
  usual: { method: string; path: string; query: string; headers: Header[] },
): Request {
  const { method = usual.method, query = usual.query, httpVersion = '1.1', chunkSize } = options
  checkCounts(options, ['chunkSize'], 1)
  const bytes = bodyOf(body)
  const framing: Header[] =
    chunkSize !== undefined
      ? [['Transfer-Encoding', 'chunked']]
      : method === 'GET' && bytes.length === 0
        ? []
        : [['Content-Length', String(bytes.length)]]
  const headers = replaced([...usual.headers, ...framing], options.headers ?? {})
  const lines = [
    `${method} ${usual.path}${query && '?'}${query} HTTP/${httpVersion}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  const surplus = Buffer.from(options.surplus ?? '')
  const sent = chunkSize === undefined ? bytes : chunked(bytes, chunkSize)
  const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1])
  return {
    method,
    headSize: head.length,
    wholeSize: head.length + (length < bytes.length ? length : sent.length),
    message: Buffer.concat([head, sent, surplus]),
  }
}

/** A replacement takes the position of the header that it replaces; new headers come last. */
function replaced(headers: Header[], changes: NonNullable<RequestOptions['headers']>): Header[] {
  const pending = new Map<string, Header[]>()
  for (const [name, value] of Object.entries(changes)) {
    const replacements = [value ?? []].flat().map((each): Header => [name, each])
    pending.set(name.toLowerCase(), replacements)
  }
  const result = headers.flatMap((header) => {
    const name = header[0].toLowerCase()
    const replacements = pending.get(name)
    pending.delete(name)
    return replacements ?? [header]
  })
  return [...result, ...[...pending.values()].flat()]
}

function chunked(body: Buffer, chunkSize: number): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += chunkSize) {
    const chunk = body.subarray(at, at + chunkSize)
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

function bodyOf(body: Body): Buffer {
  return typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : batch(body)
}
