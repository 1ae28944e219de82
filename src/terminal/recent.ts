// A small LRU map keyed by serial number.

/** Values by serial number. */
export interface RecentTerminals<Value> {
  get(serialNumber: string): Value | undefined
  /** Makes it the most recent one, and drops the oldest if there are too many. */
  set(serialNumber: string, value: Value): void
  delete(serialNumber: string): void
}

/** Creates a map of at most `limit` terminals. */
export function recentTerminals<Value>(limit: number): RecentTerminals<Value> {
  const values = new Map<string, Value>()
  return {
    get: (serialNumber) => values.get(keyOf(serialNumber)),
    set(serialNumber, value) {
      const key = keyOf(serialNumber)
      values.delete(key)
      values.set(key, value)
      if (values.size > limit) values.delete(String(values.keys().next().value))
    },
    delete(serialNumber) {
      values.delete(keyOf(serialNumber))
    },
  }
}

// An attacker can make the hashes of bare decimals collide.
function keyOf(serialNumber: string): string {
  return `SN=${serialNumber}`
}
