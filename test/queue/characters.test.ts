// What an encoding carries, character by character.
import { expect, it } from 'vitest'
import { encode, lostCharacter } from '../../src/queue/encoding.js'

// Each character alone: every accepted one comes back unchanged.
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
