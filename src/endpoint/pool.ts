// A bounded sum of which work takes shares, and waits while there is no space. Nothing that holds a
// share waits for another of the same pool, so that nothing can stand still.
import type { Awaitable } from './deadline.js'
import { IclockError } from './errors.js'

/** A part of the sum, until it is released. */
export interface Share {
  readonly serialNumber: string
  readonly amount: number
  /** Called when a share that was offered is taken back. */
  onRevoked: () => void
}

interface Waiter {
  share: Share
  timer: NodeJS.Timeout | undefined
  resolve(share: Share): void
}

/**
 * A sum of bytes. Shares are given in the order in which they are asked for; a terminal that has a
 * quarter of the sum waits, and holds up no other.
 */
export class Pool {
  readonly #quarter: number
  #free: number
  readonly #held = new Set<Share>()
  readonly #heldBy = new Map<string, number>()
  readonly #waiting = new Set<Waiter>()
  // In the order in which they were offered.
  readonly #offered = new Set<Share>()

  constructor(total: number) {
    this.#quarter = Math.floor(total / 4)
    this.#free = total
  }

  /**
   * Takes a share, of at most a quarter of the sum: there will be space for it at some time.
   *
   * @param patience how many milliseconds to wait for it; 0 for no limit
   * @throws IclockError `BUSY` if there was no space in that time
   */
  take(serialNumber: string, amount: number, patience: number): Awaitable<Share> {
    const share = { serialNumber, amount: Math.min(amount, this.#quarter), onRevoked: () => {} }
    if (this.#waiting.size === 0 && this.#missing(share) === undefined) return this.#grant(share)
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { share, timer: undefined, resolve }
      const giveUp = () => {
        this.#waiting.delete(waiter)
        reject(busyError())
        // Others may have waited behind it.
        this.#admit()
      }
      if (patience > 0) waiter.timer = setTimeout(giveUp, patience)
      this.#waiting.add(waiter)
      this.#admit()
    })
  }

  /** Gives a share back; a second time changes nothing. */
  release(share: Share): void {
    this.#drop(share)
    this.#admit()
  }

  /** Lets the pool take a share back as soon as others wait for it. */
  offer(share: Share): void {
    if (!this.#held.has(share)) return
    this.#offered.add(share)
    this.#admit()
  }

  /** Keeps a share that was offered, if it was not taken back. */
  keep(share: Share): void {
    this.#offered.delete(share)
  }

  #grant(share: Share): Share {
    this.#held.add(share)
    this.#heldBy.set(share.serialNumber, this.#sumOf(share.serialNumber) + share.amount)
    this.#free -= share.amount
    return share
  }

  #drop(share: Share): void {
    if (!this.#held.delete(share)) return
    this.#offered.delete(share)
    const left = this.#sumOf(share.serialNumber) - share.amount
    if (left > 0) this.#heldBy.set(share.serialNumber, left)
    else this.#heldBy.delete(share.serialNumber)
    this.#free += share.amount
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      const { share } = waiter
      this.#takeBackFor(share)
      const missing = this.#missing(share)
      // Those behind a large share would keep it waiting forever.
      if (missing === 'sum') return
      if (missing === 'quarter') continue
      this.#waiting.delete(waiter)
      clearTimeout(waiter.timer)
      waiter.resolve(this.#grant(share))
    }
  }

  /** What a share lacks: its terminal's quarter, or the sum. */
  #missing({ serialNumber, amount }: Share): 'quarter' | 'sum' | undefined {
    if (this.#sumOf(serialNumber) + amount > this.#quarter) return 'quarter'
    return amount > this.#free ? 'sum' : undefined
  }

  // Nothing is taken back in vain.
  #takeBackFor({ serialNumber, amount }: Share): void {
    const taken: Share[] = []
    let [own, free] = [this.#sumOf(serialNumber), this.#free]
    const take = (isNeeded: (share: Share) => boolean) => {
      for (const share of this.#offered) {
        if (taken.includes(share) || !isNeeded(share)) continue
        taken.push(share)
        free += share.amount
        if (share.serialNumber === serialNumber) own -= share.amount
      }
    }
    take((share) => own + amount > this.#quarter && share.serialNumber === serialNumber)
    if (own + amount > this.#quarter) return
    take(() => amount > free)
    if (amount > free) return
    for (const share of taken) {
      this.#drop(share)
      share.onRevoked()
    }
  }

  #sumOf(serialNumber: string): number {
    return this.#heldBy.get(serialNumber) ?? 0
  }
}

/** The error of a body for which there is no space. */
export function busyError(): IclockError {
  return new IclockError(
    'BUSY',
    'More large bodies are in work than option "capacity" allows; the terminal will retry.',
  )
}
