// Cuts text to the length that a terminal accepts.
import { checkNames, checkWhole, describe } from '../check.js'
import { encode, encodingOf } from '../queue/encoding.js'
import type { TextOptions } from './line.js'

/** The options of `cutText`. */
export interface CutOptions extends TextOptions {
  /** How many bytes the terminal accepts: 24 by default, like the name on time clocks. */
  bytes?: number
}

const CHARACTERS = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * Cuts a text to the length that a terminal accepts, at a whole character as people see it: no
 * letter loses its accent. Blanks before the cut are dropped, too; a text that fits is unchanged. A
 * character that the encoding lacks stays in, and the builder refuses it.
 *
 * @example
 * attendance.putUser({ pin: '7', name: cutText('Maria Theresa Dela Cruz Santos') })
 *
 * @throws TypeError if `text` is no string, or an option is wrong
 */
export function cutText(text: string, options: CutOptions = {}): string {
  checkNames(options, { bytes: true, encoding: true })
  const { bytes = 24 } = options
  checkWhole('bytes', bytes, 1)
  if (typeof text !== 'string') {
    throw new TypeError(`express-iclock: cutText got ${describe(text)}; expected a string`)
  }
  const encoding = encodingOf(options.encoding)
  let size = encode(text, encoding).length
  if (size <= bytes) return text
  let end = 0
  size = 0
  for (const { segment } of CHARACTERS.segment(text)) {
    size += encode(segment, encoding).length
    if (size > bytes) break
    end += segment.length
  }
  return text.slice(0, end).trimEnd()
}
