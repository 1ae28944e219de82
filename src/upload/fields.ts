// The fields of a record: an object for a terminal's keys, and a value by its key.

// Most records have the same few keys, and then an instance takes half the memory of a `{}`.
class Fields {
  [key: string]: string
}

/** An object for a terminal's keys, without prototype. */
export function newFields(): Record<string, string> {
  // Object.create(null) starts in dictionary mode, which uses far more memory.
  return Object.setPrototypeOf(new Fields(), null)
}

/**
 * The value of a field, whatever the letter case of its key; undefined if it's missing.
 *
 * @example
 * fieldOf(record.fields, 'pin') // finds PIN, Pin and pin
 */
export function fieldOf(fields: Record<string, string>, key: string): string | undefined {
  if (key in fields) return fields[key]
  const sought = key.toLowerCase()
  const found = Object.keys(fields).find((name) => name.toLowerCase() === sought)
  return found === undefined ? undefined : fields[found]
}
