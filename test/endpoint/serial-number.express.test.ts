import { parse } from 'node:url'
import express from 'express'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Target } from '../../src/endpoint/query.js'
import { serialNumberOf } from '../../src/endpoint/serial-number.js'

const path = '/iclock/devicecmd'
const read = (url: string) => serialNumberOf(new Target(url))
const refusal = (url: string) => {
  try {
    return { read: read(url) }
  } catch (error) {
    return error
  }
}

describe('The serial number', () => {
  it.each([
    ['SN=A1', 'A1'],
    ['sn=A1', 'A1'],
    ['Sn=A1', 'A1'],
    ['SN=0316144680030', '0316144680030'],
    ['SN=a%20b', 'a b'],
    ['a=1&SN=A1&snx=2&DSN=3', 'A1'],
    ['a=b?c&SN=A1', 'A1'],
    ['SN=__proto__', '__proto__'],
    ['SN=%E8%80%83', '考'],
    [`SN=${'x'.repeat(64)}`, 'x'.repeat(64)],
  ])('The serial number is read from %s', (query, expected) => {
    expect(read(`${path}?${query}`)).toBe(expected)
  })

  it.each([
    '',
    'SN',
    'SN=',
    'SN=%20',
    'SN=a&SN=b',
    'SN=a&sn=a',
    'SN[$ne]=1',
    'SN=a&SN[x]=1',
    'SN[]=a',
    'sn%5B%5D=a',
    '[SN]=a',
    '%5Bsn%5D=a',
    '[SN][x]=a',
    'SN]=a',
  ])('The serial number is missing in "%s"', (query) => {
    expect(refusal(`${path}?${query}`)).toMatchObject({
      code: 'SERIAL_NUMBER_MISSING',
      status: 400,
      expose: true,
    })
  })

  it('The serial number is missing even with a thousand other members between two', () => {
    for (const key of ['SN', '[SN]']) {
      const url = `${path}?${key}=a&${'x=1&'.repeat(1000)}SN=b`
      expect(refusal(url)).toMatchObject({ code: 'SERIAL_NUMBER_MISSING' })
    }
  })

  it.each([
    ['a NUL', '%00'],
    ['a line end', 'a%0D%0AID=1'],
    ['an escape', '%1b'],
    ['a delete', 'A%7f'],
    ['a C1 control', 'A%c2%85'],
    ['octets that are not UTF-8', '%ff'],
    ['a zero width space', 'A%E2%80%8B'],
    ['a zero width joiner', 'A%E2%80%8DB'],
    ['a right-to-left override', 'A%E2%80%AE1'],
    ['a line separator', 'A%E2%80%A8B'],
    ['a paragraph separator', 'A%E2%80%A9B'],
    ['a byte order mark', '%EF%BB%BFA'],
    ['a soft hyphen', 'A%C2%ADB'],
    ['a Hangul filler', 'A%E3%85%A4B'],
    ['a variation selector', 'A%EF%B8%8F'],
    ['a private use character', 'A%EE%80%80'],
    ['a no-break space', 'A%C2%A0B'],
    ['an ideographic space', 'A%E3%80%80B'],
    ['a blank before it', '%20A'],
    ['a blank after it', 'A+'],
    ['a TAB before it', '%09A'],
    ['65 characters', 'x'.repeat(65)],
    ['a fragment', 'a#b'],
    ['an empty fragment', 'a#'],
  ])('The serial number is invalid with %s', (_what, value) => {
    const invalid = { code: 'SERIAL_NUMBER_INVALID', status: 400, expose: true }
    expect(refusal(`${path}?SN=${value}`)).toMatchObject(invalid)
  })

  it('The serial number is not read from a fragment', () => {
    expect(refusal(`${path}#?SN=A`)).toMatchObject({ code: 'SERIAL_NUMBER_INVALID' })
  })

  it('The serial number is the same whether or not another member has to be decoded', () => {
    const part = fc.constantFrom(
      ...['SN', 'sn', '[SN]', 'SN[]', '=', '&', '&table=', 'a', '1', '-'],
    )
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        (text) => {
          const codeOf = (url: string) => {
            const { read, code } = refusal(url) as { read?: string; code?: string }
            return read ?? code
          }
          const url = `${path}?SN=${text}`
          expect(codeOf(`${url}&a=1`)).toBe(codeOf(`${url}&a=%31`))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it.each(['simple', 'extended'])(
    'The serial number never differs from req.query.SN, as the %s parser of Express reads it',
    (name) => {
      const parser = express().set('query parser', name).get('query parser fn')
      const part = fc.constantFrom(
        ...['SN', 'sn', '[SN]', 'SN[]', '[', ']', '=', '=', '&', '&', 'a', 'b', '#', '?', '%5B'],
        ...['%5D', '%20', '+', '%ff', ';', '.', ',', '%00'],
      )
      const query = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))
      fc.assert(
        fc.property(query, (text) => {
          const url = `${path}?SN=${text}`
          const seen = parser(parse(url).query).SN
          const ours = refusal(url) as { read?: string }
          if (ours.read !== undefined && seen !== undefined) expect(seen).toBe(ours.read)
        }),
        { numRuns: 500 },
      )
    },
  )
})
