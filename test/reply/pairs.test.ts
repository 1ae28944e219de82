import { describe, expect, it } from 'vitest'
import { Octets } from '../../src/octets.js'
import { CMD, CONTENT, FILENAME, ID, OTHER, PairReader, RETURN, SN } from '../../src/reply/pairs.js'

/** The first pair of a body: its name, key, value, and what ends it. */
function pairOf(text: string, inFirstLine = true) {
  const body = Buffer.from(text)
  const reader = new PairReader(new Octets(body, 'utf-8'))
  reader.readKey(0, inFirstLine)
  const { name, hasValue, keyStart, keyEnd } = reader
  reader.readValue(inFirstLine)
  const slice = (start: number, end: number) => body.toString('latin1', start, end)
  const value = hasValue ? slice(reader.valueStart, reader.valueEnd) : undefined
  return { name, key: slice(keyStart, keyEnd), value, rest: text.slice(reader.at) }
}

describe('A pair', () => {
  it.each(['\n', '\r', '\r\n', '&', '\t'])('A pair of a first line ends before %j', (end) => {
    expect(pairOf(`a=b${end}c=d`)).toMatchObject({ key: 'a', value: 'b', rest: `${end}c=d` })
  })

  it.each(['\n', '\r'])('A pair of another line ends only before %j', (end) => {
    expect(pairOf(`a=b&c\td${end}e`, false)).toMatchObject({ value: 'b&c\td', rest: `${end}e` })
  })

  it('A pair is split at its first =, without the blanks around key and value', () => {
    expect(pairOf(' a b = c = d ')).toMatchObject({ key: 'a b', value: 'c = d', rest: '' })
    expect(pairOf('=')).toMatchObject({ key: '', value: '' })
    expect(pairOf('a&b')).toMatchObject({ key: 'a', value: undefined, rest: '&b' })
  })
})

it.each([
  ['ID=', ID],
  ['iD =', ID],
  ['return', RETURN],
  ['Cmd=', CMD],
  ['SN', SN],
  ['FileName=', FILENAME],
  ['CONTENT=', CONTENT],
  ['ID', OTHER],
  ['Content', OTHER],
  ['DeviceID=', OTHER],
  ['\u0131d=', OTHER],
  ['I\u0044\u0301=', OTHER],
])('The key of %j is recognized in any letter case of ASCII', (text, name) => {
  expect(pairOf(text).name).toBe(name)
})

it('Blank lines are skipped', () => {
  const reader = new PairReader(new Octets(Buffer.from(' \t\r\n\n\rx'), 'utf-8'))
  expect(reader.skipBlankLines(0)).toBe(6)
  expect(reader.endsLine(2)).toBe(true)
  expect(reader.endsLine(6)).toBe(false)
  expect(reader.endsLine(7)).toBe(true)
})
