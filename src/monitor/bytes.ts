// How bytes are shown to people: as text if they are text, and as hexadecimal digits.

/** The beginning of some bytes, for display, and how many there are. */
export interface ShownBytes {
  size: number
  /** The beginning as text, if it is text. */
  text?: string
  /** The beginning as hexadecimal digits. */
  hex: string
  /** Whether there is more than is shown. */
  isCut: boolean
}

// Invisible characters except TAB, LF and CR.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/**
 * Shows the first `most` bytes.
 *
 * @param size how many there are, if these are only the first of them
 */
export function shownBytes(bytes: Buffer, most: number, size: number = bytes.length): ShownBytes {
  const start = bytes.subarray(0, most)
  const isCut = size > start.length
  const text = textOf(start, isCut)
  return {
    size,
    ...(text !== undefined && { text }),
    hex: start.toString('hex'),
    isCut,
  }
}

/** A text cut to `most` characters. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  // Half a character at the end would not be text.
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`
}

function textOf(bytes: Buffer, isCut: boolean): string | undefined {
  try {
    // The cut may be in the middle of a character; with `stream`, the decoder waits for the rest of
    // it.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    return CONTROL.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
