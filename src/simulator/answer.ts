// How strictly an answer is read: its octets as HTTP, and what firmware would not take. No connection, no clock.
import { inspect } from 'node:util'

const LONGEST_ANSWER = 1024 * 1024
const HTTP_1 = 'HTTP/1.'

export interface Answer {
  status: number | undefined
  headers: [name: string, value: string][]
  body: Buffer
  /** The octets that it takes; undefined while it is not whole. */
  length: number | undefined
  /** What is wrong with it as HTTP. */
  problem: string | undefined
}

/** Reads the answer that the octets begin with, as far as it came. */
export function answerIn(octets: Buffer, hasEnded: boolean, method: string): Answer {
  const answer: Answer = {
    status: undefined,
    headers: [],
    body: Buffer.alloc(0),
    length: undefined,
    problem: undefined,
  }
  const failed = (problem: string) => ({ ...answer, problem })
  const unfinished = (part: string) =>
    hasEnded ? failed(`the connection was closed ${part}`) : answer

  let at = 0
  do {
    const begin = octets.toString('latin1', at, at + HTTP_1.length)
    if (!HTTP_1.startsWith(begin)) {
      return failed(`what came is no HTTP/1.x answer: ${shown(octets.subarray(at))}`)
    }
    if (octets.length > LONGEST_ANSWER) return failed('the answer is longer than 1 MB')
    const end = octets.indexOf('\r\n\r\n', at)
    if (end === -1) return unfinished(octets.length === 0 ? 'without an answer' : 'in its head')
    const [statusLine = '', ...lines] = octets.toString('latin1', at, end).split('\r\n')
    const status = /^HTTP\/1\.[01] (\d{3})( |$)/.exec(statusLine)?.[1]
    if (status === undefined) return failed(`the status line is ${inspect(statusLine)}`)
    const headers = lines.map((line) => /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line))
    if (headers.includes(null)) return failed('a header of the answer is no "name: value"')
    answer.status = Number(status)
    answer.headers = headers.map((match) => [match?.[1] ?? '', match?.[2] ?? ''])
    at = end + 4
  } while (answer.status < 200)

  if (method === 'HEAD' || answer.status === 204 || answer.status === 304) {
    return { ...answer, length: at }
  }
  const codings = valuesOf(answer, 'transfer-encoding')
  if (codings.length > 0) {
    const decoded = dechunked(octets, at)
    if (codings.join().toLowerCase() !== 'chunked' || decoded === 'garbled') {
      return failed('the chunks of the answer can not be read')
    }
    return decoded === undefined ? unfinished('between its chunks') : { ...answer, ...decoded }
  }
  const lengths = valuesOf(answer, 'content-length')
  if (lengths.length === 0) {
    answer.body = octets.subarray(at)
    return hasEnded ? { ...answer, length: octets.length } : answer
  }
  const length = /^\d+$/.test(lengths.join()) ? at + Number(lengths[0]) : undefined
  if (length === undefined) return failed(`Content-Length is ${inspect(lengths.join())}`)
  answer.body = octets.subarray(at, length)
  return octets.length < length ? unfinished('within its body') : { ...answer, length }
}

function dechunked(
  octets: Buffer,
  from: number,
): { body: Buffer; length: number } | 'garbled' | undefined {
  const chunks: Buffer[] = []
  let at = from
  for (;;) {
    const lineEnd = octets.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = /^[0-9a-f]{1,8}(?=[ \t;]|$)/i.exec(octets.toString('latin1', at, lineEnd))?.[0]
    if (size === undefined) return 'garbled'
    const begin = lineEnd + 2
    const end = begin + Number.parseInt(size, 16)
    if (end === begin) {
      const hasTrailers = octets.toString('latin1', begin, begin + 2) !== '\r\n'
      const last = hasTrailers ? octets.indexOf('\r\n\r\n', begin) : begin - 2
      if (last === -1 || octets.length < last + 4) return undefined
      return { body: Buffer.concat(chunks), length: last + 4 }
    }
    if (octets.length < end + 2) return undefined
    if (octets.toString('latin1', end, end + 2) !== '\r\n') return 'garbled'
    chunks.push(octets.subarray(begin, end))
    at = end + 2
  }
}

/** Why firmware would not take a whole answer. */
export function refusalOf(answer: Answer): string | undefined {
  const { status, body } = answer
  if (status !== 200) {
    const hint = status === 404 ? ': is the endpoint mounted there?' : ''
    return `the status is ${status}, not 200${hint}`
  }
  const type = valuesOf(answer, 'content-type').join()
  if (type !== '' && !/^text\/plain *(;|$)/i.test(type)) {
    return `the Content-Type is ${inspect(type)}, not 'text/plain'`
  }
  if (clockOf(answer) === undefined) {
    const dates = valuesOf(answer, 'date')
    return dates.length === 0
      ? 'there is no Date, by which the device sets its clock'
      : `the Date is ${inspect(dates.join())}, not one as in 'Tue, 30 Jun 2015 01:24:48 GMT'`
  }
  if (body.toString('latin1') !== 'OK') {
    return `the body is ${shown(body)} (length ${body.length}), not 'OK'`
  }
  return undefined
}

export function clockOf(answer: Answer): Date | undefined {
  const date = valuesOf(answer, 'date').join()
  const clock = new Date(date)
  // Only a date in the form that HTTP asks for comes out as it went in.
  return clock.toUTCString() === date ? clock : undefined
}

function valuesOf({ headers }: Answer, name: string): string[] {
  return headers.filter((header) => header[0].toLowerCase() === name).map((header) => header[1])
}

function shown(octets: Buffer): string {
  const text = inspect(octets.toString('latin1', 0, 60))
  return octets.length > 60 ? `${text}…` : text
}
