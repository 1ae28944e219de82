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

/** A value as JSON that `jsonb` can store. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  return MAY_BE_REFUSED.test(json) ? JSON.stringify(mapped(JSON.parse(json), storable)) : json
}

/** The value of a JSON text that PostgreSQL returned. */
export function restoredJson<Value>(json: string): Value {
  const value = JSON.parse(json) as Value
  return json.includes('\ue000') ? (mapped(value, restored) as Value) : value
}

function restored(text: string): string {
  return text.replace(ESCAPED, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
}

function mapped(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((each) => mapped(each, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [map(key), mapped(each, map)]),
  )
}

/** SQL for the beginning of a text: at least as many characters as a list shows of it. */
export function beginning(column: string, characters: number): string {
  // An escaped character takes five.
  const [head, escaped] = [characters, characters * 5].map(
    (end) => `substring(${column}, 1, ${end})`,
  )
  return `CASE WHEN strpos(${head}, chr(57344)) > 0 THEN ${escaped} ELSE ${head} END`
}

const LONGEST_KEY = 64

/** What identifies a text in an index: the text itself, or a digest of one that is too long. */
export function keyOfText(text: string): string {
  return text.length <= LONGEST_KEY ? text : `sha256:${digestOf(text)}`
}

/** Identifies bytes. */
export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
