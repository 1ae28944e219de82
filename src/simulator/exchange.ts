// One exchange over a connection: sends a request, with its faults, and reads the response.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkCounts, checkDelays } from './check.js'
import { clockOf, earlyRefusal, refusalOf, type Strictness, surplusRefusal } from './refusal.js'
import type { Request, RequestOptions } from './request.js'
import { type HttpResponse, parseResponse } from './response.js'
import type { Wire } from './wire.js'

/**
 * What is unusual about one request. Byte positions work like those of `subarray`: negative ones
 * count from the end.
 */
export interface ExchangeOptions extends RequestOptions {
  /**
   * Drops the connection after this many bytes of the request; `Infinity`: after all of it, without
   * reading a response.
   */
  cutAfter?: number
  /** Sends this many bytes at a time. */
  segmentSize?: number
  /** The pause in ms between two segments; none by default. */
  segmentPause?: number
  /** Waits this many ms before the body, or after `waitAfter` bytes. */
  wait?: number
  /** How many bytes of the request are sent before the wait. */
  waitAfter?: number
  /** The time limit of the exchange in ms. */
  timeout?: number
}

/** What a request is for. */
export type ExchangeKind =
  | 'handshake'
  | 'registry'
  | 'push'
  | 'poll'
  | 'reply'
  | 'upload'
  | 'querydata'
  | 'ping'
  | 'time'
  | 'verification'
  | 'question'
  | 'file'

/** What is unusual about a request of this kind, if anything. */
export type Faults = (kind: ExchangeKind) => ExchangeOptions | undefined

/** One request and its result. */
export interface Exchange {
  /** What the request was for. */
  kind: ExchangeKind
  /** Whether firmware would accept the response and forget what it sent. */
  accepted: boolean
  /** Why it would not, in words; undefined if it is accepted. */
  refusal: string | undefined
  /** The status of the response; undefined if there is none. */
  status: number | undefined
  /**
   * The headers of the response in order, with their names as received; `new Headers()` accepts
   * them.
   */
  headers: [name: string, value: string][]
  /** The body of the response. */
  body: Buffer
  /** The time that the terminal would set its clock to: a valid `Date`. */
  clock: Date | undefined
  /** How long it took in ms, the connection included. */
  duration: number
  /** The bytes that were sent. */
  sent: Buffer
  /** The bytes that were received. */
  received: Buffer
}

interface Progress {
  /** The bytes written to the connection. */
  started: number
  /** The bytes that have left it. */
  flushed: number
  /** Whether the exchange is over. */
  isDone: boolean
  /** Ends a pause between two segments. */
  wake(): void
}

/** Checks the options of an exchange. Throws a TypeError for an invalid one. */
export function checkExchangeOptions(options: ExchangeOptions): void {
  checkDelays(options, ['timeout', 'wait', 'segmentPause'])
  checkCounts(options, ['segmentSize'], 1)
}

/** Makes one exchange over a connection; never rejects because of the server. */
export function exchangeOn(
  wire: Wire,
  request: Request,
  options: ExchangeOptions & { timeout: number; signal: AbortSignal },
  strictness: Strictness,
): Promise<Omit<Exchange, 'kind'>> {
  const start = performance.now()
  const progress: Progress = { started: 0, flushed: 0, isDone: false, wake() {} }
  return new Promise((resolve) => {
    const finish = (response: HttpResponse, problem = response.problem) => {
      if (progress.isDone) return
      progress.isDone = true
      progress.wake()
      clearTimeout(timer)
      options.signal.removeEventListener('abort', onPowerLoss)
      wire.onChange = () => {}
      const outcome = outcomeOf(wire, request, progress, response, problem, strictness)
      resolve({ ...outcome, duration: performance.now() - start })
    }
    const memory = {}
    const read = () => {
      // A broken connection doesn't complete a response.
      const hasEnded = wire.hasEnded && !wire.failure
      return parseResponse(wire.buffered, hasEnded, request.method, memory)
    }
    const timer = setTimeout(() => {
      finish(read(), `no complete response within ${Math.round(options.timeout)} ms`)
    }, options.timeout)
    const onPowerLoss = () => finish(read(), 'the terminal lost power')
    options.signal.addEventListener('abort', onPowerLoss)
    if (options.signal.aborted) return onPowerLoss()
    wire.onChange = () => {
      const response = read()
      if (response.size !== undefined || response.problem !== undefined) finish(response)
      else if (wire.hasEnded) finish(response, wire.failure)
    }
    // Bytes that arrived before the request was sent can't be its response.
    if (wire.buffered.length > 0) wire.onChange()
    send(wire, request, options, progress).then(() => {
      if (options.cutAfter === undefined) return wire.onChange()
      const cut = `the terminal dropped the connection after ${progress.started} bytes, as requested`
      finish(read(), cut)
    })
  })
}

/** Takes the response off the connection, and closes it if no other exchange may follow. */
function outcomeOf(
  wire: Wire,
  { message, wholeSize }: Request,
  { started, flushed }: Progress,
  response: HttpResponse,
  problem: string | undefined,
  strictness: Strictness,
): Omit<Exchange, 'kind' | 'duration'> {
  const received = wire.buffered.subarray(0, response.size)
  wire.buffered = wire.buffered.subarray(received.length)
  const surplus = wholeSize < message.length ? 0 : wire.buffered.length
  const refusal =
    problem ??
    refusalOf(response, strictness) ??
    earlyRefusal(flushed, wholeSize) ??
    surplusRefusal(surplus)
  // Otherwise the rest would be parsed as the next request, or the next response.
  if (problem !== undefined || started < message.length || surplus > 0) wire.socket.destroy()
  const { status, headers, body } = response
  const clock = clockOf(response)
  const sent = message.subarray(0, started)
  return { accepted: refusal === undefined, refusal, status, headers, body, clock, sent, received }
}

async function send(
  { socket, opened }: Wire,
  { headSize, message }: Request,
  options: ExchangeOptions,
  progress: Progress,
): Promise<void> {
  const whole = message.subarray(0, options.cutAfter)
  const { wait, waitAfter = headSize, segmentSize = whole.length, segmentPause } = options
  const waitAt = wait === undefined ? Infinity : message.subarray(0, waitAfter).length
  // A pause ends early when the exchange does.
  const pause = (ms?: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      progress.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  await opened
  for (let at = 0; !progress.isDone; at = progress.started) {
    if (at === waitAt) await pause(wait)
    if (at === whole.length || progress.isDone) return
    const end = Math.min(at + segmentSize, whole.length, at < waitAt ? waitAt : Infinity)
    progress.started = end
    await new Promise<void>((resolve) => {
      socket.write(whole.subarray(at, end), (error) => {
        if (!error) progress.flushed = end
        resolve()
      })
    })
    // Lets a server of this process read before more arrives.
    await (segmentPause === undefined ? nextTurn() : pause(segmentPause))
  }
}
