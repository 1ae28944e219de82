// Octets to pairs: the positions of keys and values in a body. Pure; independent of records.
import { CR, EQUALS, LF, LINE_ENDS, type Octets, SPACES, TAB, TABS } from '../octets.js'

const AMPERSAND = 0x26
const BLANKS = SPACES | TABS
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

const LETTERS = {
  id: Buffer.from('id'),
  sn: Buffer.from('sn'),
  cmd: Buffer.from('cmd'),
  return: Buffer.from('return'),
  content: Buffer.from('content'),
  fileName: Buffer.from('filename'),
}

/** Reads pair after pair of a body. CR and LF end a line; blank lines mean nothing. */
export class PairReader {
  readonly #octets: Octets
  // The pair that was read last: its key, the positions of key and value without the blanks around
  // them, and the current position: the `=` behind the key, or the end of the pair.
  name: number = OTHER
  keyStart = 0
  keyEnd = 0
  hasValue = false
  valueStart = 0
  valueEnd = 0
  at = 0

  constructor(octets: Octets) {
    this.#octets = octets
  }

  // In the first line of a record `&` and TAB separate pairs; any other line is one pair.
  readKey(start: number, inFirstLine: boolean): void {
    const octets = this.#octets
    const { body } = octets
    const { length } = body
    let at = start
    while (at < length) {
      const octet = body[at] as number
      if (octet <= EQUALS && (octet === EQUALS || endsPair(octet, inFirstLine))) break
      at++
    }
    this.at = at
    this.hasValue = body[at] === EQUALS
    this.keyStart = octets.skip(BLANKS, start, at)
    this.keyEnd = octets.trim(BLANKS, this.keyStart, at)
    this.name = nameOf(body, this.keyStart, this.keyEnd)
    // ID and Content count only with their `=`.
    if (!this.hasValue) this.name &= HEADER
  }

  readValue(inFirstLine: boolean): void {
    const octets = this.#octets
    const { body } = octets
    const { length } = body
    const start = this.hasValue ? this.at + 1 : this.at
    let at = start
    while (at < length) {
      const octet = body[at] as number
      if (octet <= AMPERSAND && endsPair(octet, inFirstLine)) break
      at++
    }
    this.at = at
    this.valueStart = octets.skip(BLANKS, start, at)
    this.valueEnd = octets.trim(BLANKS, this.valueStart, at)
  }

  skipSpaces(from: number): number {
    return this.#octets.skip(BLANKS, from, this.#octets.body.length)
  }

  skipBlankLines(from: number): number {
    return this.#octets.skip(BLANKS | LINE_ENDS, from, this.#octets.body.length)
  }

  endsLine(at: number): boolean {
    const { body } = this.#octets
    return at >= body.length || isLineEnd(body[at])
  }

  /**
   * Whether the lines below a bare `ID=…` make it a record: among INFO's lines it is an option of
   * that name. A block that lacks Return is recognized by its Content, so that its content isn't
   * parsed as records.
   */
  beginsBlock(): boolean {
    let given = 0
    do {
      given |= this.name
      this.readKey(this.skipBlankLines(this.at), false)
      this.readValue(false)
    } while ((this.name & HEADER) !== 0 && this.name !== RETURN)
    return this.name === RETURN || (this.name === CONTENT && (given & CMD) !== 0)
  }

  /**
   * Whether the line that was read is one of data below the reply to a query: columns with TAB
   * between them, or a single one.
   */
  isRow(lineStart: number): boolean {
    if (this.#octets.find(TAB, lineStart, this.at) < this.at) return true
    const isPair = this.hasValue && this.name !== ID
    return isPair && this.#octets.find(AMPERSAND, lineStart, this.at) === this.at
  }

  /**
   * The ID of a record whose pairs come in another order, such as `CMD=DATA&ID=x&Return=0`;
   * undefined if the line has no Return, or not one ID.
   */
  laterIdOf(lineStart: number): { at: number; start: number; end: number } | undefined {
    let id: { at: number; start: number; end: number } | undefined
    let given = 0
    for (let at = lineStart; ; at = this.at + 1) {
      this.readKey(at, true)
      const { name } = this
      if (name === CONTENT || (name === ID && id !== undefined)) return undefined
      this.readValue(true)
      if (name === ID) id = { at, start: this.valueStart, end: this.valueEnd }
      given |= name
      if (this.endsLine(this.at)) return (given & RETURN) === 0 ? undefined : id
    }
  }
}

// Optimization: the length rules out most keys.
function nameOf(body: Buffer, start: number, end: number): number {
  switch (end - start) {
    case 2:
      if (reads(body, start, LETTERS.id)) return ID
      return reads(body, start, LETTERS.sn) ? SN : OTHER
    case 3:
      return reads(body, start, LETTERS.cmd) ? CMD : OTHER
    case 6:
      return reads(body, start, LETTERS.return) ? RETURN : OTHER
    case 7:
      return reads(body, start, LETTERS.content) ? CONTENT : OTHER
    case 8:
      return reads(body, start, LETTERS.fileName) ? FILENAME : OTHER
    default:
      return OTHER
  }
}

function reads(body: Buffer, start: number, letters: Buffer): boolean {
  let at = 0
  while (at < letters.length && ((body[start + at] as number) | LOWER_CASE) === letters[at]) at++
  return at === letters.length
}

function endsPair(octet: number, inFirstLine: boolean): boolean {
  return isLineEnd(octet) || (inFirstLine && (octet === AMPERSAND || octet === TAB))
}

function isLineEnd(octet: number | undefined): boolean {
  return octet === LF || octet === CR
}
