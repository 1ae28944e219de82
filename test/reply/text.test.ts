import { expect, it } from 'vitest'
import { TextReader } from '../../src/reply/text.js'

const reader = (bytes: Buffer | string, encoding = 'utf-8') =>
  new TextReader(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, encoding)

it('Text is read anywhere, forwards and at any length', () => {
  const body = Array.from({ length: 2000 }, (_, k) => `word${k}`).join(' ')
  const read = reader(body)
  const stretches = [
    [0, 5],
    [5, 5],
    [6, 10_000],
    [9_000, 9_004],
    [10_001, body.length],
  ] as const
  for (const [start, end] of stretches) expect(read.textOf(start, end)).toBe(body.slice(start, end))
})

it('Text beyond ASCII is decoded', () => {
  expect(reader('a\xe8\x80\x83b').textOf(0, 5)).toBe('a考b')
  expect(reader('\xbf\xbc', 'gb18030').textOf(0, 2)).toBe('考')
  expect(reader('\xff').textOf(0, 1)).toBe('\ufffd')
})

it('An id is read only as ASCII or UTF-8', () => {
  expect(reader('0012').idOf(0, 4)).toBe('0012')
  expect(reader('\xe8\x80\x83', 'gb18030').idOf(0, 3)).toBe('考')
  for (const id of ['\xff', '\xbf\xbc', '\xef\xbf\xbd', '1\xc0\xb1']) {
    expect(reader(id, 'gb18030').idOf(0, id.length)).toBe('')
  }
})

it.each([
  ['0', 0],
  ['-0', 0],
  ['+7', 7],
  ['-1004', -1004],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['9007199254740992', null],
  ['', null],
  ['-', null],
  ['1.5', null],
])('The whole number %j is read', (text, number) => {
  expect(reader(text).wholeNumberOf(0, text.length)).toBe(number)
})
