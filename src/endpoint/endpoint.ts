// What all endpoints have in common, knowing no server: who asks, whether it may, what the endpoint
// does with it, and how long that may take.
import { describe, quoted } from '../check.js'
import type { Answer } from './answer.js'
import { type Awaitable, Deadline } from './deadline.js'
import { IclockError } from './errors.js'
import type { EndpointSettings } from './options.js'
import type { TerminalRequest } from './request.js'
import { serialNumberOf } from './serial-number.js'

/**
 * What an endpoint does with a request of this terminal. It waits for storage through the deadline.
 */
export type Exchange = (
  serialNumber: string,
  request: TerminalRequest,
  deadline: Deadline,
) => Awaitable<Answer>

/** An endpoint, whatever server it is reached through. */
export interface Endpoint {
  /** Whether a request is for this endpoint; any other goes on to the app. */
  accepts(request: TerminalRequest): boolean
  /** Whether the connection must be closed after the answer, be it an error. */
  closesAfter(request: TerminalRequest): boolean
  /** Answers a request that it accepts. Rejects with an object that says why it can't. */
  answer(request: TerminalRequest): Promise<Answer>
}

/** Makes an endpoint. By default it accepts every request and closes no connection. */
export function endpoint(
  settings: EndpointSettings,
  exchange: Exchange,
  { accepts = () => true, closesAfter = () => false }: Partial<Omit<Endpoint, 'answer'>> = {},
): Endpoint {
  return {
    accepts,
    closesAfter,
    async answer(request) {
      try {
        const serialNumber = serialNumberOf(request.target)
        if (settings.authorize !== undefined) {
          await checkIsAuthorized(serialNumber, request, settings)
        }
        const deadline = new Deadline(settings.timeout, 'storage')
        try {
          return await exchange(serialNumber, request, deadline)
        } finally {
          deadline.end()
        }
      } catch (reason) {
        throw errorOf(reason)
      }
    },
  }
}

/** Makes one endpoint of several: each request is for the one that is chosen for it, if any. */
export function oneOf(choose: (request: TerminalRequest) => Endpoint | undefined): Endpoint {
  return {
    accepts: (request) => choose(request)?.accepts(request) ?? false,
    closesAfter: (request) => choose(request)?.closesAfter(request) ?? false,
    answer: (request) => (choose(request) as Endpoint).answer(request),
  }
}

async function checkIsAuthorized(
  serialNumber: string,
  { raw }: TerminalRequest,
  { authorize, timeout }: EndpointSettings,
): Promise<void> {
  const deadline = new Deadline(timeout, 'authorize')
  let answer: unknown
  try {
    answer = await deadline.wait(authorize?.(serialNumber, raw))
  } finally {
    deadline.end()
  }
  if (answer === true) return
  // Going by truthiness would let a terminal in by an empty list of rows.
  if (answer !== false) {
    throw new TypeError(
      `express-iclock: authorize returned ${describe(answer)}; expected true or false`,
    )
  }
  const message = `Terminal ${quoted(serialNumber)} may not report here: authorize refused it.`
  throw new IclockError('TERMINAL_NOT_AUTHORIZED', message)
}

// next(undefined), next('route') and next('router') don't signal an error in Express, so non-errors
// are wrapped.
function errorOf(reason: unknown): object {
  if (typeof reason === 'object' && reason !== null) return reason
  return new Error(`The adapter or authorize threw ${describe(reason)}, which is not an Error.`, {
    cause: reason,
  })
}
