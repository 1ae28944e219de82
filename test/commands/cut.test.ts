// A text is cut at a whole character, to the bytes that a terminal takes.
import { attendance, cutText } from 'express-iclock/commands'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { expect, test } from 'vitest'
import { character } from '../support/character.js'

test.each([
  ['Ada', 'Ada'],
  ['Maria Theresa Dela Cruz Santos', 'Maria Theresa Dela Cruz'],
  ['Nguyễn Thị Phương Thảo', 'Nguyễn Thị Phương'],
  ['محمد عبد الرحمن السيد', 'محمد عبد الرح'],
  ['Ada '.repeat(7), 'Ada Ada Ada Ada Ada Ada'],
  [`${'é'.repeat(11)}x${'é'.normalize('NFD')}`, `${'é'.repeat(11)}x`],
  ['👩‍👩‍👧‍👦', ''],
])('cutText(%j) is %j', (text, cut) => {
  expect(cutText(text)).toBe(cut)
  expect(attendance.putUser({ pin: '7', name: cutText(text) }).text).toContain(`Name=${cut}`)
})

test('cutText() counts bytes in the encoding of the terminal', () => {
  const name = '欧阳'.repeat(10)
  expect(cutText(name)).toBe('欧阳'.repeat(4))
  expect(cutText(name, { encoding: 'gb18030' })).toBe('欧阳'.repeat(6))
  expect(cutText('محمد عبد الرحمن', { encoding: 'windows-1256', bytes: 8 })).toBe('محمد عبد')
  const { text } = attendance.putUser(
    { pin: '7', name: cutText(name, { encoding: 'gb18030' }) },
    { encoding: 'gb18030' },
  )
  expect(text).toContain(`Name=${'欧阳'.repeat(6)}`)
})

const size = (text: string, encoding: string) => iconv.encode(text, encoding).length

test('cutText() keeps as many whole characters as fit, and no part of one', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: character, maxLength: 60 }),
  )
  const bytes = fc.integer({ min: 1, max: 80 })
  fc.assert(
    fc.property(texts, bytes, fc.constantFrom('utf-8', 'gb18030'), (text, bytes, encoding) => {
      const cut = cutText(text, { bytes, encoding })
      if (size(text, encoding) <= bytes) {
        expect(cut).toBe(text)
        return
      }
      expect(text.startsWith(cut)).toBe(true)
      expect(size(cut, encoding)).toBeLessThanOrEqual(bytes)
      expect(cut).toBe(cut.trimEnd())
      const characters = [...new Intl.Segmenter('und').segment(text)].map(({ segment }) => segment)
      const ends = characters.map((_, at) => characters.slice(0, at + 1).join(''))
      const fitting = ends.filter((end) => size(end, encoding) <= bytes).at(-1) ?? ''
      expect(cut).toBe(fitting.trimEnd())
    }),
    { numRuns: 300 },
  )
})

test.each([
  [7, undefined, 'cutText got 7; expected a string'],
  ['Ada', { bytes: 0 }, 'option "bytes" is 0'],
  ['Ada', { bytes: '24' }, 'option "bytes" is "24"'],
  ['Ada', { length: 24 }, 'there is no option "length"'],
  ['Ada', { encoding: 'klingon' }, 'option "encoding" is "klingon"'],
])('cutText(%j, %j) is a TypeError', (text, options, told) => {
  const cut = () => cutText(text as string, options as never)
  expect(cut).toThrow(TypeError)
  expect(cut).toThrow(told)
})
