// Checks whether the offset from UTC that a terminal got still holds: it keeps it until its next
// handshake, but daylight saving may change earlier.
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import type { OffsetOf } from '../endpoint/time-zone.js'
import { recentTerminals } from './recent.js'
import type { TerminalStorage } from './storage.js'

/** The options of an offset watch. */
export interface OffsetWatchOptions {
  /** The storage that knows each terminal's offset. */
  adapter: Pick<TerminalStorage, 'findTerminal'>
  /** The offset of a terminal's zone from UTC, in minutes east. */
  offsetOf: OffsetOf
  /** Asks a terminal to repeat its handshake. */
  renew(serialNumber: string): unknown
  /**
   * How many terminals are remembered, 10 000 by default. A forgotten one is looked up once more.
   */
  limit?: number
}

/**
 * Creates a function to call at polls: a terminal whose offset is outdated is asked to repeat its
 * handshake, once per change. It isn't awaited; errors go to `onError`.
 */
export function offsetWatch(
  { adapter, offsetOf, renew, limit = 10_000 }: OffsetWatchOptions,
  hooks: HookOptions,
): (serialNumber: string, at: Date) => void {
  // The offset for which a terminal was last looked up.
  const lookedUp = recentTerminals<number>(limit)

  const watch = async (serialNumber: string, at: Date) => {
    const offset = await offsetOf(serialNumber, at)
    const isKnown = lookedUp.get(serialNumber) === offset
    lookedUp.set(serialNumber, offset)
    if (isKnown) return
    try {
      // Another process may have served its handshake since.
      const terminal = await adapter.findTerminal(serialNumber)
      // Access terminals ask for the time themselves.
      if (terminal?.utcOffset === undefined || terminal.family === 'access') return
      if (terminal.utcOffset !== offset) await renew(serialNumber)
    } catch (error) {
      lookedUp.delete(serialNumber)
      throw error
    }
  }
  const watchLater = hookOf('renewing the offset of a terminal', watch, hooks)
  return (serialNumber, at) => watchLater?.(serialNumber, at)
}
