// Retries an exchange until firmware would accept the response, or time is up.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Exchange, ExchangeOptions } from './exchange.js'
import { checkCounts, checkDelays } from './options.js'

/** What is unusual about the first attempt to send a body; later attempts are like those of firmware. */
export interface SendOptions extends ExchangeOptions {
  /** How many correct responses the device treats as lost, so that it sends again what was kept; 0 by default. */
  repeats?: number
  /** When it stops retrying, in ms. */
  giveUpAfter?: number
}

/** Whose delivery it is, and its limits in ms. */
export interface Delivery {
  serialNumber: string
  timeout: number
  pause: number
  giveUpAfter: number
}

/** The server did not respond correctly to any attempt. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  /** All attempts, in order. */
  readonly exchanges: readonly Exchange[]

  constructor(serialNumber: string, exchanges: readonly Exchange[]) {
    const attempts = exchanges.length === 1 ? '1 attempt' : `${exchanges.length} attempts`
    const refusal = exchanges.at(-1)?.refusal ?? 'the device treated the correct responses as lost'
    super(`Device ${serialNumber} gave up after ${attempts}: ${refusal}`)
    this.exchanges = exchanges
  }
}

/** @throws DeliveryError if it gives up */
export async function deliver(
  { serialNumber, timeout, pause, giveUpAfter: usualLimit }: Delivery,
  { repeats = 0, giveUpAfter = usualLimit, ...firstAttempt }: SendOptions = {},
  exchange: (options: ExchangeOptions) => Promise<Exchange>,
): Promise<Exchange[]> {
  checkCounts({ repeats }, ['repeats'], 0)
  checkDelays({ giveUpAfter }, ['giveUpAfter'])
  const deadline = performance.now() + giveUpAfter
  const exchanges: Exchange[] = []
  let accepted = 0
  for (let attempt: ExchangeOptions = firstAttempt; ; attempt = {}) {
    const remaining = Math.max(1, deadline - performance.now())
    const limit = Math.min(attempt.timeout ?? timeout, remaining)
    const result = await exchange({ ...attempt, timeout: limit })
    exchanges.push(result)
    if (result.accepted) accepted++
    if (accepted > repeats) return exchanges
    // Skip an attempt that can't finish in time; its timeout would mask the real reason.
    const isLast = performance.now() + 2 * pause >= deadline
    if (isLast) throw new DeliveryError(serialNumber, exchanges)
    await sleep(pause)
  }
}
