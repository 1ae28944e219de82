import { expect, it } from 'vitest'
import { Octets } from '../../src/octets.js'
import { idOf, wholeNumberOf } from '../../src/reply/value.js'

const octetsOf = (text: string) => new Octets(Buffer.from(text, 'latin1'), 'gb18030')

it('An id is read only as ASCII or UTF-8', () => {
  expect(idOf(octetsOf('0012'), 0, 4)).toBe('0012')
  expect(idOf(octetsOf('\xe8\x80\x83'), 0, 3)).toBe('考')
  for (const id of ['\xff', '\xbf\xbc', '\xef\xbf\xbd', '1\xc0\xb1']) {
    expect(idOf(octetsOf(id), 0, id.length)).toBe('')
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
])('The whole number of %j is %j', (text, number) => {
  expect(wholeNumberOf(octetsOf(text), 0, text.length)).toBe(number)
})
