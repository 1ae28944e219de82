// Ids of commands: every terminal can carry them, and nobody can guess them.
import { randomBytes } from 'node:crypto'

const CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz'
const LENGTH = 16
// Bytes from here on would make the first characters likelier than the others.
const UNBIASED = 256 - (256 % CHARACTERS.length)

/** A new id: 16 characters of `0-9a-z`, 82 bits from the system's random numbers. */
export function newCommandId(): string {
  let id = ''
  while (id.length < LENGTH) {
    for (const byte of randomBytes(LENGTH - id.length)) {
      if (byte < UNBIASED) id += CHARACTERS.charAt(byte % CHARACTERS.length)
    }
  }
  return id
}
