// One exchange over a connection: the request goes out, with its faults, and the answer comes in.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type Answer, answerIn, clockOf, refusalOf } from './answer.js'
import type { Request, RequestOptions } from './request.js'
import type { Wire } from './wire.js'

/** What is unusual about one request. Octets are counted as by `subarray`: a negative number counts from the end. */
export interface ExchangeOptions extends RequestOptions {
  /** Drops the connection after so many octets of the request; `Infinity`: after the whole of it, with no answer read. */
  cutAfter?: number
  /** Sends so many octets at a time. */
  segmentSize?: number
  /** The ms between two segments; none by default. */
  segmentPause?: number
  /** Waits so many ms on the way, before the body if `waitAfter` doesn't say where. */
  wait?: number
  /** The octets of the request that are sent before the wait. */
  waitAfter?: number
  /** The ms that the exchange may take. */
  timeout?: number
}

/** One request and what became of it. */
export interface Exchange {
  /** Whether firmware would take the answer, and forget what it sent. */
  accepted: boolean
  /** Why it would not, in words; undefined where it is accepted. */
  refusal: string | undefined
  /** The status of the answer; undefined where none came. */
  status: number | undefined
  /** The headers of the answer in order, their names as they came; `new Headers()` takes them. */
  headers: [name: string, value: string][]
  /** The body of the answer. */
  body: Buffer
  /** The time that the device would set its clock to: `Date`, where it is there and valid. */
  clock: Date | undefined
  /** The octets that were sent. */
  sent: Buffer
  /** The octets that came. */
  received: Buffer
}

export function exchangeOn(
  wire: Wire,
  request: Request,
  how: ExchangeOptions & { timeout: number },
): Promise<Exchange> {
  const { method, message } = request
  const over = new AbortController()
  const written = { octets: 0 }
  return new Promise((resolve) => {
    const finish = (answer: Answer, problem = answer.problem) => {
      if (over.signal.aborted) return
      over.abort()
      clearTimeout(timer)
      wire.onChange = () => {}
      const received = wire.unread.subarray(0, answer.length)
      wire.unread = wire.unread.subarray(received.length)
      // What is left of a request would be taken for the beginning of the next one.
      if (problem !== undefined || written.octets < message.length) wire.socket.destroy()
      const refusal = problem ?? refusalOf(answer)
      resolve({
        accepted: refusal === undefined,
        refusal,
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        clock: clockOf(answer),
        sent: message.subarray(0, written.octets),
        received,
      })
    }
    // A connection that broke ends no answer.
    const read = () => answerIn(wire.unread, wire.hasEnded && !wire.failure, method)
    const timer = setTimeout(() => {
      finish(read(), `no whole answer came within ${Math.round(how.timeout)} ms`)
    }, how.timeout)
    wire.onChange = () => {
      const answer = read()
      if (answer.length !== undefined || answer.problem !== undefined) finish(answer)
      else if (wire.hasEnded) finish(answer, wire.failure)
    }
    write(wire, request, how, over.signal, written).then(() => {
      if (how.cutAfter === undefined) return wire.onChange()
      finish(read(), `the device dropped the connection after ${written.octets} octets, as asked`)
    })
  })
}

async function write(
  { socket, opened }: Wire,
  { head, message }: Request,
  how: ExchangeOptions,
  over: AbortSignal,
  written: { octets: number },
): Promise<void> {
  const whole = message.subarray(0, how.cutAfter)
  const { wait, waitAfter = head, segmentSize = whole.length, segmentPause } = how
  const waitAt = wait === undefined ? Infinity : message.subarray(0, waitAfter).length
  // A pause ends early when the exchange does.
  const pause = (ms?: number) => sleep(ms, undefined, { signal: over }).catch(() => {})
  await opened
  for (let at = 0; !over.aborted; at = written.octets) {
    if (at === waitAt) await pause(wait)
    if (at === whole.length || over.aborted) return
    const end = Math.min(at + segmentSize, whole.length, at < waitAt ? waitAt : Infinity)
    written.octets = end
    await new Promise((resolve) => {
      socket.write(whole.subarray(at, end), resolve)
    })
    // Lets a server of this process read before more comes.
    await (segmentPause === undefined ? nextTurn() : pause(segmentPause))
  }
}
