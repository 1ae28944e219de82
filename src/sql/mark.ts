// Marks by which a call recognizes its own writes.
import { randomBytes } from 'node:crypto'

/** A mark that no key and no other call has. */
export function newMark(): string {
  return `#${randomBytes(15).toString('base64url')}`
}
