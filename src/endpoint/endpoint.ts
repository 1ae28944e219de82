// What all endpoints have in common, over node:http: who asks, whether it may, the endpoint's own
// part, the answer or the error.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, quoted } from '../check.js'
import { answerError, answerText } from './answer.js'
import { type Awaitable, Deadline } from './deadline.js'
import { IclockError } from './errors.js'
import type { EndpointSettings } from './options.js'
import { publishRefusal } from './refusal.js'
import { serialNumberOf } from './serial-number.js'

/** An endpoint as a plain function, for `node:http` and for any framework built on it. */
export type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/**
 * An endpoint's own part: what it does with a request of this terminal, and its answer: text, or
 * bytes in the terminal's encoding. It waits for storage through the deadline, and never touches the
 * response.
 */
export type Part = (
  serialNumber: string,
  req: IncomingMessage,
  deadline: Deadline,
) => Awaitable<string | Buffer>

/**
 * Makes an endpoint from its own part. Errors go to `next`; without it they are answered in one
 * line.
 *
 * @param accepts whether a request is for this endpoint, asked before anything else; any other goes
 *   on to `next`, or is answered 404 without it, so that a handler mounted without a path doesn't
 *   swallow the app. By default every request is.
 */
export function endpoint(
  settings: EndpointSettings,
  part: Part,
  accepts?: (req: IncomingMessage) => boolean,
): Handler {
  return (req, res, next) => {
    if (accepts?.(req) === false) {
      if (next === undefined) answerError(res, { status: 404 })
      else next()
      return
    }
    receive(req, res, settings, part).catch((reason) => refuse(req, res, errorOf(reason), next))
  }
}

async function receive(
  req: IncomingMessage,
  res: ServerResponse,
  settings: EndpointSettings,
  part: Part,
): Promise<void> {
  const serialNumber = serialNumberOf(req)
  if (settings.authorize !== undefined) await checkIsAuthorized(serialNumber, req, settings)
  const deadline = new Deadline(settings.timeout, 'storage')
  try {
    answerText(res, await part(serialNumber, req, deadline))
  } finally {
    deadline.end()
  }
}

async function checkIsAuthorized(
  serialNumber: string,
  req: IncomingMessage,
  { authorize, timeout }: EndpointSettings,
): Promise<void> {
  const deadline = new Deadline(timeout, 'authorize')
  let answer: unknown
  try {
    answer = await deadline.wait(authorize?.(serialNumber, req))
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

// Nothing may throw here: it would be an unhandled rejection, which ends the process.
function refuse(
  req: IncomingMessage,
  res: ServerResponse,
  error: object,
  next: ((error: unknown) => void) | undefined,
): void {
  try {
    publishRefusal(req, error)
    if (next === undefined) answerError(res, error)
    else next(error)
  } catch (failure) {
    res.destroy()
    process.emitWarning(
      `express-iclock: an error could not be answered, because ${next === undefined ? 'the response' : 'next'} threw ` +
        `${failure instanceof Error ? failure.message : describe(failure)}`,
      { code: 'ICLOCK_ANSWER' },
    )
  }
}

// next(undefined), next('route') and next('router') don't signal an error in Express, so non-errors
// are wrapped.
function errorOf(reason: unknown): object {
  if (typeof reason === 'object' && reason !== null) return reason
  return new Error(`The adapter or authorize threw ${describe(reason)}, which is not an Error.`, {
    cause: reason,
  })
}
