// The members of an adapter, which may be an object of a class.

/** Every member of an object, also those of its class; functions keep their `this`. */
export function membersOf(object: object): Map<string, unknown> {
  const members = new Map<string, unknown>()
  let level: object | null = object
  while (level !== null && level !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(level)) {
      if (name === 'constructor' || members.has(name)) continue
      const value: unknown = Reflect.get(object, name)
      members.set(name, typeof value === 'function' ? value.bind(object) : value)
    }
    level = Object.getPrototypeOf(level)
  }
  return members
}
