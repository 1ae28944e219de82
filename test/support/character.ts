// Any character of Unicode, as a unit of random texts. The one that fast-check brings takes a second to
// make, in each worker.
import fc from 'fast-check'

export const character = fc
  .oneof(
    fc.integer({ max: 0x7f, min: 0 }),
    fc.integer({ max: 0xd7ff, min: 0 }),
    fc.integer({ max: 0x10ffff, min: 0xe000 }),
  )
  .map((codePoint) => String.fromCodePoint(codePoint))
