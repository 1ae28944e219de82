import fc from 'fast-check'
import { expect, it } from 'vitest'
import { base64Of } from '../../src/files/base64.js'
import { base64Length, base64Part, partIn } from '../../src/files/range.js'

it.each([
  ['bytes=0-9', { first: 0, last: 9 }],
  ['bytes=90-', { first: 90, last: 99 }],
  ['bytes=90-1000', { first: 90, last: 99 }],
  ['bytes=-10', { first: 90, last: 99 }],
  ['bytes=-1000', { first: 0, last: 99 }],
  ['Bytes=99-99 ', { first: 99, last: 99 }],
  ['bytes=100-', 'beyond'],
  ['bytes=100-200', 'beyond'],
  ['bytes=-0', 'beyond'],
  ['bytes=0-9,20-29', undefined],
  ['bytes=9-0', undefined],
  ['bytes=-', undefined],
  ['bytes=a-b', undefined],
  ['bytes=1e1-', undefined],
  ['lines=0-9', undefined],
  ['bytes=0-9999999999999999999', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j of 100 bytes is %j', (range, part) => {
  expect(partIn(range, 100)).toEqual(part)
})

it('Any part of the base64 of a file is read, however the file is cut', async () => {
  const files = fc.uint8Array({ minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 9 }),
      async (file, one, other, cut) => {
        const whole = Buffer.from(file).toString('base64')
        expect(base64Length(file.length)).toBe(whole.length)
        const [first = 0, last = 0] = [one % whole.length, other % whole.length].sort(
          (a, b) => a - b,
        )
        const own = base64Part({ first, last }, file.length)
        let at = own.first
        const read = base64Of(
          async () => {
            const piece = file.subarray(at, Math.min(at + cut, own.last + 1))
            at += piece.length
            return piece.length === 0 ? undefined : piece
          },
          first % 4,
          last - first + 1,
        )
        let text = ''
        for (let piece = await read(); piece; piece = await read()) text += Buffer.from(piece)
        expect(text).toBe(whole.slice(first, last + 1))
      },
    ),
  )
})
