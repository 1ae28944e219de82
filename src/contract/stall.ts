// A call that is delayed on its way to storage, such as by a slow network, and continues later.
import { setTimeout } from 'node:timers/promises'
import { started } from './proof.js'
import type { ContractSubject } from './subject.js'

// A call that waits for a lock of the delayed one waits until that one continues.
const PATIENCE = 500

/** How a delayed call ended. */
export interface HeldUp<Result, Other> {
  /** What the call returned; undefined if it rejected, which a late call may do. */
  result: Result | undefined
  /** The result of what was done meanwhile. */
  other: Other
  /**
   * Whether that was done before the call continued: not if it takes fewer steps or holds a lock.
   */
  isOvertaken: boolean
}

/** Delays a call after some steps, does something else meanwhile, and lets the call continue. */
export async function heldUp<Adapter, Result, Other>(
  subject: ContractSubject & { adapter: Adapter },
  steps: number,
  call: (stalled: Adapter) => Promise<Result>,
  meanwhile: () => Promise<Other>,
): Promise<HeldUp<Result, Other>> {
  const stalled = await subject.stall?.(steps)
  if (stalled === undefined) throw new TypeError('the subject has no stall()')
  const result = started(call(stalled.adapter as typeof subject.adapter)).catch(() => undefined)
  const isStopped = await Promise.race([result.then(() => false), stalled.stopped.then(() => true)])
  const other = started(meanwhile())
  const impatience = new AbortController()
  const waited = setTimeout(PATIENCE, false, { signal: impatience.signal }).catch(() => false)
  const isDone = await Promise.race([other.then(() => true), waited])
  impatience.abort()
  await stalled.resume()
  return {
    result: await result,
    other: await other,
    isOvertaken: isStopped && isDone,
  }
}
