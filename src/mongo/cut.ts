// Long values in two pieces, so that a list reads the first one only.

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

/** Bytes in the members `raw` and `rawTail`. */
export function bytePieces(bytes: Buffer): { raw: Buffer; rawTail?: Buffer } {
  if (bytes.length <= SUMMARY_BYTES) return { raw: bytes }
  return { raw: bytes.subarray(0, SUMMARY_BYTES), rawTail: bytes.subarray(SUMMARY_BYTES) }
}

/** The bytes of both pieces. */
export function joined({ raw, rawTail }: { raw: Buffer; rawTail?: Buffer }): Buffer {
  return rawTail === undefined ? raw : Buffer.concat([raw, rawTail])
}
