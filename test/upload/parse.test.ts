import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ParseUploadOptions, parseUpload } from '../../src/upload/parse.js'
import { expectNoOctetLost } from '../support/octets.js'

const GRAMMARS: readonly ParseUploadOptions[] = [
  { table: 'ATTLOG' },
  { table: 'OPERLOG' },
  { table: 'options' },
  { table: 'ATTPHOTO' },
  { table: 'rtlog' },
  { table: 'tabledata', tableName: 'user' },
  { table: 'PostVerifyData' },
  { table: 'nobody knows' },
  { query: { ContentType: 'tgz' } },
  {},
]

function expectNoByteLost(body: Buffer, options: ParseUploadOptions) {
  const { records, unparsed } = parseUpload(body, options)
  return expectNoOctetLost(body, [...records.map(({ raw }) => raw), ...unparsed])
}

describe('The grammar', () => {
  const kindOf = (body: string, options: ParseUploadOptions) => {
    const [record] = parseUpload(Buffer.from(body), options).records
    return record && `${record.kind} ${record.type}`
  }
  const ATTENDANCE = '1\t2026-10-05 06:58:10\t0\t1'

  it.each([
    ['ATTLOG', ATTENDANCE, { table: 'ATTLOG' }, 'attendance attlog'],
    ['attlog in lower case', ATTENDANCE, { table: 'attlog' }, 'attendance attlog'],
    ['Stamp alone', ATTENDANCE, { query: { Stamp: '1' } }, 'attendance attlog'],
    ['OpStamp alone', 'USER PIN=1', { query: { OpStamp: '1' } }, 'fields user'],
    ['PhotoStamp alone', 'CMD=uploadphoto\0x', { query: { PhotoStamp: '1' } }, 'file attphoto'],
    ['ATTPHOTO', 'CMD=uploadphoto\0x', { table: 'ATTPHOTO' }, 'file attphoto'],
    [
      'tabledata of ATTPHOTO',
      'pin=1.jpg\tphoto=eA==',
      { table: 'tabledata', tableName: 'ATTPHOTO' },
      'fields attphoto',
    ],
    ['options', 'A=1,B=2', { table: 'options' }, 'fields options'],
    ['an unknown table', 'A=1\tB=2', { table: 'Zebra' }, 'fields zebra'],
    ['no table', 'A=1\tB=2', {}, 'fields '],
  ])('The grammar is known from %s', (_, body, options, kind) =>
    expect(kindOf(body, options)).toBe(kind),
  )
})

describe('Whatever a terminal sends', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ...[
        '1\t2026-10-05 06:58:10\t0\t1',
        '\t',
        '\n',
        '\r\n',
        ' ',
        '\0',
        '=',
        ',',
        'USER ',
        'PIN=1',
      ],
      ...['OPLOG ', 'OPLOG 4\t0\t2026-10-05 06:58:10', 'content=', 'A=1,B=2', 'CMD=', 'size=1'],
      ...['__proto__=1', 'time=', '2026-10-05 06:58:10', 'é', '9', 'ID=1&Return=0', '\ufeff'],
    ),
    fc.string({ maxLength: 5 }),
  )
  const bodies = fc.array(fragment, { maxLength: 30 }).map((parts) => Buffer.from(parts.join('')))
  const grammars = fc.constantFrom(...GRAMMARS)
  const encodings = fc.constantFrom('utf-8', 'gb18030')

  it('Any body is read without loss of a byte', () => {
    fc.assert(
      fc.property(bodies, grammars, encodings, (body, options, encoding) => {
        expectNoByteLost(body, { ...options, encoding, timeZone: 'Europe/Berlin' })
      }),
      { numRuns: 1000 },
    )
  })

  it('A stored record is read the same again', () => {
    fc.assert(
      fc.property(bodies, grammars, (body, options) => {
        for (const { raw, ...record } of parseUpload(body, options).records) {
          const [again] = parseUpload(Buffer.from(raw), options).records
          expect({ ...again, raw: undefined }).toEqual({ ...record, raw: undefined })
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('Text', () => {
  it('Text may be as long as the body', () => {
    const name = 'x'.repeat(200_000)
    expect(parseUpload(Buffer.from(`USER PIN=1\tName=${name}`)).records).toMatchObject([
      { fields: { PIN: '1', Name: name } },
    ])
  })

  it('Text is read in the encoding option', () => {
    const body = Buffer.from('USER Name=\xbf\xbc', 'latin1')
    expect(parseUpload(body, { encoding: 'gb18030' }).records).toMatchObject([
      { fields: { Name: '考' } },
    ])
    expect(parseUpload(body).records).toMatchObject([{ fields: { Name: '\ufffd\ufffd' } }])
  })
})

it.each([
  ['no Buffer', () => parseUpload('1\t2' as never), 'body must be a Buffer, not string'],
  [
    'a zone nobody lives in',
    () => parseUpload(Buffer.alloc(0), { timeZone: 'Asia/Atlantis' }),
    'timeZone',
  ],
  ['an unknown encoding', () => parseUpload(Buffer.alloc(0), { encoding: 'klingon' }), 'klingon'],
])('parseUpload refuses %s', (_, call, message) => expect(call).toThrow(message))
