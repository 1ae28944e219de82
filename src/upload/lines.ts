// The lines of a body, one after the other.
import { LF, LINE_ENDS, NULS, type Octets } from '../octets.js'

// Access terminals end lines with CR LF, and some bodies with NUL.
export const BEFORE_LINE_END: number = LINE_ENDS | NULS

/** Moves from line to line; blank lines are skipped. */
export class Lines {
  /** Where the line begins and ends, without its line end. */
  start = 0
  end = 0
  readonly #octets: Octets
  #next: number

  /** @param from where the first line begins */
  constructor(octets: Octets, from = 0) {
    this.#octets = octets
    this.#next = from
  }

  /** Moves to the next line that isn't blank; false at the end of the body. */
  next(): boolean {
    const octets = this.#octets
    const { body } = octets
    while (this.#next < body.length) {
      const start = this.#next
      const lf = body.indexOf(LF, start)
      this.#next = (lf === -1 ? body.length : lf) + 1
      const end = octets.trim(BEFORE_LINE_END, start, this.#next - 1)
      if (!octets.isBlank(start, end)) {
        this.start = start
        this.end = end
        return true
      }
    }
    return false
  }

  /** The line, a view into the body. */
  raw(): Buffer {
    return this.#octets.body.subarray(this.start, this.end)
  }
}
