// Counts the exchanges of many terminals, in a fixed amount of memory.
import type { Exchange, ExchangeKind } from './exchange.js'

/** The results of the requests of one kind. */
export interface KindReport {
  sent: number
  accepted: number
  /**
   * Of the accepted ones, the time in ms within which half of them, 99 % of them and all were
   * answered; a few percent off.
   */
  median: number
  p99: number
  slowest: number
}

const STEP = 1.05
const FINEST = 0.05
const BUCKETS = 400
const MAX_REASONS = 50

class Tally {
  sent = 0
  accepted = 0
  slowest = 0
  readonly #buckets = new Uint32Array(BUCKETS)

  count({ accepted, duration }: Exchange): void {
    this.sent++
    if (!accepted) return
    this.accepted++
    this.slowest = Math.max(this.slowest, duration)
    const bucket = Math.ceil(Math.log(Math.max(FINEST, duration) / FINEST) / Math.log(STEP))
    const at = Math.min(BUCKETS - 1, bucket)
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1
  }

  report(): KindReport {
    const { sent, accepted, slowest } = this
    return { sent, accepted, median: this.#within(0.5), p99: this.#within(0.99), slowest }
  }

  #within(share: number): number {
    let seen = 0
    const bucket = this.#buckets.findIndex((count) => {
      seen += count
      return seen >= share * this.accepted && seen > 0
    })
    return bucket === -1 ? 0 : Math.min(this.slowest, FINEST * STEP ** bucket)
  }
}

/** Counts exchanges by kind, and refusals by reason. */
export class Ledger {
  readonly #tallies = new Map<ExchangeKind, Tally>()
  readonly #refusals = new Map<string, number>()

  count(exchange: Exchange): void {
    let tally = this.#tallies.get(exchange.kind)
    if (tally === undefined) {
      tally = new Tally()
      this.#tallies.set(exchange.kind, tally)
    }
    tally.count(exchange)
    if (exchange.refusal === undefined) return
    // Numbers differ each time; without them, there are few reasons.
    const reason = exchange.refusal.replace(/\d+/g, 'N')
    const known = this.#refusals.has(reason) || this.#refusals.size < MAX_REASONS
    const key = known ? reason : 'other reasons'
    this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1)
  }

  requests(): Partial<Record<ExchangeKind, KindReport>> {
    return Object.fromEntries([...this.#tallies].map(([kind, tally]) => [kind, tally.report()]))
  }

  refusals(): Record<string, number> {
    return Object.fromEntries(this.#refusals)
  }
}
