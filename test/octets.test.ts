import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LINE_ENDS, NULS, Octets, SPACES, TABS } from '../src/octets.js'

const octetsOf = (text: string, encoding = 'utf-8') =>
  new Octets(Buffer.from(text, 'latin1'), encoding)

describe('Octets', () => {
  it('Text is read anywhere, in any order and at any length', () => {
    const body = Array.from({ length: 2000 }, (_, k) => `word${k}`).join(' ')
    const position = fc.nat(body.length)
    fc.assert(
      fc.property(fc.array(fc.tuple(position, position), { minLength: 1 }), (stretches) => {
        const octets = octetsOf(body)
        for (const [one, other] of stretches) {
          const [start, end] = [Math.min(one, other), Math.max(one, other)]
          expect(octets.textOf(start, end)).toBe(body.slice(start, end))
        }
      }),
    )
  })

  it('Text beyond ASCII is decoded, a BOM included', () => {
    expect(octetsOf('a\xe8\x80\x83b').textOf(0, 5)).toBe('a考b')
    expect(octetsOf('\xbf\xbc', 'gb18030').textOf(0, 2)).toBe('考')
    expect(octetsOf('\xff').textOf(0, 1)).toBe('\ufffd')
    expect(octetsOf('\xef\xbb\xbfa').textOf(0, 4)).toBe('\ufeffa')
  })

  it('An octet is found and counted only within the range', () => {
    const octets = octetsOf('\ta\tb\t')
    expect(octets.find(9, 1, 4)).toBe(2)
    expect(octets.find(9, 3, 4)).toBe(4)
    expect(octets.count(9, 1, 5)).toBe(2)
  })

  it('Only the requested kinds of blanks are skipped and trimmed', () => {
    const body = ' \t\r\n\0x\0\n\r\t '
    const octets = octetsOf(body)
    const stops = [
      [SPACES, 1, 10],
      [SPACES | TABS, 2, 9],
      [SPACES | TABS | LINE_ENDS, 4, 7],
      [SPACES | TABS | LINE_ENDS | NULS, 5, 6],
      [TABS | NULS, 0, 11],
    ] as const
    for (const [kinds, skipped, trimmed] of stops) {
      expect(octets.skip(kinds, 0, body.length)).toBe(skipped)
      expect(octets.trim(kinds, 0, body.length)).toBe(trimmed)
    }
    expect([octets.isBlank(0, 5), octets.isBlank(0, 6), octets.isBlank(3, 3)]).toEqual([
      true,
      false,
      true,
    ])
    expect(octets.skip(SPACES, 0, 0)).toBe(0)
    expect(octetsOf('  ').trim(SPACES, 1, 2)).toBe(1)
  })
})
