// Digests of what is sent, and how what a terminal returns compares with it. Pure.
import { createHash } from 'node:crypto'

/** A digest of anything that JSON can write: 16 characters. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)
}

/** A digest of base64: terminals leave out the padding, or break lines. */
export function contentDigest(base64: string): string {
  return createHash('sha256')
    .update(base64.replace(/[\s=]+/g, ''))
    .digest('base64url')
    .slice(0, 12)
}

// The shortest that a terminal cuts a name to.
const SHORTEST_CUT = 8

/**
 * Whether a name is the one that was sent, or what a terminal made of it: it may be cut, also in the
 * middle of a character.
 */
export function isNameOf(held: string, sent: string): boolean {
  if (held.trim() === sent.trim()) return true
  const cut = held.replace(/[\ufffd?]+$/u, '').trimEnd()
  return Buffer.byteLength(cut) >= SHORTEST_CUT && sent.startsWith(cut)
}

/**
 * Whether a name is an edit of the one that was sent: they share a word. A wholly different name, or
 * none, is somebody else's, who must neither be deleted nor get this person's templates.
 */
export function isEditOf(held: string, sent: string): boolean {
  if (isNameOf(held, sent)) return true
  const words = new Set(wordsOf(sent))
  return wordsOf(held).some((word) => words.has(word))
}

function wordsOf(name: string): string[] {
  return (
    name
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]{2,}/gu) ?? []
  )
}

/**
 * A card as one number: terminals upload decimal what was sent as hex, low byte first. None is the
 * empty text.
 */
export function cardOf(card: string): string {
  const [, hex] = /^\[([0-9A-Fa-f]+)\]$/.exec(card.trim()) ?? []
  if (hex === undefined) return card.trim().replace(/^0+/, '')
  const bytes = Buffer.from(hex, 'hex').reverse().toString('hex')
  return BigInt(`0x${bytes || '0'}`)
    .toString()
    .replace(/^0+/, '')
}
