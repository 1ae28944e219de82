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

// Each character of the encoding, alone: every accepted one comes back unchanged.
it.each([
  ...['gbk', 'gb18030', 'big5', 'euc-kr', 'euc-jp'],
  ...['windows-1252', 'windows-1256', 'windows-1258', 'windows-874', 'koi8-r', 'iso-8859-8'],
])('What %s carries is read back by the parsers', (encoding) => {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true })
  const codes = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code))
  const known = codes.filter((text) => encode(text, encoding).toString() !== '?')
  const carried = known.filter((text) => lostCharacter(`=${text}`, encoding) === undefined)
  const changed = carried.filter(
    (text) => decoder.decode(encode(`=${text}`, encoding)) !== `=${text}`,
  )
  expect(changed).toEqual([])
  expect(carried.length).toBeGreaterThan(200)
})
