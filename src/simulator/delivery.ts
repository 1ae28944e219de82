// Retries an exchange until firmware would accept the response, or time is up.
import { setTimeout as sleep } from 'node:timers/promises'
import { checkCounts, checkDelays } from './check.js'
import type { Exchange, ExchangeOptions, Faults } from './exchange.js'
import { isFinal } from './refusal.js'

/**
 * What is unusual about the first attempt to send a body; later attempts are like those of
 * firmware.
 */
export interface SendOptions extends ExchangeOptions {
  /**
   * How many correct responses the terminal treats as lost, so that it sends again what the server
   * has stored; 0 by default.
   */
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
    const refusal =
      exchanges.at(-1)?.refusal ?? 'the terminal treated the correct responses as lost'
    super(`Terminal ${serialNumber} gave up after ${attempts}: ${refusal}`)
    this.exchanges = exchanges
  }
}

/**
 * Retries an attempt, which may take several exchanges, until its last exchange is accepted.
 *
 * @throws DeliveryError if it gives up
 */
export async function deliver(
  { serialNumber, timeout, pause, giveUpAfter: usualLimit }: Delivery,
  { repeats = 0, giveUpAfter = usualLimit, ...firstOptions }: SendOptions = {},
  attempt: (options: ExchangeOptions) => Promise<Exchange | Exchange[]>,
): Promise<Exchange[]> {
  checkCounts({ repeats }, ['repeats'], 0)
  checkDelays({ giveUpAfter }, ['giveUpAfter'])
  const deadline = performance.now() + giveUpAfter
  const exchanges: Exchange[] = []
  let accepted = 0
  for (let options: ExchangeOptions = firstOptions; ; options = {}) {
    const remaining = Math.max(1, deadline - performance.now())
    const limit = Math.min(options.timeout ?? timeout, remaining)
    const made = [await attempt({ ...options, timeout: limit })].flat()
    exchanges.push(...made)
    // An attempt that had nothing to send has succeeded.
    if (made.at(-1)?.accepted !== false) accepted++
    if (accepted > repeats) return exchanges
    // Skip an attempt that can't finish in time; its timeout would mask the real reason.
    const isLate = performance.now() + 2 * pause >= deadline
    const isLast = isUsual(options) && isFinal(made.at(-1)?.status)
    if (isLate || isLast) throw new DeliveryError(serialNumber, exchanges)
    await sleep(pause)
  }
}

/** Whether the request was as firmware sends it. */
function isUsual({ timeout: _, ...faults }: ExchangeOptions): boolean {
  return Object.values(faults).every((fault) => fault === undefined)
}

/** The options for the first request of an attempt that takes several. */
export function onFirst(options: ExchangeOptions): Faults {
  let rest: ExchangeOptions | undefined = options
  return () => {
    const given = rest
    rest = undefined
    return given
  }
}
