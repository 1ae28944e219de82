// Publishes refused requests.
import { CHANNELS } from './diagnostics.js'
import { statusOf } from './errors.js'
import type { TerminalRequest } from './request.js'
import { serialNumberOf } from './serial-number.js'

/** A request that was not answered 200, as published on the channel `express-iclock:refusal`. */
export interface RefusalEvent {
  /**
   * The error's `code`: one of this package, of `raw-body`'s `type`s, or of the app's storage;
   * undefined if it has none.
   */
  code: string | undefined
  /** The HTTP status of the error. */
  status: number
  /** The terminal; undefined if the query does not name one. */
  serialNumber: string | undefined
  /** The request's method. */
  method: string
  /** The request's path, without its query. */
  path: string
  /** The version that a terminal announced which wants to encrypt, if known. */
  pushVersion: string | undefined
}

/**
 * Publishes that a request was refused. Nothing of its body, or of the error's own text, is
 * published.
 */
export function publishRefusal(request: TerminalRequest, error: object): void {
  if (!CHANNELS.refusal.hasSubscribers) return
  const { code, type, pushVersion } = error as Record<'code' | 'type' | 'pushVersion', unknown>
  const refusal: RefusalEvent = {
    code: [code, type].find((name) => typeof name === 'string') as string | undefined,
    status: statusOf(error),
    serialNumber: serialNumberIfAny(request),
    method: request.method,
    path: request.path,
    pushVersion: typeof pushVersion === 'string' ? pushVersion : undefined,
  }
  CHANNELS.refusal.publish(refusal)
}

function serialNumberIfAny({ target }: TerminalRequest): string | undefined {
  try {
    return serialNumberOf(target)
  } catch {
    return undefined
  }
}
