// How long a terminal pauses between two polls.
import { checkDelays } from './check.js'

/** How often a running terminal polls. */
export interface Pace {
  /**
   * The pause in ms between two polls while there is nothing to do, or a function that returns one;
   * 100 by default. After a command it polls immediately.
   */
  delay?: number | (() => number)
  /**
   * Polls at the pace of firmware instead: after 1 s, then slower and slower up to the `Delay` of
   * the handshake.
   */
  realTime?: boolean
}

const SLOWING_DOWN = [1000, 1100, 1200, 2000, 3100, 3500, 4000, 5200, 6400]

/** Checks the options of a pace. Throws a TypeError for an invalid one. */
export function checkPace(pace: Pace): void {
  const { delay } = pace
  if (typeof delay !== 'function') checkDelays({ delay }, ['delay'])
}

/** The pause after this many idle polls in a row, or after a refusal. */
export function pauseAfter(
  idlePolls: number,
  isRefused: boolean,
  settings: Record<string, string>,
  { delay = 100, realTime = false }: Pace,
): number {
  if (!realTime) {
    if (idlePolls === 0 && !isRefused) return 0
    return typeof delay === 'function' ? delay() : delay
  }
  if (isRefused) return secondsOf(settings.ErrorDelay, 15)
  const longest = secondsOf(settings.Delay ?? settings.RequestDelay, 10)
  return Math.min(longest, SLOWING_DOWN[idlePolls] ?? longest)
}

const secondsOf = (text: string | undefined, usual: number) =>
  1000 * Math.min(3600, Math.max(1, Number(text) || usual))

/** Sleeps, or wakes early when one of the signals is aborted. */
export function rest(ms: number, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  if (signals.some((signal) => signal?.aborted)) return Promise.resolve()
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      for (const signal of signals) signal?.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    for (const signal of signals) signal?.addEventListener('abort', wake)
  })
}

/** The result of the work, or nothing if the signal is aborted before. */
export async function unlessAborted<Result>(
  work: Result | Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> {
  let stop = () => {}
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
