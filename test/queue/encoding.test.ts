import { describe, expect, it } from 'vitest'
import { checkIsEncodable, encode, encodingOf, lostCharacter } from '../../src/queue/encoding.js'

describe('The encoding option', () => {
  it.each([
    [undefined, 'utf-8'],
    ['UTF-8', 'utf-8'],
    ['gb18030', 'gb18030'],
    ['gb2312', 'gbk'],
    ['latin1', 'windows-1252'],
    ['windows-1256', 'windows-1256'],
  ])('The label %s means %s', (label, name) => {
    expect(encodingOf(label)).toBe(name)
  })

  it.each(['utf-16le', 'utf-7', 'iso-2022-jp', 5])('The label %s is refused', (label) => {
    expect(() => encodingOf(label as string)).toThrow(TypeError)
    expect(() => encodingOf(label as string)).toThrow('option "encoding" is')
  })
})

it.each([
  ['utf-8', 'Zoë 李', '5a6fc3ab20e69d8e'],
  ['gb18030', '李', 'c0ee'],
  ['gb18030', 'ë', '81308a35'],
  ['windows-1256', 'م', 'e3'],
  ['windows-1252', '李', '3f'],
])('In %s, %s is encoded as %s', (encoding, text, octets) => {
  expect(encode(text, encoding).toString('hex')).toBe(octets)
})

it.each([
  ['utf-8', 'Zoë 李 😀', true],
  ['utf-8', '\ufeff', true],
  ['utf-8', '\udc00', false],
  ['gb18030', '😀', true],
  ['gbk', '😀', false],
  ['windows-1252', '?', true],
])('%s can encode %j: %s', (encoding, text, can) => {
  const check = () => checkIsEncodable({ serialNumber: 'A', commandId: '1', text }, encoding)
  if (can) expect(check).not.toThrow()
  else expect(check).toThrow(expect.objectContaining({ code: 'VALUE_REFUSED', member: 'text' }))
})

it.each([
  ['euc-kr', '갂'],
  ['big5', '¨'],
  ['gbk', '\u01f9'],
  ['gb18030', '\ufe10'],
  ['gb18030', '\ue78d'],
])('In %s, %j is refused: those who write it and read it disagree', (encoding, text) => {
  expect(lostCharacter(`Name=Ada${text}`, encoding)).toBe(text)
})
