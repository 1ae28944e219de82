// The values of a reply: ids and whole numbers. Pure.
import { TextDecoder } from 'node:util'
import { MINUS, type Octets } from '../octets.js'

const PLUS = 0x2b
const ZERO = 0x30
const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * An id as text; `''` if it isn't UTF-8. Other encodings, and octets that aren't valid, would give
 * different ids the same text.
 */
export function idOf(octets: Octets, start: number, end: number): string {
  if (octets.isAscii(start, end)) return octets.asciiOf(start, end)
  const text = UTF_8.decode(octets.body.subarray(start, end))
  return text.includes('\ufffd') ? '' : text
}

/**
 * The whole number in these octets; null if there is none, or one that a number can't hold exactly.
 */
export function wholeNumberOf({ body }: Octets, start: number, end: number): number | null {
  let at = start
  const isNegative = body[at] === MINUS
  if (isNegative || body[at] === PLUS) at++
  if (at >= end) return null
  let value = 0
  for (; at < end; at++) {
    const digit = (body[at] as number) - ZERO
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
    if (value > Number.MAX_SAFE_INTEGER) return null
  }
  return isNegative && value > 0 ? -value : value
}
