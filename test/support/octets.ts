// Whether a parser has lost an octet of a body.
import { expect } from 'vitest'

/** The parts are views of the body, never overlap, and leave out only blanks. Returns how many. */
export function expectNoOctetLost(body: Buffer, parts: Buffer[]): number {
  const inOrder = parts.toSorted((a, b) => a.byteOffset - b.byteOffset)
  const leftOut: Buffer[] = []
  let end = 0
  let overlaps = 0
  for (const part of inOrder) {
    const start = part.byteOffset - body.byteOffset
    if (part.buffer !== body.buffer || start < end) overlaps++
    if (start > end) leftOut.push(body.subarray(end, start))
    end = start + part.length
  }
  leftOut.push(body.subarray(end))
  expect(overlaps).toBe(0)
  expect(Buffer.concat(leftOut).toString('latin1')).toMatch(/^[ \t\r\n\0]*$/)
  return parts.length
}
