// How bytes are shown to people: as text if they are text, and as hexadecimal digits.

/** Bytes to look at: a beginning of them, and how many there are. */
export interface ShownBytes {
  size: number
  /** The beginning as text, if it is text. */
  text?: string
  /** The beginning as hexadecimal digits. */
  hex: string
  /** Whether there is more than is shown. */
  isCut: boolean
}

// What a person can't see, but for TAB, LF and CR.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** Shows the first `most` bytes. */
export function shownBytes(bytes: Buffer, most: number): ShownBytes {
  const start = bytes.subarray(0, most)
  const isCut = bytes.length > most
  const text = textOf(start, isCut)
  return {
    size: bytes.length,
    ...(text !== undefined && { text }),
    hex: start.toString('hex'),
    isCut,
  }
}

/** A text with what is beyond `most` characters left out. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  // Half a character at the end would not be text.
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`
}

function textOf(bytes: Buffer, isCut: boolean): string | undefined {
  try {
    // A cut may have left the beginning of a character, which a stream waits for the rest of.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    return CONTROL.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
