// Limits how long storage or authorize may take for a request.
import { IclockError } from './errors.js'

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>

// How long storage that answers synchronously may block the event loop before other requests get a
// turn, in ms.
const TURN = 5

/** The time that storage, or authorize, may take for one request. */
export class Deadline {
  readonly #timeout: number
  readonly #who: string
  #endsAt: number | undefined = undefined
  #now = 0
  #turnedAt = 0
  #timer: NodeJS.Timeout | undefined = undefined
  #giveUp: (reason: Error) => void = () => {}
  #awaited: string

  constructor(timeout: number, who: string) {
    this.#timeout = timeout
    this.#who = who
    this.#awaited = who
  }

  /** Starts the clock unless it is running; so does the first `wait`. */
  start(): void {
    this.#now = performance.now()
    if (this.#endsAt !== undefined) return
    this.#endsAt = this.#timeout === 0 ? Number.POSITIVE_INFINITY : this.#now + this.#timeout
    this.#turnedAt = this.#now
  }

  /**
   * The result of a call. Throws or rejects once the time is over, even if the call answered
   * immediately, so that storage gets nothing more.
   *
   * @param who answers it, for the error
   */
  wait<T>(answer: Awaitable<T>, who: string = this.#who): Awaitable<T> {
    this.#awaited = who
    const left = this.#left()
    if (!isThenable(answer)) {
      if (left < 0) throw this.#error()
      return answer
    }
    if (this.#timeout === 0) return answer
    // Optimization: no timer for storage that answers synchronously (it saves 0.5 µs a request).
    this.#timer ??= setTimeout(() => this.#over(), Math.max(left, 1))
    return new Promise<T>((resolve, reject) => {
      this.#giveUp = reject
      // A thenable may fulfill with another that never settles: a native promise settles only with
      // the last one's value.
      Promise.resolve(answer).then((value) => {
        if (this.#left() < 0) reject(this.#error())
        else resolve(value)
      }, reject)
    })
  }

  /** Throws once the time is over. */
  check(): void {
    if (this.#left() < 0) throw this.#error()
  }

  /**
   * A turn of the event loop, if storage has blocked it for some ms by the last `wait`; undefined
   * if it hasn't.
   */
  turn(): Promise<void> | undefined {
    if (this.#now - this.#turnedAt < TURN) return undefined
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#now = this.#turnedAt = performance.now()
        resolve()
      })
    })
  }

  /** Stops the clock. */
  end(): void {
    clearTimeout(this.#timer)
  }

  #over(): void {
    // Maybe nothing is being awaited right now, and the next call must not wait forever.
    this.#timer = undefined
    this.#giveUp(this.#error())
  }

  #left(): number {
    this.start()
    return (this.#endsAt as number) - this.#now
  }

  #error(): IclockError {
    const message = `No response from ${this.#awaited} within ${this.#timeout} ms; the terminal will retry.`
    return new IclockError('STORAGE_TIMEOUT', message)
  }
}

/** Whether a result has to be waited for. */
export function isThenable<T>(answer: Awaitable<T>): answer is PromiseLike<T> {
  return typeof (answer as PromiseLike<T> | undefined)?.then === 'function'
}
