// Bodies of requests that need none: stored or refused, since the answer says that they arrived.
import type { Exchange } from './endpoint.js'
import { IclockError } from './errors.js'
import type { TerminalRequest } from './request.js'

// The largest stray body that is read to see whether it is empty.
const MOST_BYTES = 64 * 1024

/**
 * Makes an exchange that stores the body of a POST before it answers.
 *
 * @param keep stores the body; without it a body is refused
 */
export function keepingBody(exchange: Exchange, keep: Exchange = refuseBody): Exchange {
  return (serialNumber, request, deadline) => {
    if (request.method !== 'POST' || request.size === 0) {
      return exchange(serialNumber, request, deadline)
    }
    return Promise.resolve(keep(serialNumber, request, deadline)).then(() => {
      return exchange(serialNumber, request, deadline)
    })
  }
}

/** A request whose body was read before, for an exchange that reads it. */
export function withBody(request: TerminalRequest, body: Buffer): TerminalRequest {
  const { method, target, path, peer, address, raw } = request
  const header = (name: string) => request.header(name)
  const size = body.length
  return { method, target, path, peer, address, raw, size, header, body: async () => body }
}

const EMPTY = { status: 200, headers: {}, body: '' }

/** Refuses a body, if there is one. */
export const refuseBody: Exchange = async (_, request) => {
  const { length } = await request.body(MOST_BYTES)
  if (length === 0) return EMPTY
  throw new IclockError(
    'BODY_UNEXPECTED',
    `The request has a body of ${length} bytes that nothing here stores; terminalRouter stores it as an upload.`,
  )
}
