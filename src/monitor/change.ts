// What has changed between two states of a view: streams send that alone. Pure.

/** How to make a value from the one before it; the page's `change.js` does. */
export type Change =
  /** It is another value. */
  | { v: unknown }
  /** Some members of an object changed, and those of `x` are gone. */
  | { o: Readonly<Record<string, Change>>; x?: readonly string[] }
  /** An array: runs of rows before (the first, and how many), changed rows, and new ones. */
  | { a: readonly ([from: number, count: number] | { i: number; c: Change } | { v: unknown })[] }

/** How a view as JSON became another one. */
export function changeOf(before: string, after: string): Change {
  return between(JSON.parse(before), JSON.parse(after))
}

function between(before: unknown, after: unknown): Change {
  if (Array.isArray(before) && Array.isArray(after)) return shorter(rows(before, after), after)
  if (isObject(before) && isObject(after)) return shorter(members(before, after), after)
  return { v: after }
}

function shorter(change: Change, after: unknown): Change {
  return JSON.stringify(change).length < JSON.stringify(after).length ? change : { v: after }
}

type Members = Readonly<Record<string, unknown>>

function members(before: Members, after: Members): Change {
  const changes = Object.entries(after).flatMap(([name, value]) => {
    if (!Object.hasOwn(before, name)) return [[name, { v: value }] as const]
    if (isSame(before[name], value)) return []
    return [[name, between(before[name], value)] as const]
  })
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name))
  return { o: Object.fromEntries(changes), ...(gone.length > 0 && { x: gone }) }
}

function rows(before: readonly unknown[], after: readonly unknown[]): Change {
  const places = new Map<string, number[]>()
  for (const [index, row] of before.entries()) {
    const text = JSON.stringify(row)
    const same = places.get(text)
    if (same === undefined) places.set(text, [index])
    else same.push(index)
  }
  const found = after.map((row) => places.get(JSON.stringify(row))?.shift())
  const taken = new Set(found)
  const parts: ([number, number] | { i: number; c: Change } | { v: unknown })[] = []
  let next = 0
  for (const [index, row] of after.entries()) {
    const place = found[index]
    const last = parts.at(-1)
    if (place !== undefined) {
      if (Array.isArray(last) && last[0] + last[1] === place) last[1]++
      else parts.push([place, 1])
      next = place + 1
    } else {
      // Most likely the row that was at its place.
      const isChanged = next < before.length && !taken.has(next)
      const change = isChanged ? between(before[next], row) : { v: row }
      parts.push('v' in change ? change : { i: next, c: change })
      next++
    }
  }
  return { a: parts }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
