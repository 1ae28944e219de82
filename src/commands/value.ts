// What a value must look like before it becomes part of a command line.
import { isUint8Array } from 'node:util/types'
import { isWhole, ownOf } from '../check.js'

/** How a member's value becomes the text of a field. */
export interface Value {
  /** Completes "expected …" in an error. */
  expected: string
  /** The text of the field, or undefined if the value is wrong. */
  text(value: unknown): string | undefined
  /** Whether the value has the right type, so that a person may have typed it. */
  isTyped(value: unknown): boolean
  /** How many bytes the text may have in the terminal's encoding, if it is free text. */
  mostBytes?: number
  /** Passwords and templates: errors never show them. */
  isSecret?: boolean
}
/** The attendance manual's limit for one delivery, in base64 characters here. */
export const MOST_CONTENT = 900_000
const BASE64 = /^[A-Za-z0-9+/]+(={0,2})$/

/** Whether a value is text. */
export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

/** Text that matches a pattern. */
export function matching(pattern: RegExp, expected: string): Value {
  const text = (value: unknown) => (isString(value) && pattern.test(value) ? value : undefined)
  return { expected, text, isTyped: isString }
}

/** A user's number, as text because `007` is not `7`. Terminals report 0 for nobody. */
export const PIN: Value = matching(
  /^(?!0+$)[0-9A-Za-z_]{1,24}$/,
  "a string of 1 to 24 digits, letters or _ that is not 0, such as '7'",
)

/** A keypad password; empty removes it. */
export const PASSWORD: Value = {
  ...matching(/^\d{0,8}$/, "a string of at most 8 digits, such as '1234'"),
  isSecret: true,
}

/** A card number in decimal, or as hex bytes, low byte first. Empty removes it. */
export const CARD: Value = {
  expected: "a string: a decimal number below 2^64, a form such as '[15CD5B07]', or ''",
  isTyped: isString,
  text(value) {
    if (typeof value !== 'string') return undefined
    if (value === '' || /^\[([0-9A-Fa-f]{8}|[0-9A-Fa-f]{10})\]$/.test(value)) return value
    return /^\d{1,20}$/.test(value) && BigInt(value) < 2n ** 64n ? value : undefined
  },
}

/** A whole number. */
export function integer(least: number, most: number, write: (n: number) => string = String): Value {
  return {
    expected: `a whole number from ${least} to ${most}`,
    isTyped: (value) => typeof value === 'number',
    text(value) {
      return isWhole(value, least, most) ? write(value) : undefined
    },
  }
}

/** A byte, as two hex digits. */
export function hexByte(least = 0, most = 255): Value {
  return integer(least, most, (byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
}

/** A boolean, and what is written for it. */
export function flag(no = '0', yes = '1'): Value {
  const text = (value: unknown) => (typeof value === 'boolean' ? (value ? yes : no) : undefined)
  return { expected: 'true or false', text, isTyped: () => false }
}

/** One of some words, and what is written for each. */
export function choice(words: Readonly<Record<string, string>>): Value {
  const text = (value: unknown) => (isString(value) ? ownOf(words, value) : undefined)
  return { expected: `one of ${Object.keys(words).join(', ')}`, text, isTyped: isString }
}

/**
 * Text that a person reads. `=` is refused: old firmware finds keys as substrings, so that a name
 * such as `x Pri=14` would make an administrator. 64 bytes if the manual prints no limit.
 */
export function freeText(mostBytes = 64): Value {
  const expected = 'without = and control characters'
  return { ...rawText(mostBytes, expected, (text) => !text.includes('=')) }
}

/** Text up to the end of the line or of its field. */
export function rawText(
  mostBytes: number,
  expected: string,
  fits: (text: string) => boolean = () => true,
): Value {
  const text = (value: unknown) => {
    return isString(value) && fits(value) ? value : undefined
  }
  return { expected, text, isTyped: isString, mostBytes }
}

/**
 * An array of at most `most` values, written as one text. It is copied first: an array may have a
 * `map` of its own.
 *
 * @param write makes one text of theirs, or undefined if they don't go together
 */
export function listOf(
  item: Value,
  most: number,
  expected: string,
  write: (texts: string[]) => string | undefined,
): Value {
  return {
    expected,
    isTyped: Array.isArray,
    text(value) {
      if (!Array.isArray(value) || value.length > most) return undefined
      const items = Array.from({ length: value.length }, (_, at) => item.text(value[at]))
      const texts = items.filter((text) => text !== undefined)
      return texts.length < items.length ? undefined : write(texts)
    },
  }
}

/** A URL: absolute, or relative to `/iclock/`. */
export const URL_TEXT: Value = matching(
  /^[!-+\--~]+$/,
  'a string: a URL of printable ASCII without blanks and commas',
)

/** A path in the terminal's file system. */
export const PATH: Value = matching(
  /^[!-~]+$/,
  'a string: a path of printable ASCII without blanks',
)

/** Bytes, or base64 as terminals upload it (padding may be missing). */
export const CONTENT: Value = {
  expected: `bytes (a Uint8Array), or a string of base64, ${MOST_CONTENT} characters of it at most`,
  isSecret: true,
  isTyped: (value) => isString(value) || isUint8Array(value),
  text(value) {
    const text = isUint8Array(value) ? Buffer.from(value).toString('base64') : value
    if (typeof text !== 'string' || text.length > MOST_CONTENT) return undefined
    const padding = BASE64.exec(text)?.[1]
    if (padding === undefined) return undefined
    const isPadded = padding === '' ? text.length % 4 !== 1 : text.length % 4 === 0
    return isPadded ? text : undefined
  },
}

/** The length of a content in base64, which the keys `Size` and `SIZE` hold. */
export const CONTENT_SIZE: Value = {
  ...CONTENT,
  text: (value) => CONTENT.text(value)?.length.toString(),
}
