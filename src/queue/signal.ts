// Many waits on one AbortSignal share one listener: Node warns of a leak at eleven.
import { describe } from '../check.js'

interface Waits {
  listeners: Set<() => void>
  onAbort: () => void
}

const waits = new WeakMap<AbortSignal, Waits>()

/** @throws TypeError if it is no signal */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return
  throw new TypeError(
    `express-iclock: option "signal" is ${describe(signal)}; expected an AbortSignal, such as AbortSignal.timeout(5000)`,
  )
}

/** Calls `listener` once the signal is aborted; returns a function that stops it. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const own = waits.get(signal) ?? listenTo(signal)
  own.listeners.add(listener)
  return () => {
    own.listeners.delete(listener)
    if (own.listeners.size > 0 || waits.get(signal) !== own) return
    waits.delete(signal)
    signal.removeEventListener('abort', own.onAbort)
  }
}

function listenTo(signal: AbortSignal): Waits {
  const listeners = new Set<() => void>()
  const own: Waits = {
    listeners,
    onAbort() {
      waits.delete(signal)
      for (const each of listeners) each()
    },
  }
  waits.set(signal, own)
  signal.addEventListener('abort', own.onAbort, { once: true })
  return own
}
