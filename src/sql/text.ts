// Text that every database keeps unchanged and compares exactly, whatever its character set and
// its collation: ASCII alone, and no blank at the end.
import { createHash } from 'node:crypto'

// A brace sorts behind letters and digits, as what is not ASCII does.
const UNSAFE = /[^\x20-\x7e]|\}| +$/g
const ESCAPED = /\}u([0-9a-f]{4})/g
const CUT = /\}(?:u[0-9a-f]{0,3})?$/

/** A text in ASCII: what is not is written as `}u00e9`, and so is a closing brace. */
export function ascii(text: string): string {
  return text.replace(UNSAFE, (units) => escaped(units, '}'))
}

/** A serial number in ASCII, in an order that is the order of what it stands for. */
export function serial(text: string): string {
  return ascii(text).replaceAll('~', escaped('~', '}'))
}

/** The text of which `ascii` made this one. */
export function unascii(text: string): string {
  if (!text.includes('}')) return text
  return text.replace(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** The beginning of a text that was cut by the database, maybe within an escape. */
export function unasciiCut(text: string): string {
  return unascii(text.replace(CUT, ''))
}

/** A text for a column that is compared: one that is longer than the column becomes its hash. */
export function key(text: string, longest: number): string {
  const safe = ascii(text)
  if (safe.length <= longest && !safe.startsWith('#')) return safe
  return `#${hash(text)}`
}

/** Identifies texts and bytes. */
export function hash(...parts: (string | Uint8Array)[]): string {
  const sha256 = createHash('sha256')
  for (const part of parts) sha256.update(part)
  return sha256.digest('base64url')
}

/** JSON in ASCII. */
export function pack(value: unknown): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => escaped(unit, '\\'))
}

/** The value of JSON; undefined if there is none. */
export function unpack(json: unknown): unknown {
  return typeof json === 'string' ? JSON.parse(json) : undefined
}

/** Pairs as an object without a prototype, so that names are data. */
export function fieldsOf(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of pairs) fields[name] = value
  return fields
}

/** A whole number, which some drivers return as text; undefined if there is none. */
export function number(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}

/** A moment of a column with milliseconds; undefined if there is none. */
export function moment(value: unknown): Date | undefined {
  const time = number(value)
  return time === undefined ? undefined : new Date(time)
}

/** Bytes, whatever a driver returns them as. */
export function bytes(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value
  if (value instanceof ArrayBuffer) return Buffer.from(value)
  const { buffer, byteOffset, byteLength } = value as Uint8Array
  return Buffer.from(buffer, byteOffset, byteLength)
}

function escaped(units: string, mark: string): string {
  let text = ''
  for (let index = 0; index < units.length; index++) {
    text += `${mark}u${units.charCodeAt(index).toString(16).padStart(4, '0')}`
  }
  return text
}
