// The octets of a request, usual or not. No connection.
import type { Header } from './manners.js'
import { wrong } from './options.js'
import { batch } from './records.js'

/** A request's body: bytes, text (sent as UTF-8), or records to be put together to a batch. */
export type Body = string | Uint8Array | readonly (string | Uint8Array)[]

/** What is unusual about the octets of a request. */
export interface RequestOptions {
  /** `'POST'` by default. */
  method?: string
  /** The path below that of `url`. */
  path?: string
  /** What stands behind `?`, as it is; `SN=…` by default, nothing where it is `''`. */
  query?: string
  /** `'1.1'` by default. */
  httpVersion?: string
  /** Headers to add or to replace, whatever their letter case; one that is undefined is left out. */
  headers?: Record<string, string | readonly string[] | undefined>
  /** Sends the body in chunks of so many octets, without a Content-Length. */
  chunkSize?: number
  /** What is sent after the body, and not counted by Content-Length. */
  surplus?: string | Uint8Array
}

export interface Request {
  method: string
  /** The octets up to the body. */
  head: number
  message: Buffer
}

export function requestOf(
  body: Body,
  how: RequestOptions,
  usual: { path: string; query: string; headers: Header[] },
): Request {
  const { method = 'POST', query = usual.query, httpVersion = '1.1', chunkSize } = how
  const octets = bodyOf(body)
  const framing: Header =
    chunkSize === undefined
      ? ['Content-Length', String(octets.length)]
      : ['Transfer-Encoding', 'chunked']
  const lines = [
    `${method} ${usual.path}${query && '?'}${query} HTTP/${httpVersion}`,
    ...changed([...usual.headers, framing], how.headers ?? {}).map(([name, value]) => {
      return `${name}: ${value}`
    }),
  ]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  const sent = chunkSize === undefined ? octets : chunked(octets, chunkSize)
  const message = Buffer.concat([head, sent, Buffer.from(how.surplus ?? '')])
  return { method, head: head.length, message }
}

/** What replaces a header stands in its place, what is new at the end. */
function changed(headers: Header[], changes: NonNullable<RequestOptions['headers']>): Header[] {
  const left = new Map<string, Header[]>()
  for (const [name, value] of Object.entries(changes)) {
    const replacements = [value ?? []].flat().map((each): Header => [name, each])
    left.set(name.toLowerCase(), replacements)
  }
  const replaced = headers.flatMap((header) => {
    const name = header[0].toLowerCase()
    const replacements = left.get(name)
    left.delete(name)
    return replacements ?? [header]
  })
  return [...replaced, ...[...left.values()].flat()]
}

function chunked(body: Buffer, chunkSize: number): Buffer {
  if (!(chunkSize >= 1)) throw wrong('chunkSize', chunkSize, 'a number of octets above 0')
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
