// What a process remembers of terminals: of those heard of last, so that memory is bounded.

/** Values by serial number. */
export interface RecentTerminals<Value> {
  get(serialNumber: string): Value | undefined
  /** Makes it the one heard of last, and forgets the one heard of first if there are too many. */
  set(serialNumber: string, value: Value): void
  delete(serialNumber: string): void
}

/** Makes a memory of at most `limit` terminals. */
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

// Bare decimals have hashes that anybody can make collide.
function keyOf(serialNumber: string): string {
  return `SN=${serialNumber}`
}
