// Whether the offset from UTC that a terminal was told still holds: it keeps it until its next
// handshake, and daylight saving does not wait for that.
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import { recentTerminals } from './recent.js'
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
 * Makes a function to call at polls: a terminal that was told another offset than the one that
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
  const lookedUp = recentTerminals<number>(limit)

  const watch = async (serialNumber: string, at: Date) => {
    const offset = offsetOf(serialNumber, at)
    const isKnown = lookedUp.get(serialNumber) === offset
    lookedUp.set(serialNumber, offset)
    if (isKnown) return
    try {
      // It may have shaken hands with another process since.
      const terminal = await adapter.findTerminal(serialNumber)
      // Access terminals ask for the time themselves.
      if (terminal?.utcOffset === undefined || terminal.family === 'access') return
      if (terminal.utcOffset !== offset) await renew(serialNumber)
    } catch (error) {
      lookedUp.delete(serialNumber)
      throw error
    }
  }
  const watchLater = hookOf('renewing the offset of a terminal', watch, onError)
  return (serialNumber, at) => watchLater?.(serialNumber, at)
}
