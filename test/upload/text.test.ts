import { describe, expect, it } from 'vitest'
import { parseUpload } from '../../src/upload/parse.js'
import { isText } from '../../src/upload/text.js'

const EVERY_OCTET = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet))
const PICTURE = Buffer.concat([
  Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1'),
  EVERY_OCTET,
  Buffer.from('\n\r A=1\tB=2\n\n \0', 'latin1'),
])

describe('Octets', () => {
  it.each([
    '',
    'USER PIN=1\tName=Ada\r\n',
    'é',
    'USER PIN=1\r\n\0',
    'USER PIN=1\0\nUSER PIN=2\0\r\n',
    'USER PIN=1\0\0\r',
    'Name=\x1b$B0!\x1b(B\n',
  ])('%j is text', (body) => expect(isText(Buffer.from(body))).toBe(true))

  it.each(['USER PIN=1\0\tName=Ada', 'a\0\rb', '\x01', 'USER\x7f', '\x0b'])(
    '%j is no text',
    (body) => expect(isText(Buffer.from(body))).toBe(false),
  )
})

describe('A body that is no text', () => {
  it.each([
    ['no table', {}, ''],
    ['OPERLOG', { table: 'OPERLOG' }, 'operlog'],
    ['ATTLOG', { table: 'ATTLOG' }, 'attlog'],
    ['options', { table: 'options' }, 'options'],
    ['rows', { table: 'tabledata', tableName: 'Userpic' }, 'userpic'],
    ['an unknown table', { table: 'NEW' }, 'new'],
  ])('A picture of %s is one file, described by the query', (_, about, type) => {
    const query = { PIN: '0090' }
    const parsed = parseUpload(PICTURE, { ...about, query })
    expect(parsed).toEqual({
      records: [
        { kind: 'file', type, fields: query, content: PICTURE, sizeMatches: true, raw: PICTURE },
      ],
      unparsed: [],
    })
  })

  it('A picture behind the fields of its row is part of one file', () => {
    const body = Buffer.concat([Buffer.from('userpic pin=7\tcontent='), PICTURE])
    const { records, unparsed } = parseUpload(body, { table: 'tabledata', tableName: 'userpic' })
    expect([records.length, records[0]?.raw, unparsed]).toEqual([1, body, []])
  })

  it('A stray octet in one of many lines is kept in its line', () => {
    const lines = ['USER PIN=1\tName=\x01', 'USER PIN=2', 'not a record \x02']
    const { records, unparsed } = parseUpload(Buffer.from(lines.join('\n')), { table: 'OPERLOG' })
    expect(records.map(({ raw }) => String(raw))).toEqual(lines.slice(0, 2))
    expect(unparsed.map(String)).toEqual(lines.slice(2))
  })

  it('Attendance stays attendance, whatever stands around it', () => {
    const punch = '1\t2026-10-05 06:58:10\t0\t1'
    const body = Buffer.from(`\x01\n\x02\n${punch}\n\x03`)
    const { records, unparsed } = parseUpload(body, { table: 'ATTLOG' })
    expect([records.length, unparsed.length]).toEqual([1, 3])
  })

  it('Text that is no record stays unparsed', () => {
    const { records, unparsed } = parseUpload(Buffer.from('what\nis this\n'), { table: 'OPERLOG' })
    expect([records, unparsed.map(String)]).toEqual([[], ['what', 'is this']])
  })
})
