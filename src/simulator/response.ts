// Parses the bytes of a response as HTTP/1.x, strictly. No connection, no clock.
import { inspect } from 'node:util'
import { type ChunkProgress, chunkedBody } from './chunks.js'
import type { Header } from './dialect.js'

const HTTP_1 = 'HTTP/1.'
const MAX_HEAD = 64 * 1024
/** The largest package that a terminal announces (`MaxPackageSize`), headers included. */
const MAX_RESPONSE = 4 * 1024 * 1024

/** A response, as far as it has arrived. */
export interface HttpResponse {
  status: number | undefined
  headers: Header[]
  body: Buffer
  /** Its size in bytes; undefined while it is incomplete. */
  size: number | undefined
  /** What makes it invalid HTTP. */
  problem: string | undefined
}

/** What a parser remembers between two calls for the same response. */
export interface ParserMemory {
  chunks?: ChunkProgress
}

/** Parses the response at the beginning of `bytes`, as far as it has arrived. */
export function parseResponse(
  bytes: Buffer,
  hasEnded: boolean,
  method: string,
  memory: ParserMemory,
): HttpResponse {
  const response: HttpResponse = {
    status: undefined,
    headers: [],
    body: Buffer.alloc(0),
    size: undefined,
    problem: undefined,
  }
  let at = 0
  do {
    const end = parseHead(bytes, at, hasEnded, response)
    if (end === undefined) return response
    at = end
  } while (response.status !== undefined && response.status < 200)
  const hasBody = method !== 'HEAD' && response.status !== 204 && response.status !== 304
  return { ...response, ...parseBody(bytes, at, hasEnded, hasBody, memory, response) }
}

/** Parses the head that starts here. Returns where it ends, or undefined if it isn't complete. */
function parseHead(
  bytes: Buffer,
  at: number,
  hasEnded: boolean,
  response: HttpResponse,
): number | undefined {
  const invalid = (problem: string): undefined => {
    response.problem = problem
  }
  const start = bytes.toString('latin1', at, at + HTTP_1.length)
  if (!HTTP_1.startsWith(start)) {
    return invalid(`not an HTTP/1.x response: ${excerpt(bytes.subarray(at))}`)
  }
  const head = bytes.subarray(at, at + MAX_HEAD)
  const end = head.indexOf('\r\n\r\n')
  if (end === -1) {
    if (head.length === MAX_HEAD) return invalid('the head of the response exceeds 64 kB')
    if (!hasEnded) return undefined
    const part = bytes.length === 0 ? 'without a response' : 'within the response head'
    return invalid(`the connection was closed ${part}`)
  }
  const [statusLine = '', ...lines] = head.toString('latin1', 0, end).split('\r\n')
  // Firmware looks for `HTTP/1.x 200 `, with the space after it.
  const status = /^HTTP\/1\.[01] (\d{3}) /.exec(statusLine)?.[1]
  if (status === undefined) return invalid(`the status line is ${excerpt(statusLine)}`)
  response.status = Number(status)
  response.headers = []
  for (const line of lines) {
    const header = parseHeader(line)
    if (header === undefined) return invalid(`invalid response header ${excerpt(line)}`)
    response.headers.push(header)
  }
  return at + end + 4
}

/** Parses the body that starts here, as far as it has arrived. */
function parseBody(
  bytes: Buffer,
  at: number,
  hasEnded: boolean,
  hasBody: boolean,
  memory: ParserMemory,
  response: HttpResponse,
): Partial<HttpResponse> {
  const incomplete = (part: string) => {
    return hasEnded ? { problem: `the connection was closed ${part}` } : {}
  }
  if (bytes.length > MAX_RESPONSE) return { problem: 'the response exceeds 4 MB' }
  if (!hasBody) return { size: at }
  const codings = valuesOf(response, 'transfer-encoding')
  const lengths = valuesOf(response, 'content-length')
  if (codings.length > 0 && lengths.length > 0) {
    return { problem: 'the response has both a Content-Length and a Transfer-Encoding' }
  }
  if (codings.length > 0) {
    memory.chunks ??= { at, chunks: [] }
    const chunked = chunkedBody(bytes, memory.chunks)
    if (codings.join().toLowerCase() !== 'chunked' || chunked === 'invalid') {
      return { problem: 'the chunks of the response are invalid' }
    }
    return chunked ?? incomplete('between its chunks')
  }
  if (lengths.length === 0) {
    return { body: bytes.subarray(at), ...(hasEnded && { size: bytes.length }) }
  }
  const size = /^\d{1,15}$/.test(lengths.join()) ? at + Number(lengths[0]) : undefined
  if (size === undefined) return { problem: `the Content-Length is ${excerpt(lengths.join())}` }
  const body = bytes.subarray(at, size)
  return { body, ...(bytes.length < size ? incomplete('within the response body') : { size }) }
}

function parseHeader(line: string): Header | undefined {
  const colon = line.indexOf(':')
  const name = line.slice(0, colon)
  return colon < 1 || /\s/.test(name) ? undefined : [name, trimBlanks(line.slice(colon + 1))]
}

// A regular expression with `[ \t]*$` takes quadratic time on a run of blanks.
function trimBlanks(text: string): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t'
  let start = 0
  let end = text.length
  while (start < end && isBlank(start)) start++
  while (end > start && isBlank(end - 1)) end--
  return text.slice(start, end)
}

/** The values of all headers of this lower-case name. */
export function valuesOf({ headers }: Pick<HttpResponse, 'headers'>, name: string): string[] {
  return headers.filter((header) => header[0].toLowerCase() === name).map((header) => header[1])
}

/** The first 60 bytes or characters, quoted and escaped. */
export function excerpt(text: Buffer | string): string {
  const shown = typeof text === 'string' ? text.slice(0, 60) : text.toString('latin1', 0, 60)
  return text.length > 60 ? `${inspect(shown)}…` : inspect(shown)
}
