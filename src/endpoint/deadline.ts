// Limits how long storage or authorize may take for a request.
import { IclockError } from './errors.js'

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>

/** The time that storage, or authorize, may take for one request. */
export class Deadline {
  readonly timeout: number
  readonly who: string
  timer: NodeJS.Timeout | undefined = undefined
  giveUp: (reason: Error) => void = () => {}

  constructor(timeout: number, who: string) {
    this.timeout = timeout
    this.who = who
  }

  /** The result of a call; rejects once the time is over, so that nothing more is handed to storage. */
  wait<T>(answer: Awaitable<T>): Awaitable<T> {
    if (this.timeout === 0 || !isThenable(answer)) return answer
    // Optimization: the timer starts only when there is something to wait for.
    this.timer ??= setTimeout(() => this.giveUp(this.error()), this.timeout)
    return new Promise<T>((resolve, reject) => {
      this.giveUp = reject
      answer.then(resolve, reject)
    })
  }

  /** Stops the clock. */
  end(): void {
    clearTimeout(this.timer)
  }

  error(): IclockError {
    const message = `No response from ${this.who} within ${this.timeout} ms; the device will retry.`
    return new IclockError('STORAGE_TIMEOUT', message)
  }
}

/** Whether a result has to be waited for. */
export function isThenable<T>(answer: Awaitable<T>): answer is PromiseLike<T> {
  return typeof (answer as PromiseLike<T> | undefined)?.then === 'function'
}
