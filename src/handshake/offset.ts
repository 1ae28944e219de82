// Whether the offset from UTC that a terminal was told still holds: it keeps it until its next
// handshake, and daylight saving does not wait for that.
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import type { TerminalStorage } from './storage.js'

/** What an offset watch needs. */
export interface OffsetWatchOptions extends HookOptions {
  /** The storage that knows what each terminal was told. */
  adapter: Pick<TerminalStorage, 'findTerminal'>
  /** The offset of a terminal's zone from UTC, in minutes east. */
  offsetOf(serialNumber: string, at: Date): number
  /** Makes a terminal shake hands again. */
  renew(serialNumber: string): unknown
  /**
   * How many terminals are remembered, 10 000 by default. One that was forgotten is looked up once
   * more.
   */
  limit?: number
}

/**
 * Makes a function to call at each poll: a terminal that was told another offset than the one that
 * holds now is made to shake hands again, once for each change. Nobody waits for it; errors go to
 * `onError`.
 */
export function offsetWatch({
  adapter,
  offsetOf,
  renew,
  onError,
  limit = 10_000,
}: OffsetWatchOptions): (serialNumber: string, at: Date) => void {
  // For which offset storage was last asked about a terminal.
  const lookedUp = new Map<string, number>()

  // It may have shaken hands with another process since.
  const lookUp = async (serialNumber: string, offset: number) => {
    try {
      const terminal = await adapter.findTerminal(serialNumber)
      // Access terminals ask for the time themselves.
      if (terminal?.utcOffset === undefined || terminal.family === 'access') return
      if (terminal.utcOffset !== offset) await renew(serialNumber)
    } catch (error) {
      lookedUp.delete(keyOf(serialNumber))
      throw error
    }
  }
  const lookUpLater = hookOf('renewing the offset of a terminal', lookUp, onError)

  return (serialNumber, at) => {
    const offset = offsetOf(serialNumber, at)
    const key = keyOf(serialNumber)
    const isKnown = lookedUp.get(key) === offset
    lookedUp.delete(key)
    lookedUp.set(key, offset)
    if (lookedUp.size > limit) lookedUp.delete(String(lookedUp.keys().next().value))
    if (!isKnown) lookUpLater?.(serialNumber, offset)
  }
}

// Bare decimals have hashes that anybody can make collide.
function keyOf(serialNumber: string): string {
  return `SN=${serialNumber}`
}
