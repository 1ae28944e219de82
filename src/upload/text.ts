// Tells bodies of lines from bodies that are no text. Pure.
import { CR, LF, NUL, SPACE, TAB } from '../octets.js'

const DELETE = 0x7f
// Encodings such as ISO-2022-JP switch between character sets with these.
const [SHIFT_OUT, SHIFT_IN, ESCAPE] = [0x0e, 0x0f, 0x1b]
const isInText = new Uint8Array(SPACE)
for (const octet of [TAB, LF, CR, SHIFT_OUT, SHIFT_IN, ESCAPE]) isInText[octet] = 1

/**
 * Whether a body has only octets that occur in lines of text, in any encoding. A NUL occurs at the
 * end of a line, and nowhere else.
 */
export function isText(body: Buffer): boolean {
  for (let at = 0; at < body.length; at++) {
    const octet = body[at] as number
    if (octet >= SPACE ? octet !== DELETE : isInText[octet] === 1) continue
    if (octet !== NUL) return false
    while (body[at] === NUL || body[at] === CR) at++
    if (at < body.length && body[at] !== LF) return false
  }
  return true
}
