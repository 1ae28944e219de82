// The parts of a log of events. Pure.

/** How many parts a log has: a cursor has a place in each, and fits into 1 kB. */
export const SHARDS = 32

/** The part of the log that has a terminal's events: its order is the terminal's order. */
export function shardOf(serialNumber: string): number {
  // FNV-1a
  let hash = 0x811c9dc5
  for (let at = 0; at < serialNumber.length; at++) {
    hash = Math.imul(hash ^ serialNumber.charCodeAt(at), 0x01000193)
  }
  // The low bits alone would follow the last digits.
  return ((hash ^ (hash >>> 15)) >>> 0) % SHARDS
}
