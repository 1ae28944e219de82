// Decides whether firmware would accept a complete response, and says why not.
import { excerpt, type HttpResponse, valuesOf } from './response.js'

/** Checks a body: undefined if it is acceptable, otherwise the reason why it isn't. */
export type BodyCheck = (body: Buffer) => string | undefined

/** What a terminal requires of a response. */
export interface Strictness {
  /** How many ms the server's clock may differ from this process's clock. */
  maxClockError: number
  checkBody: BodyCheck
  /** Whether it sends the same again until the server closes the connection. */
  mustClose: boolean
  /** Whether the request had a Host header. */
  hasHost: boolean
  /** The part of a file that it asked for. */
  part?: { first: number; last: number } | undefined
}

/** Why firmware would refuse a complete response; undefined if it would accept it. */
export function refusalOf(response: HttpResponse, strictness: Strictness): string | undefined {
  const { status } = response
  if (strictness.part !== undefined) return partRefusal(response, strictness)
  if (status !== 200) return `the status is ${status}, not 200${hintOf(response, strictness)}`
  const encoding = valuesOf(response, 'content-encoding').join()
  if (encoding !== '' && encoding.toLowerCase() !== 'identity') {
    return `the Content-Encoding is ${excerpt(encoding)}, but terminals cannot decompress`
  }
  const type = valuesOf(response, 'content-type').join()
  // Firmware searches the headers for `text/plain`, in lower case.
  if (!/^text\/plain *(;|$)/.test(type)) {
    return type === ''
      ? "the Content-Type is missing; expected 'text/plain'"
      : `the Content-Type is ${excerpt(type)}, not 'text/plain'`
  }
  const dates = valuesOf(response, 'date').join()
  const clock = clockOf(response)
  if (clock === undefined) {
    return dates === ''
      ? 'the Date is missing, so the terminal cannot set its clock'
      : `the Date is ${excerpt(dates)}; expected a form like 'Tue, 30 Jun 2015 01:24:48 GMT'`
  }
  const clockError = Math.abs(clock.getTime() - Date.now())
  if (clockError > strictness.maxClockError) {
    return `the Date is ${excerpt(dates)}, which is off by ${spanOf(clockError)}; the terminal would set its clock to it`
  }
  return strictness.checkBody(response.body) ?? openRefusal(response, strictness)
}

function partRefusal(response: HttpResponse, strictness: Strictness): string | undefined {
  const { first = 0, last = 0 } = strictness.part ?? {}
  const { status, body } = response
  if (status !== 206) return `the status is ${status}, not 206${hintOf(response, strictness)}`
  const range = valuesOf(response, 'content-range').join()
  const expected = `bytes ${first}-${last}/`
  if (!range.startsWith(expected)) {
    return `the Content-Range is ${excerpt(range)}; expected ${expected}…`
  }
  const length = last - first + 1
  return body.length === length ? undefined : `the part has ${body.length} bytes, not ${length}`
}

function hintOf(response: HttpResponse, { hasHost }: Strictness): string {
  const { status = 0 } = response
  const to = valuesOf(response, 'location').join()
  if (isRedirect(status)) return `: terminals don't follow redirects, here to ${excerpt(to)}`
  if (status === 400 && !hasHost) {
    return ': Node refuses requests without Host, unless it is createServer({ requireHostHeader: false })'
  }
  if (status === 401) return ': terminals cannot log in'
  if (status === 403) return ': does authorize know this serial number?'
  return status === 404 ? ': is the endpoint mounted at this path?' : ''
}

const isRedirect = (status: number) => status >= 300 && status < 400 && status !== 304

/** Whether a retry of the same request is pointless. */
export function isFinal(status: number | undefined): boolean {
  return status !== undefined && status >= 300 && status < 500 && !TEMPORARY.has(status)
}

const TEMPORARY = new Set([408, 425, 429])

function openRefusal(response: HttpResponse, { mustClose }: Strictness): string | undefined {
  const isClosed = valuesOf(response, 'connection').join().toLowerCase() === 'close'
  if (!mustClose || isClosed) return undefined
  return 'the connection stays open, so the terminal sends the picture again; expected Connection: close'
}

/** Accepts `OK` anywhere in the body, as firmware does after an upload. */
export const containsOk: BodyCheck = (body) => {
  if (body.includes('OK')) return undefined
  return `the body is ${excerpt(body)} (length ${body.length}), without OK`
}

/** Accepts exactly this body. */
export const isExactly =
  (expected: string): BodyCheck =>
  (body) => {
    if (body.toString() === expected) return undefined
    return `the body is ${excerpt(body)} (length ${body.length}), not ${excerpt(expected)}`
  }

/** Why firmware would refuse a response that came before it had sent the whole request. */
export function earlyRefusal(flushed: number, size: number): string | undefined {
  if (flushed >= size) return undefined
  return `the response came after ${flushed} of ${size} bytes of the request, so the server has not read it`
}

/** Why firmware would refuse a response that more bytes follow. */
export function surplusRefusal(surplus: number): string | undefined {
  return surplus === 0 ? undefined : `${surplus} bytes follow the response`
}

/** The time in a valid `Date` header. */
export function clockOf(response: HttpResponse): Date | undefined {
  const date = valuesOf(response, 'date').join()
  const clock = new Date(date)
  // Only the form that HTTP requires survives the round trip; an invalid date prints itself.
  return !Number.isNaN(clock.getTime()) && clock.toUTCString() === date ? clock : undefined
}

function spanOf(ms: number): string {
  const units = [
    ['days', 86_400_000],
    ['hours', 3_600_000],
    ['minutes', 60_000],
    ['seconds', 1000],
  ] as const
  const [unit, size] = units.find(([, length]) => ms >= 2 * length) ?? ['ms', 1]
  return `${Math.round(ms / size)} ${unit}`
}
