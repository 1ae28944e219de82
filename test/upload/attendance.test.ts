import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUpload } from '../../src/upload/parse.js'
import type { AttendanceRecord } from '../../src/upload/upload.js'

const read = (body: string | Buffer, encoding = 'utf-8') => {
  const octets = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  return parseUpload(octets, { table: 'ATTLOG', encoding })
}

/** The parsed records, one line each: the columns, or `unparsed` and the line. */
function said(body: string): string[] {
  const { records, unparsed } = read(body)
  const columns = (records as AttendanceRecord[]).map((record) => {
    const { pin, time, status, verify, workCode, rest } = record
    return [pin, time, status, verify, workCode, ...rest].join('|')
  })
  return [...columns, ...unparsed.map((line) => `unparsed ${line.toString('latin1')}`)]
}

const AT = '2026-10-05 06:58:10'

describe('An attendance line', () => {
  it.each([
    ['two columns', `7\t${AT}`, `7|${AT}|||`],
    ['four columns', `7\t${AT}\t0\t1`, `7|${AT}|0|1|`],
    ['five columns', `7\t${AT}\t0\t1\t9`, `7|${AT}|0|1|9`],
    ['seven columns', `7\t${AT}\t0\t1\t\t0\t0`, `7|${AT}|0|1||0|0`],
    ['eight columns, the last of them empty', `7\t${AT}\t0\t1\t0\t0\t0\t`, `7|${AT}|0|1|0|0|0|`],
    ['eleven columns', `7\t${AT}${'\t1'.repeat(9)}`, `7|${AT}|1|1|1|1|1|1|1|1|1`],
  ])('A line with %s is read', (_, line, columns) => expect(said(line)).toEqual([columns]))

  it.each([`\r\n`, '\n', '\0\n', '\r\0\n', ''])('A line ends with %j', (end) => {
    expect(said(`7\t${AT}\t0\t1${end}`)).toEqual([`7|${AT}|0|1|`])
  })

  it('A line keeps its text: leading zeros, letters, blanks', () => {
    expect(said(` 007\t${AT}\t0\t1\na_B-9 \t${AT}\t255\t200\t 0`)).toEqual([
      ` 007|${AT}|0|1|`,
      `a_B-9 |${AT}|255|200| 0`,
    ])
  })

  it('A time that no clock shows, and a time code, are kept', () => {
    expect(said('7\t1971--10--29 -23:-27:-54\t0\t1\n7\t289503453\t0\t1\n7\t-1\t0\t1')).toEqual([
      '7|1971--10--29 -23:-27:-54|0|1|',
      '7|289503453|0|1|',
      '7|-1|0|1|',
    ])
  })

  it.each([
    'nothing in it',
    '7',
    `\t${AT}\t0\t1`,
    ` \t${AT}\t0\t1`,
    `7\tnever\t0\t1`,
    `7\t\t${AT}`,
    `7\t${AT}${'\t'.repeat(63)}`,
    `${'7'.repeat(65)}\t${AT}\t0\t1`,
    `7\t2026-${'1'.repeat(28)}\t0\t1`,
    `7\t-${'1'.repeat(32)}\t0\t1`,
    `1001\tAda L\t${AT}\t0\t1`,
    `SHIFT\t1001\t${AT}\t0`,
    `SHIFT\t289503453\t${AT}\t0`,
    `SHIFT\t1001A\t${AT}\t0`,
    'SHIFT\t1001\t0\t1',
    `7\t99999999999\t0\t1`,
    `ATTLOG\t${AT}\t0`,
    `PIN=7\tDateTime=never\tStatus=0`,
    `DateTime=${AT}\tStatus=0`,
    `PIN=\tDateTime=${AT}`,
    `PIN=7\tDateTime=${AT}\tstray`,
    `7 never 0 1`,
    `Ada Lovelace ${AT} 0 1`,
  ])('An invalid line is stored as it is: %j', (line) => {
    const { records, unparsed } = read(`${line}\r\n`)
    expect(records).toEqual([])
    expect(unparsed.map(String)).toEqual([line])
  })

  it('A line of 600,000 columns is stored as it is', () => {
    const line = `7 ${AT}${' 1'.repeat(600_000)}`
    expect(read(line).unparsed.map(String)).toEqual([line])
  })

  it.each([
    ['64 characters', `${'é'.repeat(64)}\t${AT}\t0`, `${'é'.repeat(64)}|${AT}|0||`],
    ['a keyword and TAB', `ATTLOG\t1001\t${AT}\t0`, `1001|${AT}|0||`],
    ['a keyword and a blank', `attlog 1001\t${AT}\t0`, `1001|${AT}|0||`],
    ['a PIN that begins like the keyword', `ATTLOG1\t${AT}`, `ATTLOG1|${AT}|||`],
    ['a keyword and a time code', 'ATTLOG\t7\t289503453\t0', '7|289503453|0||'],
    ['a date with slashes', '7\t2026/11/24 08:00\t0\t1', '7|2026/11/24 08:00|0|1|'],
    ['a date of short parts', '7\t2026-1-4 8:00:00\t0', '7|2026-1-4 8:00:00|0||'],
    ['pairs', `PIN=42\tDateTime=${AT}\tStatus=0\tVerified=2\tMode=x=y`, `42|${AT}|0|2||Mode=x=y`],
    ['pairs in another order', `verify=1\ttime=${AT}\tpin=007`, `007|${AT}||1|`],
    ['blanks between its columns', `103  ${AT} 2 15 `, `103|${AT}|2|15|`],
  ])('A line with %s is read as well', (_, line, columns) => {
    const { records } = parseUpload(Buffer.from(line), { table: 'ATTLOG' })
    const [{ pin, time, status, verify, workCode, rest, raw }] = records as [AttendanceRecord]
    expect([pin, time, status, verify, workCode, ...rest].join('|')).toBe(columns)
    expect(raw.toString()).toBe(line)
  })

  it('A line with an offset from UTC has a moment of its own, before that of the zone', () => {
    const moments = (line: string, timeZone?: string) => {
      const options = { table: 'ATTLOG', ...(timeZone && { timeZone }) }
      return (parseUpload(Buffer.from(line), options).records as AttendanceRecord[]).map(
        ({ instant }) => instant?.toISOString(),
      )
    }
    const line = (offset: string) => `7\t${AT}\t0\t1\t0\t0\t0\t0\t36.7\t98.1\t${offset}`
    expect(moments(line('+28800'))).toEqual(['2026-10-04T22:58:10.000Z'])
    expect(moments(line('-12600'), 'Asia/Manila')).toEqual(['2026-10-05T10:28:10.000Z'])
    expect(moments(line('28800'))).toEqual([undefined])
    expect(moments(line('+99999'))).toEqual([undefined])
    expect(moments(line('28800'), 'Asia/Manila')).toEqual(['2026-10-04T22:58:10.000Z'])
    expect(moments(`7\tnever\t0\t1\t0\t0\t0\t0\t0\t0\t+28800`)).toEqual([])
    expect(moments(`7\t2026-02-30 00:00:00\t0\t1\t0\t0\t0\t0\t0\t0\t+28800`)).toEqual([undefined])
  })

  it('A PIN may have 64 characters, whatever their octets', () => {
    const of = (pin: string) => read(Buffer.from(`${pin}\t${AT}\t0\t1`))
    expect(of('考'.repeat(64)).records).toMatchObject([{ pin: '考'.repeat(64) }])
    expect(of('考'.repeat(65)).records).toEqual([])
  })

  it('An invalid line spoils no neighbor', () => {
    expect(said(`1\t${AT}\t0\t1\nwhat\n\n2\t${AT}\t0\t1\n`)).toEqual([
      `1|${AT}|0|1|`,
      `2|${AT}|0|1|`,
      'unparsed what',
    ])
  })

  it('A line has its own further columns, even if the line above has nearly the same', () => {
    const rests = ['0\t0', '0\t0', '0\t00', '00\t0', '0', '', '0\t0', '10\t0']
    const { records } = read(rests.map((rest) => `1\t${AT}\t0\t1\t0\t${rest}`).join('\n'))
    expect(records.map((record) => (record as AttendanceRecord).rest.join('\t'))).toEqual(rests)
  })

  it('The columns of two lines share no object that somebody could change', () => {
    const line = `1\t${AT}\t0\t1\t0\t0\t0\n`
    for (const record of read(`${line}${line}`).records as AttendanceRecord[]) {
      expect(() => (record.rest as string[]).push('x')).toThrow(TypeError)
    }
    const [one] = read(line).records as [AttendanceRecord]
    const [other] = read(line).records as [AttendanceRecord]
    expect(one.rest).not.toBe(other.rest)
  })

  it('A line is read in its encoding, column by column', () => {
    const chinese = Buffer.concat([Buffer.from([0xbf, 0xbc]), Buffer.from(`\t${AT}\t0\t1\t0\t`)])
    expect(read(Buffer.concat([chinese, chinese.subarray(0, 2)]), 'gb18030').records).toMatchObject(
      [{ pin: '考', time: AT, rest: ['考'] }],
    )
    expect(read(Buffer.from(`é\t${AT}\t0\t1\t0\té`)).records).toMatchObject([
      { pin: 'é', rest: ['é'] },
    ])
  })

  it('A line has its further columns in its own encoding, whatever came before', () => {
    const line = Buffer.concat([
      Buffer.from(`7\t${AT}\t0\t1\t0\t`),
      Buffer.from([0xd5, 0xd4]),
      Buffer.from('\n'),
    ])
    const twice = Buffer.concat([line, line])
    const further = (encoding: string) => {
      return (read(twice, encoding).records as AttendanceRecord[]).map(({ rest }) => rest)
    }
    expect(further('gb18030')).toEqual([['赵'], ['赵']])
    expect(further('latin1')).toEqual([['ÕÔ'], ['ÕÔ']])
    expect(further('gb18030')).toEqual([['赵'], ['赵']])
  })

  it('The raw bytes of a line are a view into the body', () => {
    const body = Buffer.from(`x\n7\t${AT}\t0\t1\r\n`)
    const [record] = read(body).records
    expect(record?.raw.toString()).toBe(`7\t${AT}\t0\t1`)
    expect(record?.raw.buffer).toBe(body.buffer)
  })
})

it('Whatever a terminal can write is read', () => {
  const column = fc.string({ unit: fc.constantFrom('0', '7', 'a', 'é', ' ', '考'), maxLength: 5 })
  const lines = fc.array(
    fc.record({
      pin: fc.stringMatching(/^[0-9A-Za-z_]{1,14}$/),
      rest: fc.array(column, { maxLength: 9 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  fc.assert(
    fc.property(lines, fc.constantFrom('\n', '\r\n'), (all, end) => {
      const body = all.map(({ pin, rest }) => [pin, AT, ...rest].join('\t') + end).join('')
      const { records, unparsed } = read(Buffer.from(body))
      const columns = (records as AttendanceRecord[]).map((record) => {
        const { pin, status, verify, workCode, rest } = record
        return { pin, rest: [status, verify, workCode, ...rest] }
      })
      const padded = all.map(({ pin, rest }) => {
        return { pin, rest: [...rest, '', '', ''].slice(0, Math.max(3, rest.length)) }
      })
      expect(unparsed).toEqual([])
      expect(columns).toEqual(padded)
    }),
    { numRuns: 300 },
  )
})
