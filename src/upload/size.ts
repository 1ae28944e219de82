// Checked before parsing: a few bytes can become an object of a hundred. Pure.
import { IclockError } from '../endpoint/errors.js'
import { COMMA, LF, TAB } from '../octets.js'

// The longest known lines have seventeen.
const MOST_FIELDS = 20
// What a line or a field takes as an object, in bytes: 40 to 140 were measured.
const OBJECT = 140
/** A text that is not larger makes few objects, even if it is separators alone. */
export const SCANTY: number = 16 * 1024

/** The error if a text has more lines, or more fields, than allowed; undefined if it doesn't. */
export function excessOf(text: Buffer, most: number): IclockError | undefined {
  // No body has more lines or separators than bytes.
  if (text.length <= most) return undefined
  const counts = countsOf(text)
  if (isWithin(counts, most)) return undefined
  const { lines, separators } = counts
  return new IclockError(
    'TOO_MANY_RECORDS',
    `The body has ${lines} lines with ${separators + lines} fields; option "maxRecords" allows ${most} lines with ` +
      `${MOST_FIELDS} fields each on average.`,
  )
}

/** What a text consists of. */
export interface Counts {
  lines: number
  separators: number
}

/** How many lines and separators of fields a text has. */
export function countsOf(text: Buffer): Counts {
  return { lines: linesOf(text), separators: separatorsOf(text) }
}

/** Whether there are at most so many lines, and not too many fields for them. */
export function isWithin({ lines, separators }: Counts, most: number): boolean {
  return lines <= most && separators <= most * MOST_FIELDS
}

/** How many lines a body has; the last one may have no end. */
export function linesOf(text: Buffer): number {
  return lineEndsOf(text) + (text.length === 0 || text.at(-1) === LF ? 0 : 1)
}

/** How many lines end in a text. */
export function lineEndsOf(text: Buffer): number {
  let ends = 0
  for (let at = text.indexOf(LF); at !== -1; at = text.indexOf(LF, at + 1)) ends++
  return ends
}

/** How many bytes the objects that a text of lines becomes take at most. */
export function objectSizeOf(text: Buffer): number {
  return (linesOf(text) + separatorsOf(text)) * OBJECT
}

function separatorsOf(text: Buffer): number {
  let separators = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === TAB || text[at] === COMMA) separators++
  }
  return separators
}
