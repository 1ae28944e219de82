// Octets to pairs: the positions of keys and values in a body. Pure; independent of records.
import { TextReader } from './text.js'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const AMPERSAND = 0x26
const EQUALS = 0x3d
const LOWER_CASE = 0x20

// The keys of the protocol, a bit each, so that one number holds a set of them.
export const OTHER = 0
export const ID = 1
export const RETURN = 2
export const CMD = 4
export const SN = 8
export const FILENAME = 16
export const CONTENT = 32

/**
 * The keys that may follow a bare `ID=…`, each on its own line (PUSH manual, "GetFile", "PutFile",
 * "Shell").
 */
export const HEADER: number = RETURN | CMD | SN | FILENAME

const KNOWN_KEYS = [
  { name: ID, letters: Buffer.from('id') },
  { name: SN, letters: Buffer.from('sn') },
  { name: CMD, letters: Buffer.from('cmd') },
  { name: RETURN, letters: Buffer.from('return') },
  { name: CONTENT, letters: Buffer.from('content') },
  { name: FILENAME, letters: Buffer.from('filename') },
]

/** Reads pair after pair of a body. CR and LF end a line; blank lines mean nothing. */
export class PairReader extends TextReader {
  // The pair that was read last: its key, the positions of key and value without the blanks around
  // them, and the current position: the `=` behind the key, or the end of the pair.
  name: number = OTHER
  keyStart = 0
  keyEnd = 0
  hasValue = false
  valueStart = 0
  valueEnd = 0
  at = 0

  // In the first line of a record `&` and TAB separate pairs; any other line is one pair.
  readKey(start: number, inFirstLine: boolean): void {
    const { body } = this
    const { length } = body
    let at = start
    while (at < length) {
      const octet = body[at] as number
      if (octet <= EQUALS && (octet === EQUALS || endsPair(octet, inFirstLine))) break
      at++
    }
    this.at = at
    this.hasValue = body[at] === EQUALS
    this.keyStart = this.skipSpaces(start, at)
    this.keyEnd = this.trimSpaces(this.keyStart, at)
    this.name = this.nameOf(this.keyStart, this.keyEnd)
    // ID and Content count only with their `=`.
    if (!this.hasValue) this.name &= HEADER
  }

  readValue(inFirstLine: boolean): void {
    const { body } = this
    const { length } = body
    const start = this.hasValue ? this.at + 1 : this.at
    let at = start
    while (at < length) {
      const octet = body[at] as number
      if (octet <= AMPERSAND && endsPair(octet, inFirstLine)) break
      at++
    }
    this.at = at
    this.valueStart = this.skipSpaces(start, at)
    this.valueEnd = this.trimSpaces(this.valueStart, at)
  }

  nameOf(start: number, end: number): number {
    const { body } = this
    const length = end - start
    for (const { name, letters } of KNOWN_KEYS) {
      if (letters.length !== length) continue
      let at = 0
      while (at < length && ((body[start + at] as number) | LOWER_CASE) === letters[at]) at++
      if (at === length) return name
    }
    return OTHER
  }

  skipSpaces(from: number, to: number): number {
    let at = from
    while (at < to && isSpace(this.body[at])) at++
    return at
  }

  trimSpaces(from: number, to: number): number {
    let at = to
    while (at > from && isSpace(this.body[at - 1])) at--
    return at
  }

  skipBlanks(from: number): number {
    const { body } = this
    let at = from
    while (at < body.length && (isSpace(body[at]) || isLineEnd(body[at]))) at++
    return at
  }

  endsLine(at: number): boolean {
    return at >= this.body.length || isLineEnd(this.body[at])
  }

  /** Whether the range contains this octet. */
  holds(octet: number, start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.body[at] === octet) return true
    return false
  }
}

function endsPair(octet: number, inFirstLine: boolean): boolean {
  return isLineEnd(octet) || (inFirstLine && (octet === AMPERSAND || octet === TAB))
}

function isLineEnd(octet: number | undefined): boolean {
  return octet === LF || octet === CR
}

function isSpace(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB
}
