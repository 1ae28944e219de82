// A body as lines and text, octet by octet.
import { TextDecoder } from 'node:util'

export const NUL = 0x00
export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SPACE = 0x20
export const COMMA = 0x2c
export const EQUALS = 0x3d

const WINDOW = 1 << 12
const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** The lines of a body, one after the other. Blank lines are skipped. */
export class Octets {
  readonly body: Buffer
  readonly decoder: TextDecoder
  /** Where the line begins and ends, without its line end. */
  start = 0
  end = 0
  private at = 0
  // A range of the body as text: slicing a string is several times cheaper than decoding from the
  // buffer.
  private window = ''
  private windowStart = 0
  private windowEnd = 0

  constructor(body: Buffer, encoding: string) {
    this.body = body
    this.decoder = encoding === 'utf-8' ? UTF_8 : new TextDecoder(encoding, { ignoreBOM: true })
  }

  /** Moves to the next line that isn't blank; false at the end of the body. */
  nextLine(): boolean {
    const { body } = this
    while (this.at < body.length) {
      const start = this.at
      const lf = body.indexOf(LF, start)
      let end = lf === -1 ? body.length : lf
      this.at = end + 1
      while (end > start && isLineEnd(body[end - 1])) end--
      if (!this.isBlank(start, end)) {
        this.start = start
        this.end = end
        return true
      }
    }
    return false
  }

  /** The line, a view into the body. */
  line(): Buffer {
    return this.body.subarray(this.start, this.end)
  }

  textOf(start: number, end: number): string {
    const { body } = this
    for (let at = start; at < end; at++) {
      if ((body[at] as number) > 0x7f) return this.decoder.decode(body.subarray(start, end))
    }
    return this.asciiOf(start, end)
  }

  /** The text of octets that are known to be ASCII. */
  asciiOf(start: number, end: number): string {
    if (start < this.windowStart || end > this.windowEnd) {
      this.windowStart = start
      this.windowEnd = Math.max(end, Math.min(start + WINDOW, this.body.length))
      this.window = this.body.toString('latin1', start, this.windowEnd)
    }
    return this.window.slice(start - this.windowStart, end - this.windowStart)
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
    for (let at = from; at < end; at++) {
      if (body[at] === octet) count++
    }
    return count
  }

  skipSpaces(from: number, end: number): number {
    const { body } = this
    let at = from
    while (at < end && body[at] === SPACE) at++
    return at
  }

  trimSpaces(from: number, to: number): number {
    const { body } = this
    let at = to
    while (at > from && body[at - 1] === SPACE) at--
    return at
  }

  isBlank(start: number, end: number): boolean {
    const { body } = this
    for (let at = start; at < end; at++) {
      const octet = body[at]
      if (octet !== SPACE && octet !== TAB && octet !== LF && !isLineEnd(octet)) return false
    }
    return true
  }
}

// Access terminals end lines with CR LF, and some bodies with NUL.
function isLineEnd(octet: number | undefined): boolean {
  return octet === CR || octet === NUL
}

// Most records have the same few keys, and then an instance takes half the memory of a `{}`.
class Fields {
  [key: string]: string
}

/** An object for a terminal's keys, without prototype. */
export function newFields(): Record<string, string> {
  // Object.create(null) starts in dictionary mode, which uses far more memory.
  return Object.setPrototypeOf(new Fields(), null)
}
