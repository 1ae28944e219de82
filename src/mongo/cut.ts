// Long values in pieces, so that a list, or the page of a command, reads the first ones only.

import { BEGINNING } from '../queue/beginning.js'
import { cut, SUMMARY_BYTES } from '../queue/summary.js'

/** A text in two members: `name`, and what is beyond it in `${name}Tail`. */
export function textPieces<Name extends string>(
  name: Name,
  text: string,
): Record<Name, string> & { [Tail in `${Name}Tail`]?: string } {
  const head = cut(text)
  const tail = head.length < text.length && { [`${name}Tail`]: text.slice(head.length) }
  return { [name]: head, ...tail } as ReturnType<typeof textPieces<Name>>
}

/** A command's text: what lists show of it, what its page shows besides, and what is beyond that. */
export interface TextPieces {
  text?: string
  textMore?: string
  textTail?: string
}

/** The pieces of a command's text. */
export function commandPieces(whole: string): TextPieces {
  const [text, shown] = [cut(whole), cut(whole, BEGINNING)]
  return {
    text,
    ...(text.length < shown.length && { textMore: shown.slice(text.length) }),
    ...(shown.length < whole.length && { textTail: whole.slice(shown.length) }),
  }
}

/** The text of all its pieces. */
export function commandText({ text = '', textMore = '', textTail = '' }: TextPieces): string {
  return text + textMore + textTail
}

/** Bytes in the members `raw` and `rawTail`. */
export function bytePieces(
  bytes: Buffer,
  most: number = SUMMARY_BYTES,
): { raw: Buffer; rawTail?: Buffer } {
  if (bytes.length <= most) return { raw: bytes }
  return { raw: bytes.subarray(0, most), rawTail: bytes.subarray(most) }
}

/** The bytes of both pieces. */
export function joined({ raw, rawTail }: { raw: Buffer; rawTail?: Buffer | undefined }): Buffer {
  return rawTail === undefined ? raw : Buffer.concat([raw, rawTail])
}
