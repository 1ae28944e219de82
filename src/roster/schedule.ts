// When passes run: soon after something happened, and by the clock.
import { rowsOf } from '../page.js'
import type { RosterAdapter } from './options.js'

/** What running passes needs. */
export interface Schedule {
  adapter: Pick<RosterAdapter, 'listTerminals'>
  /** How often each terminal has a pass, in ms. */
  every: number
  /** Runs a pass; it never rejects. */
  run(serialNumber: string): Promise<void>
  report(error: unknown): void
}

/** The terminals that are due. */
export class Due {
  readonly #dueAt = new Map<string, number>()

  /** Notes that a terminal is due after a while, or sooner if it was due before. */
  add(serialNumber: string, delay: number): void {
    const at = Date.now() + delay
    this.#dueAt.set(serialNumber, Math.min(at, this.#dueAt.get(serialNumber) ?? at))
  }

  /** Takes those that are due now. */
  take(): string[] {
    const now = Date.now()
    const due = [...this.#dueAt].flatMap(([serialNumber, at]) => (at <= now ? [serialNumber] : []))
    for (const serialNumber of due) this.#dueAt.delete(serialNumber)
    return due
  }
}

const TICK = 1000
const AT_ONCE = 4
// Of the time between two passes: so that those of many terminals and processes spread.
const SPREAD = 0.9

/** Runs passes until the signal. It keeps no process alive. */
export function startPasses(due: Due, schedule: Schedule, signal: AbortSignal | undefined): void {
  let roundAt = 0
  let isBusy = false
  const tick = async () => {
    const now = Date.now()
    if (now >= roundAt) {
      roundAt = now + schedule.every
      await addAll(due, schedule)
    }
    const left = due.take().values()
    const worker = async () => {
      for (const serialNumber of left) {
        if (signal?.aborted) return
        await schedule.run(serialNumber)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    tick()
      .catch(schedule.report)
      .finally(() => {
        isBusy = false
      })
  }, TICK)
  timer.unref()
  if (signal?.aborted) clearInterval(timer)
  else signal?.addEventListener('abort', () => clearInterval(timer), { once: true })
}

async function addAll(due: Due, { adapter, every }: Schedule): Promise<void> {
  const list = adapter.listTerminals?.bind(adapter)
  if (list === undefined) return
  for await (const { serialNumber } of rowsOf(list, { limit: 1000 })) {
    due.add(serialNumber, Math.random() * every * SPREAD)
  }
}
