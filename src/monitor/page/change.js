// Makes a view from the one before it and what has changed; the server's `change.ts` finds that.

/** The value that a change makes of the one before it. */
export function changed(before, change) {
  if ('v' in change) return change.v
  if ('o' in change) {
    const members = new Map(Object.entries(before))
    for (const name of change.x ?? []) members.delete(name)
    for (const [name, one] of Object.entries(change.o)) {
      members.set(name, changed(members.get(name), one))
    }
    return Object.fromEntries(members)
  }
  return change.a.flatMap((part) => {
    if (Array.isArray(part)) return before.slice(part[0], part[0] + part[1])
    return ['v' in part ? part.v : changed(before[part.i], part.c)]
  })
}
