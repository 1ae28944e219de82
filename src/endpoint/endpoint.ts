// Common to all endpoints, independent of the server: serial number, authorization, the endpoint's
// handler, and the time limit.
import { describe, quoted } from '../check.js'
import type { Answer } from './answer.js'
import { type Awaitable, Deadline } from './deadline.js'
import { IclockError } from './errors.js'
import type { EndpointSettings } from './options.js'
import type { TerminalRequest } from './request.js'
import { serialNumberOf } from './serial-number.js'

/** The endpoint's handler for a terminal's request. It waits for storage through the deadline. */
export type Exchange = (
  serialNumber: string,
  request: TerminalRequest,
  deadline: Deadline,
) => Awaitable<Answer>

/** An endpoint, independent of the server. */
export interface Endpoint {
  /** Whether a request is for this endpoint; any other goes on to the app. */
  accepts(request: TerminalRequest): boolean
  /** Whether the connection must be closed after the answer, even if it is an error. */
  closesAfter(request: TerminalRequest): boolean
  /** Answers an accepted request. Rejects with an object that explains why it can't. */
  answer(request: TerminalRequest): Promise<Answer>
}

/** Creates an endpoint. By default it accepts every request and closes no connection. */
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

/** Combines several endpoints into one: each request goes to the chosen one, if any. */
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
