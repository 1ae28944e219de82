// Text that PostgreSQL refuses, in a form that it can store.
import { createHash } from 'node:crypto'

// PostgreSQL can't store NUL or half a surrogate pair. Both are written as U+E000 (a private-use
// character) and their code in four hex digits; so is U+E000 itself, so that different texts stay
// different.
const REFUSED = /[\0\ue000]|\p{Surrogate}/gu
const ESCAPED = /\ue000([0-9a-f]{4})/g
const MAY_BE_REFUSED = /\\u0000|\\ud[89a-f]|\ue000/

/** The text in a form that PostgreSQL can store. */
export function storable(text: string): string {
  return text.replace(
    REFUSED,
    (unit) => `\ue000${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The text that was passed to `storable`. */
export function restored(text: string): string {
  return text.replace(ESCAPED, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** A value as JSON that `jsonb` can store. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  return MAY_BE_REFUSED.test(json) ? JSON.stringify(mapped(JSON.parse(json), storable)) : json
}

/** The value that was passed to `storableJson`, parsed. */
export function restoredJson<Value>(value: Value): Value {
  return JSON.stringify(value).includes('\ue000') ? (mapped(value, restored) as Value) : value
}

function mapped(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((each) => mapped(each, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [map(key), mapped(each, map)]),
  )
}

const LONGEST_KEY = 64

/** The key of an id in an index: the id itself, or a digest if it is too long for an index. */
export function idKeyOf(id: string): string {
  return id.length <= LONGEST_KEY ? id : `sha256:${digestOf(id)}`
}

/** Identifies bytes. */
export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
