// The bytes of a body, and ranges of them as text. Pure; independent of any grammar.
import { TextDecoder } from 'node:util'

export const NUL = 0x00
export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SPACE = 0x20
export const COMMA = 0x2c
export const MINUS = 0x2d
export const SLASH = 0x2f
export const EQUALS = 0x3d

// Kinds of blank octets, a bit each, so that one number holds a set of them.
export const SPACES = 1
export const TABS = 2
export const LINE_ENDS = 4
export const NULS = 8
const BLANKS = SPACES | TABS | LINE_ENDS | NULS

const kindOf = new Uint8Array(256)
kindOf[SPACE] = SPACES
kindOf[TAB] = TABS
kindOf[LF] = LINE_ENDS
kindOf[CR] = LINE_ENDS
kindOf[NUL] = NULS

const WINDOW = 1 << 12
const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * A body that is read by position. For each range `0 ≤ start ≤ end ≤ body.length` holds, and no
 * call changes the body or moves a position: the grammars keep their own.
 */
export class Octets {
  readonly body: Buffer
  readonly #decoder: TextDecoder
  // The octets from #start to #end as latin1: each is one character, so that positions in the text
  // are positions in the body. Optimization: slicing it is several times cheaper than decoding each
  // range. A range before the window decodes up to 4 kB again, so grammars read text in the
  // order of the body, or their work wouldn't grow linearly with it.
  #window = ''
  #start = 0
  #end = 0

  constructor(body: Buffer, encoding: string) {
    this.body = body
    this.#decoder = encoding === 'utf-8' ? UTF_8 : new TextDecoder(encoding, { ignoreBOM: true })
  }

  /** The text of a range, in the body's encoding. */
  textOf(start: number, end: number): string {
    return this.isAscii(start, end)
      ? this.asciiOf(start, end)
      : this.#decoder.decode(this.body.subarray(start, end))
  }

  /** The text of octets that are known to be ASCII. */
  asciiOf(start: number, end: number): string {
    if (start < this.#start || end > this.#end) {
      this.#start = start
      this.#end = Math.max(end, Math.min(start + WINDOW, this.body.length))
      this.#window = this.body.toString('latin1', start, this.#end)
    }
    return this.#window.slice(start - this.#start, end - this.#start)
  }

  isAscii(start: number, end: number): boolean {
    const { body } = this
    for (let at = start; at < end; at++) if ((body[at] as number) > 0x7f) return false
    return true
  }

  /** The next position of an octet, or `end` if there is none. */
  find(octet: number, from: number, end: number): number {
    const { body } = this
    let at = from
    while (at < end && body[at] !== octet) at++
    return at
  }

  /** How often an octet occurs. */
  count(octet: number, from: number, end: number): number {
    const { body } = this
    let count = 0
    for (let at = from; at < end; at++) if (body[at] === octet) count++
    return count
  }

  /** The end of the blanks of these kinds that begin at `from`. */
  skip(kinds: number, from: number, end: number): number {
    const { body } = this
    let at = from
    while (at < end && isOf(kinds, body[at])) at++
    return at
  }

  /** The start of the blanks of these kinds that end at `end`. */
  trim(kinds: number, from: number, end: number): number {
    const { body } = this
    let at = end
    while (at > from && isOf(kinds, body[at - 1])) at--
    return at
  }

  isBlank(start: number, end: number): boolean {
    return this.skip(BLANKS, start, end) === end
  }
}

// Whether an octet is a blank of one of these kinds.
function isOf(kinds: number, octet: number | undefined): boolean {
  // Optimization: most octets are ruled out without the table.
  return (octet as number) <= SPACE && ((kindOf[octet as number] as number) & kinds) !== 0
}
