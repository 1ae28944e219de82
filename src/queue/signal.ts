import { describe } from '../check.js'

// Many waits on one AbortSignal share one listener: Node warns of a leak at eleven.

const waits = new WeakMap<AbortSignal, Set<() => void>>()

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
  const known = waits.get(signal)
  const own = known ?? new Set()
  if (known === undefined) {
    waits.set(signal, own)
    const abort = () => {
      waits.delete(signal)
      for (const each of own) each()
    }
    signal.addEventListener('abort', abort, { once: true })
  }
  own.add(listener)
  return () => own.delete(listener)
}
