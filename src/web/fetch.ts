// Answers the requests of the Fetch API that are for one of the endpoints.
import { checkFunction, describe, wrong } from '../check.js'
import { onHost, type WaitUntil } from '../endpoint/after.js'
import { type Answer, errorAnswer, inPieces, type Pieces } from '../endpoint/answer.js'
import type { Endpoint } from '../endpoint/endpoint.js'
import { IclockError, statusOf } from '../endpoint/errors.js'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import { publishRefusal } from '../endpoint/refusal.js'
import { WebRequest } from './request.js'

/** What a host knows about a request besides the request itself. */
export interface FetchContext {
  /**
   * Keeps the host from stopping before this work has ended: hooks, and what is stored about the
   * terminal. Next.js has `after`, Workers have `ctx.waitUntil`; without it work simply goes on,
   * as hosts with a process of their own let it.
   */
  waitUntil?(work: Promise<unknown>): void
  /** The address that the request comes from; `''` by default. */
  address?: string
}

/**
 * Answers a terminal's request; undefined if the request is for somebody else. It never rejects for
 * what a terminal sends or storage does: such errors are answers.
 */
export type TerminalFetch = (
  request: Request,
  context?: FetchContext,
) => Promise<Response | undefined>

/** An endpoint, and the requests that are for it. */
export interface Route {
  methods: readonly string[]
  pattern: RegExp
  endpoint: Endpoint
}

/** What to do with requests that are for no endpoint. */
export interface NotFoundOptions {
  /** Whether other requests are answered 404; by default they are not answered. */
  notFound?: boolean
}

/**
 * Creates the function that answers.
 *
 * @param onUnknown called with a request that is for no endpoint
 * @throws TypeError if an option is wrong
 */
export function fetchOf(
  routes: readonly Route[],
  { notFound = false, ...hooks }: NotFoundOptions & HookOptions,
  onUnknown: (request: WebRequest) => void = () => {},
): TerminalFetch {
  if (typeof notFound !== 'boolean') throw wrong('notFound', notFound, 'true or false')
  const report =
    hooks.onError && hookOf('the request', (error: object) => Promise.reject(error), hooks)
  return async (given, context = {}) => {
    checkContext(given, context)
    const request = new WebRequest(given, context.address ?? '')
    const { method, path } = request
    const endpoint = routes.find((route) => {
      return (
        route.methods.includes(method) &&
        route.pattern.test(path) &&
        route.endpoint.accepts(request)
      )
    })?.endpoint
    if (endpoint === undefined) {
      onUnknown(request)
      return notFound ? responseOf(errorAnswer({ status: 404 })) : undefined
    }
    return onHost(hostOf(context), async () => {
      const closes = endpoint.closesAfter(request) ? { Connection: 'close' } : {}
      try {
        return responseOf(await endpoint.answer(request), closes)
      } catch (error) {
        publishRefusal(request, error as object)
        if (statusOf(error as object) >= 500) report?.(error as object)
        // Those of other errors may be a secret of the app.
        const headers = error instanceof IclockError ? error.headers : undefined
        return responseOf(errorAnswer(error as object), { ...headers, ...closes })
      }
    })
  }
}

// A host that doesn't take the work must not make the terminal send again what is stored.
function hostOf(context: FetchContext): WaitUntil {
  return (work) => {
    try {
      context.waitUntil?.(work)
    } catch (error) {
      process.emitWarning(
        `express-iclock: waitUntil threw: ${error instanceof Error ? error.message : describe(error)}`,
        { code: 'ICLOCK_HOOK' },
      )
    }
  }
}

// Hosts differ in what they add: a terminal needs the time, and a length instead of chunks.
function responseOf(
  { status, headers, body }: Answer,
  more: Readonly<Record<string, string>> = {},
): Response {
  const always = {
    Date: new Date().toUTCString(),
    ...(!inPieces(body) && { 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  return new Response(
    inPieces(body) ? streamOf(body) : (body as Uint8Array<ArrayBuffer> | string),
    {
      status,
      headers: { ...always, ...headers, ...more },
    },
  )
}

function streamOf(pieces: Pieces): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = await pieces.read()
        if (piece !== undefined) return controller.enqueue(piece)
        pieces.close(true)
        controller.close()
      },
      cancel: () => pieces.close(false),
    },
    { highWaterMark: 0 },
  )
}

function checkContext(request: unknown, { waitUntil, address }: FetchContext): void {
  if (typeof (request as Partial<Request> | null)?.url !== 'string') {
    throw new TypeError(`express-iclock: a Request is expected, not ${describe(request)}`)
  }
  checkFunction('waitUntil', waitUntil, 'a function (promise)')
  if (address === undefined || typeof address === 'string') return
  throw wrong('address', address, "text such as '192.0.2.1'")
}
