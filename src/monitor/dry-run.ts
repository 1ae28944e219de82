// Dry runs of the roster: one at a time for each terminal, and few at once.
import { IclockError } from '../endpoint/errors.js'
import type { Reconciliation, Roster } from '../roster/options.js'

/** Runs a dry pass for a terminal, or joins the one that is running. */
export type DryRun = (serialNumber: string) => Promise<Reconciliation>

/** How many run at once, how many others wait, and for how many milliseconds at most. */
export interface DryRunBounds {
  atOnce: number
  mostWaiting: number
  patience: number
}

// One reads all people of a terminal: 10,000 take seconds of CPU time.
const BOUNDS: DryRunBounds = { atOnce: 2, mostWaiting: 10, patience: 10_000 }

/**
 * Limits dry runs. One that waits for too long, or finds too many before it, rejects with `BUSY`
 * (503).
 */
export function dryRuns(
  roster: Pick<Roster, 'reconcile'>,
  { atOnce, mostWaiting, patience }: DryRunBounds = BOUNDS,
): DryRun {
  const shared = new Map<string, Promise<Reconciliation>>()
  const waiting = new Set<() => void>()
  let running = 0

  const turn = () => {
    if (waiting.size >= mostWaiting) throw busy()
    return new Promise<void>((resolve, reject) => {
      const start = () => {
        clearTimeout(timer)
        waiting.delete(start)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(start)
        reject(busy())
      }, patience)
      waiting.add(start)
    })
  }

  const run = async (serialNumber: string) => {
    if (running < atOnce) running++
    else await turn()
    try {
      return await roster.reconcile(serialNumber, { dryRun: true })
    } finally {
      // The place goes to the one that waits longest.
      const [next] = waiting
      if (next === undefined) running--
      else next()
    }
  }

  return (serialNumber) => {
    const known = shared.get(serialNumber)
    if (known !== undefined) return known
    const own = run(serialNumber).finally(() => shared.delete(serialNumber))
    shared.set(serialNumber, own)
    return own
  }
}

function busy(): IclockError {
  return new IclockError(
    'BUSY',
    'other terminals are being compared with their people; try again in a minute',
  )
}
