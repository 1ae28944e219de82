import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseReplies } from '../../src/reply/parse.js'
import type { CommandReply } from '../../src/reply/reply.js'
import { expectNoOctetLost } from '../support/octets.js'

const SN = '0316144680030'
const read = (body: string, encoding?: string) =>
  parseReplies(Buffer.from(body, 'latin1'), { serialNumber: SN, ...(encoding && { encoding }) })
const texts = (buffers: Buffer[]) => buffers.map((buffer) => buffer.toString('latin1'))

/** The parsed replies, one line each, so that a test shows them at a glance. */
function said(body: string): string[] {
  const { replies, unparsed } = read(body)
  const pairs = (fields: Record<string, string>) =>
    Object.entries(fields).map(([key, value]) => ` ${key}=${value}`)
  return [
    ...replies.map((reply) => {
      const content = reply.content === undefined ? '' : ` <${reply.content.toString('latin1')}>`
      return `${reply.commandId} ${reply.returnCode} ${reply.commandName}${pairs(reply.fields).join('')}${content}`
    }),
    ...texts(unparsed).map((line) => `unparsed ${line}`),
  ]
}

describe('A line', () => {
  it('A line ends with LF, and a CR before it is dropped', () => {
    expect(said('ID=1&Return=0&CMD=DATA\r\nID=2&Return=0&CMD=LOG\r\n')).toEqual([
      '1 0 DATA',
      '2 0 LOG',
    ])
  })

  it('The last line of the body may lack its LF', () => {
    expect(said('ID=1&Return=0&CMD=DATA')).toEqual(['1 0 DATA'])
  })

  it('A blank line means nothing, wherever it is', () => {
    expect(said('\n \t\r\nID=1\n\nReturn=0\n \nCMD=PutFile\n\n')).toEqual(['1 0 PutFile'])
    expect(said('\r\n \n')).toEqual([])
    expect(said('')).toEqual([])
  })

  it('A line that belongs to no record is unparsed, and spoils no neighbor', () => {
    expect(said('what\r\nID=1&Return=0&CMD=DATA\n?&=\nID=2&Return=0&CMD=DATA')).toEqual([
      '1 0 DATA',
      '2 0 DATA',
      'unparsed what',
      'unparsed ?&=',
    ])
  })
})

describe('A lone CR', () => {
  it('A lone CR ends a line between records', () => {
    expect(said('ID=1&Return=0&CMD=CHECK\rID=2&Return=-3&CMD=DATA\r')).toEqual([
      '1 0 CHECK',
      '2 -3 DATA',
    ])
    expect(said('what\r\r\nID=1\rCMD=PutFile\rReturn=3')).toEqual(['1 3 PutFile', 'unparsed what'])
    expect(said('ID=1&Return=0&CMD=INFO\rA=1\rB=2\r')).toEqual(['1 0 INFO A=1 B=2'])
  })

  it('A lone CR inside content is content', () => {
    expect(said('ID=1&Return=3&CMD=GetFile&Content=a\rbID=2&Return=0')).toEqual([
      '1 3 GetFile <a\rb>',
      '2 0 ',
    ])
  })
})

it('A record ends at a line that does not continue it', () => {
  expect(said('ID=1&Return=0&CMD=DATA\nx\nSN=5')).toEqual([
    '1 0 DATA',
    'unparsed x',
    'unparsed SN=5',
  ])
})

describe('A pair', () => {
  it('A pair is split at its first =', () => {
    expect(said('ID=1&Return=0&CMD=DATA&A=b=c==')).toEqual(['1 0 DATA A=b=c=='])
  })

  it('A pair is never URL-decoded', () => {
    expect(said('ID=a+b&Return=0&CMD=%44ATA&T=TWFu%20==')).toEqual(['a+b 0 %44ATA T=TWFu%20=='])
  })

  it('A pair loses the blanks around its key and value, and no others', () => {
    expect(said(' ID = 7 & Return = 0 & CMD = SET OPTION & A b = c  d ')).toEqual([
      '7 0 SET OPTION A b=c  d',
    ])
  })

  it('A pair without = has an empty value', () => {
    expect(said('ID=291&Return=41&CMD=ACCOUNT&transaction&RecordSum=41')).toEqual([
      '291 41 ACCOUNT transaction= RecordSum=41',
    ])
  })

  it('A pair may have an empty key, and is ignored if it is empty altogether', () => {
    expect(said('ID=1&Return=0&&=v&')).toEqual(['1 0  =v'])
  })

  it('A known key is recognized in any letter case, and any other key is kept as written', () => {
    expect(said('iD=1&rETURN=-3&cmd=DATA&sn=9&aB=c')).toEqual(['1 -3 DATA sn=9 aB=c'])
    expect(said('id=1\nfilename=x\ncmd=getfile\nreturn=1\ncontent=A')).toEqual([
      '1 1 getfile filename=x <A>',
    ])
  })

  it('A repeated key counts once: the first one', () => {
    expect(said('ID=1&Return=1&return=0&CMD=A&cmd=B&x=1&x=2&X=3&SN=5&sn=6')).toEqual([
      '1 1 A x=1 X=3 SN=5',
    ])
  })

  it('A pair has its own value, even if the record before has nearly the same', () => {
    const commands = ['DATA', 'DATA', 'DATAX', 'DATA', '', 'DATA', 'DATB', 'data', 'DATA QUERY']
    const body = commands.map((command) => `ID=1&Return=0&CMD=${command}`).join('\n')
    expect(read(body).replies.map(({ commandName }) => commandName)).toEqual(commands)
  })

  it('Hostile keys stay keys', () => {
    const [reply] = read('ID=1&CMD=DATA&__proto__=x&constructor=y&toString=z&$set=1&a.b=2').replies
    expect(Object.getPrototypeOf(reply?.fields)).toBeNull()
    expect(Object.entries(reply?.fields ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['toString', 'z'],
      ['$set', '1'],
      ['a.b', '2'],
    ])
  })
})

describe('A record', () => {
  it.each(['ID=1&Return=0', 'ID=1&CMD=LOG', 'ID=1&SN=2&Return=0', 'ID=1\tReturn=0\tCMD=LOG'])(
    'A record begins with ID and Return, CMD or SN: %j',
    (line) => {
      expect(read(line)).toMatchObject({ replies: [{ commandId: '1' }], unparsed: [] })
    },
  )

  it.each([
    'DeviceID=1&Return=0',
    'ID&Return=0',
    'ID=1',
    'ID=1&Foo=2&Return=0',
    'Other=0&ID=1',
    'XID=1&Return=0&CMD=DATA',
    'ID\t=7\nReturn=0',
  ])('No record begins with %j', (body) => {
    const { replies, unparsed } = read(body)
    expect(replies).toEqual([])
    expect(texts(unparsed).join('\n')).toBe(body)
  })

  it('A bare ID line begins a record if lines with a Return follow', () => {
    expect(said('ID=30\nReturn=262144\nCMD=PutFile')).toEqual(['30 262144 PutFile'])
    expect(said('ID=30\nSN=9\nFILENAME=a&b\tc\nCMD=PutFile\nReturn=1')).toEqual([
      '30 1 PutFile SN=9 FILENAME=a&b\tc',
    ])
    expect(said('ID=30\nCMD=PutFile\nx=1\nReturn=1')).toEqual([
      'unparsed ID=30',
      'unparsed CMD=PutFile',
      'unparsed x=1',
      'unparsed Return=1',
    ])
  })

  it('A bare ID line begins a record with blanks after it, too', () => {
    expect(said('ID=1\t \r\nCMD=GetFile\nReturn=3\nContent=abc')).toEqual(['1 3 GetFile <abc>'])
  })

  it('A record in block form without Return is recognized by its content, so that Shell output forges nothing', () => {
    expect(said('ID=37\nCMD=Shell\nContent=ID=1&Return=0&CMD=DATA\nID=2&Return=0')).toEqual([
      '37 null Shell <ID=1&Return=0&CMD=DATA\nID=2&Return=0>',
    ])
  })

  it('A record begins at every further ID= of a line', () => {
    const { replies } = read('ID=1&Return=0&CMD=DATA&ID=2&Return=-1\tID=3')
    expect(replies.map(({ commandId, returnCode }) => [commandId, returnCode])).toEqual([
      ['1', 0],
      ['2', -1],
      ['3', null],
    ])
    expect(texts(replies.map(({ raw }) => raw))).toEqual([
      'ID=1&Return=0&CMD=DATA&',
      'ID=2&Return=-1\t',
      'ID=3',
    ])
  })

  it('A record may lack CMD or Return', () => {
    expect(said('ID=25&SN=3292100000001&Return=0')).toEqual(['25 0  SN=3292100000001'])
    expect(said('ID=25&CMD=CHECK')).toEqual(['25 null CHECK'])
  })

  it('A record keeps its id as text', () => {
    const ids = ['0012', '12abc', '9007199254740993', 'fp7464', 'A', 'a']
    const { replies } = read(ids.map((id) => `ID=${id}&Return=0`).join('\n'))
    expect(replies.map(({ commandId }) => commandId)).toEqual(ids)
  })

  it('A record has the serial number of the query, and a sub-controller among its fields', () => {
    expect(read('ID=502&Return=0&CMD=DATA UPDATE&SN=AAAA').replies).toMatchObject([
      { serialNumber: SN, fields: { SN: 'AAAA' } },
    ])
  })

  it('A record keeps the bytes it was read from', () => {
    const body = Buffer.from('x\nID=1&Return=0&CMD=INFO\r\nA=1\r\n\r\nB=2\r\n\r\n')
    const [reply] = parseReplies(body, { serialNumber: SN }).replies
    expect(reply?.raw.toString()).toBe('ID=1&Return=0&CMD=INFO\r\nA=1\r\n\r\nB=2')
    expect(reply?.raw.buffer).toBe(body.buffer)
  })
})

describe('A return code', () => {
  const codeOf = (text: string) => read(`ID=1&Return=${text}`).replies[0]?.returnCode

  it.each([
    ['0', 0],
    ['-0', 0],
    ['-1004', -1004],
    ['+5', 5],
    ['007', 7],
    [' 3 ', 3],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
  ])('%j is a whole number, and the return code', (text, code) => expect(codeOf(text)).toBe(code))

  it.each([
    '',
    '-',
    '+',
    '--1',
    '1.0',
    '1e3',
    '0x10',
    '1 2',
    'OK',
    '9007199254740992',
    `1${'0'.repeat(400)}`,
  ])('%j is not a whole number: the return code is null', (text) => expect(codeOf(text)).toBeNull())
})

describe('An INFO reply', () => {
  it('An INFO reply has one option per line, where & and TAB are text', () => {
    expect(
      said('ID=27&Return=0&CMD=INFO\nMAC=00:17\n~DeviceName=A&B\tC\nbare\nd&e\tf=g\n'),
    ).toEqual(['27 0 INFO MAC=00:17 ~DeviceName=A&B\tC bare= d&e\tf=g'])
  })

  it('An INFO reply may have options called ID and DeviceID', () => {
    expect(said('ID=27&Return=0&CMD=INFO\nID=7\nDeviceID=1\nID=8&x=1\nB=2')).toEqual([
      '27 0 INFO ID=7 DeviceID=1 B=2',
    ])
  })

  it('An INFO reply ends where a record begins', () => {
    expect(said('ID=27&Return=0&CMD=INFO\nA=1\nID=28&Return=0&CMD=DATA\nwhat')).toEqual([
      '27 0 INFO A=1',
      '28 0 DATA',
      'unparsed what',
    ])
    expect(said('ID=27&Return=0&CMD=INFO\nID=7\nSN=9\nContent=x')).toEqual([
      '27 0 INFO ID=7 SN=9 <x>',
    ])
    expect(said('ID=27&Return=0&CMD=INFO\nA=1\nID=28\nCMD=PutFile\nReturn=3')).toEqual([
      '27 0 INFO A=1',
      '28 3 PutFile',
    ])
  })
})

describe('A reply to GET OPTION', () => {
  it.each(['GET OPTION', 'get options', 'GET OPTION FROM ~OS,FPVersion'])(
    'A reply to GET OPTION has one option per line, like INFO: CMD=%s',
    (command) => {
      const body = `ID=a1&Return=0&CMD=${command}\n~OS=1\nFPVersion=10\nID=a2&Return=0&CMD=DATA\n`
      expect(said(body)).toEqual([`a1 0 ${command} ~OS=1 FPVersion=10`, 'a2 0 DATA'])
    },
  )

  it.each(['GET OPTIONX', 'GETOPTION', '\u0131nfo'])('No options follow CMD=%s', (command) => {
    const { replies, unparsed } = parseReplies(
      Buffer.from(`ID=a1&Return=0&CMD=${command}\n~OS=1`),
      { serialNumber: SN },
    )
    expect(replies).toMatchObject([{ commandName: command, fields: {} }])
    expect(texts(unparsed)).toEqual(['~OS=1'])
  })
})

describe('The lines of data below a reply to a query', () => {
  it.each(['DATA', 'DATA QUERY', 'data query USERINFO'])(
    'The lines of data are its content: CMD=%s',
    (command) => {
      const rows = 'PIN=7\tName=A\tPri=0\n\n8\t2024-01-01 08:00:00\t0\r\nUser=9'
      const body = `ID=q1&Return=3&CMD=${command}\n${rows}\nID=2&Return=0&CMD=CHECK`
      expect(said(body)).toEqual([`q1 3 ${command} <${rows}>`, '2 0 CHECK'])
      expect(read(body).replies[0]?.raw.toString()).toBe(`ID=q1&Return=3&CMD=${command}\n${rows}`)
    },
  )

  it('A line of data may begin with any key except those of a record', () => {
    expect(said('ID=1&Return=1&CMD=DATA\nID=7\tName=A\nSN=5\nContent=x\nID=2&Return=0')).toEqual([
      '1 1 DATA <ID=7\tName=A\nSN=5\nContent=x\nID=2&Return=0>',
    ])
  })

  it.each(['x', 'XID=2&Return=0&CMD=DATA', 'ID=2', '&='])('%j is not a line of data', (line) => {
    expect(said(`ID=1&Return=0&CMD=DATA\n${line}`)).toEqual(['1 0 DATA', `unparsed ${line}`])
  })

  it('Lines of data follow no other command', () => {
    expect(said('ID=1&Return=0&CMD=CHECK\nPIN=7\tName=A')).toEqual([
      '1 0 CHECK',
      'unparsed PIN=7\tName=A',
    ])
    expect(said('ID=1&Return=0&CMD=DATA UPDATE\nPIN=7\tName=A')).toEqual([
      '1 0 DATA UPDATE',
      'unparsed PIN=7\tName=A',
    ])
  })
})

describe('A record without a valid id', () => {
  it('An empty id is unparsed, each one', () => {
    expect(said('ID=&Return=0&CMD=DATA\nID= &Return=-1&CMD=DATA')).toEqual([
      'unparsed ID=&Return=0&CMD=DATA',
      'unparsed ID= &Return=-1&CMD=DATA',
    ])
    expect(said('ID=&Return=0&ID=2&Return=-3')).toEqual(['2 -3 ', 'unparsed ID=&Return=0&'])
    expect(said('ID=1&Return=0&ID=&CMD=X')).toEqual(['1 0 ', 'unparsed ID=&CMD=X'])
  })

  it('A record in block form keeps its content to itself, so that Shell output forges nothing', () => {
    const body = 'ID=\nCMD=Shell\nContent=ID=1&Return=0&CMD=DATA'
    expect(said(body)).toEqual([`unparsed ${body}`])
  })

  it('An id that is not UTF-8 is unparsed: two such ids are never one', () => {
    const bodies = ['ID=\xff&Return=0', 'ID=\xfe&Return=0', 'ID=\xef\xbf\xbd&Return=0']
    expect(said(bodies.join('\n'))).toEqual(bodies.map((body) => `unparsed ${body}`))
    const gb18030 = read('ID=\x80&Return=0\nID=\xa2\xe3&Return=0', 'gb18030')
    expect(gb18030.replies).toEqual([])
    expect(gb18030.unparsed).toHaveLength(2)
  })

  it('An id in UTF-8 is valid, whatever the encoding', () => {
    const [reply] = parseReplies(Buffer.from('ID=考&Return=0'), {
      serialNumber: SN,
      encoding: 'gb18030',
    }).replies
    expect(reply?.commandId).toBe('考')
  })
})

describe('A bound on records', () => {
  const bounded = (body: string, maxRecords: number) => () =>
    parseReplies(Buffer.from(body), { serialNumber: SN, maxRecords })
  const tooMany = expect.objectContaining({ code: 'TOO_MANY_RECORDS', status: 413 })

  it.each([
    ['records', 'ID=1&Return=0\n'.repeat(10), 10],
    ['records of one line', 'ID=1&Return=0&'.repeat(10), 10],
    ['lines', 'x\n'.repeat(10), 10],
    ['options', `ID=1&Return=0&CMD=INFO\n${[...'abcdefghi'].join('\n')}`, 10],
    ['pairs', `ID=1&Return=0&${[...'abcdefghi'].join('&')}`, 10],
  ])('The bound counts %s', (_what, body, count) => {
    expect(bounded(body, count)).not.toThrow()
    expect(bounded(body, count - 1)).toThrow(tooMany)
  })

  it('The bound counts neither content nor rows, and an empty id makes no record', () => {
    expect(bounded(`ID=1&Return=0&Content=${'x\n'.repeat(50)}`, 1)).not.toThrow()
    expect(bounded(`ID=1&Return=0&CMD=DATA\n${'1\t2\n'.repeat(50)}`, 1)).not.toThrow()
    expect(bounded(`ID=1&Return=0&${'ID=&'.repeat(50)}`, 2)).not.toThrow()
  })
})

describe('Content', () => {
  it('Content after GetFile is as long as Return says, and a record may follow', () => {
    expect(said('ID=1\nCMD=GetFile\nReturn=4\nContent=A\r\n \nID=2&Return=0&CMD=DATA')).toEqual([
      '1 4 GetFile <A\r\n >',
      '2 0 DATA',
    ])
    expect(said('ID=1&Return=2&CMD=GETFILE&Content=ABID=2&Return=0')).toEqual([
      '1 2 GETFILE <AB>',
      '2 0 ',
    ])
    expect(said('ID=1\nCMD=GetFile\nReturn=0\nContent=\nID=2&Return=0')).toEqual([
      '1 0 GetFile <>',
      '2 0 ',
    ])
  })

  it.each([
    'ID=1\nCMD=GetFile\nReturn=99\n',
    'ID=1\nCMD=GetFile\nReturn=-1\n',
    'ID=1\nCMD=GetFile\nReturn=x\n',
    'ID=1\nReturn=0\nCMD=Shell\n',
    'ID=1&Return=0&CMD=Shell&',
    'ID=1&Return=0&CMD=Shell\nFILENAME=shellout.txt\n',
    'ID=1&Return=3&CMD=INFO\n',
    'ID=1&Return=0&CMD=DATA\n',
  ])('Content is the rest of the body after %j', (head) => {
    const rest = ' a \nID=2&Return=0&CMD=DATA\n'
    const { replies, unparsed } = read(`${head}Content=${rest}`)
    expect(texts(replies.map(({ content }) => content as Buffer))).toEqual([rest])
    expect(unparsed).toEqual([])
  })

  it('Content keeps all 256 byte values', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const body = Buffer.concat([Buffer.from('ID=1\nCMD=GetFile\nReturn=256\nContent='), bytes])
    expect(parseReplies(body, { serialNumber: SN }).replies[0]?.content).toEqual(bytes)
  })

  it('A record without Content= has no content', () => {
    expect(read('ID=1\nCMD=GetFile\nReturn=4').replies[0]).not.toHaveProperty('content')
    expect(said('ID=1&Return=0&CMD=Shell&Content')).toEqual(['1 0 Shell Content='])
  })
})

describe('Text', () => {
  const body = (value: string) => `ID=1&Return=0&CMD=INFO\nName=${value}`

  it('Text is UTF-8 by default', () => {
    const { replies } = parseReplies(Buffer.from(body('考勤机\ufeff')), { serialNumber: SN })
    expect(replies[0]?.fields).toEqual({ Name: '考勤机\ufeff' })
    const marked = Buffer.from(body('\ufeffA'))
    for (const label of ['utf-8', 'UTF-8']) {
      expect(
        parseReplies(marked, { serialNumber: SN, encoding: label }).replies[0]?.fields,
      ).toEqual({ Name: '\ufeffA' })
    }
  })

  it('Text is read in the encoding option', () => {
    const gb18030 = '\xbf\xbc\xc7\xda\xbb\xfa'
    expect(read(body(gb18030), 'gb18030').replies[0]?.fields).toEqual({ Name: '考勤机' })
  })

  it('Text may be as long as the body', () => {
    const long = 'x'.repeat(200_000)
    expect(read(body(long)).replies[0]?.fields).toEqual({ Name: long })
  })

  it('Text that is not in the encoding shows as U+FFFD, and its bytes are in raw', () => {
    const [reply] = read(body('\xff')).replies
    expect(reply?.fields).toEqual({ Name: '\ufffd' })
    expect(reply?.raw.at(-1)).toBe(0xff)
  })

  it('An unknown encoding is refused', () => {
    expect(() => read(body('x'), 'klingon')).toThrow(RangeError)
  })
})

it('Anything but a Buffer is refused', () => {
  expect(() => parseReplies('ID=1&Return=0' as never, { serialNumber: SN })).toThrow(
    'parseReplies: body must be a Buffer, not string',
  )
})

function expectNoByteLost(body: Buffer) {
  const { replies, unparsed } = parseReplies(body, { serialNumber: SN })
  expectNoOctetLost(body, [...replies.map(({ raw }) => raw), ...unparsed])
}

describe('Whatever a terminal sends', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ...[
        'ID=',
        'id=1',
        'ID=1&Return=0&CMD=DATA',
        'Return=',
        'RETURN=3',
        'CMD=GetFile',
        'CMD=INFO',
      ],
      ...['CMD=Shell', 'SN=9', 'FILENAME=x', 'Content=', 'ID', 'Content', 'DeviceID=1', '=', '&'],
      ...['\t', ' ', '\n', '\n', '\r\n', '\r', '__proto__=1', 'a.b', '0', '-5000', '\0', 'é'],
    ),
    fc.string({ maxLength: 5 }),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  const bodies = fc.array(fragment, { maxLength: 40 }).map((parts) => {
    return Buffer.from(parts.join(''), 'latin1')
  })

  it('Any body is read without loss of a byte', () => {
    fc.assert(fc.property(bodies, expectNoByteLost), { numRuns: 1500 })
  })

  it('A stored record is read the same again', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        for (const { raw, ...said } of parseReplies(body, { serialNumber: SN }).replies) {
          if (!/^ID *= *[^&\t\n]*[&\t\n] *(Return|CMD|SN|FILENAME)/i.test(raw.toString('latin1')))
            continue
          const { raw: _, ...again } = parseReplies(Buffer.from(raw), { serialNumber: SN })
            .replies[0] as CommandReply
          expect(again).toEqual(said)
        }
      }),
      { numRuns: 700 },
    )
  })
})

describe('Whatever a terminal can write', () => {
  const word = fc.stringMatching(/^[0-9A-Za-z]{1,16}$/)
  const text = fc.stringMatching(/^[!-%'-<>-~]([ -%'-~]{0,10}[!-%'-~])?$/)
  const key = fc
    .stringMatching(/^[!-%'-<>-~]([ -%'-<>-~]{0,10}[!-%'-<>-~])?$/)
    .filter((name) => !/^(id|return|cmd|sn|filename|content)$/i.test(name) && !/^\d+$/.test(name))
  const code = fc.maxSafeInteger()
  const pairs = fc
    .array(fc.tuple(key, fc.oneof(text, fc.constant(''))), { maxLength: 5 })
    .map((all) => {
      return [...new Map(all)]
    })
  const join = (all: [string, string][], between: string) =>
    all.map(([name, value]) => `${between}${name}=${value}`).join('')

  const compact = fc
    .record({ id: word, code, command: text, all: pairs })
    .map(({ id, code, command, all }) => ({
      wire: Buffer.from(`ID=${id}&Return=${code}&CMD=${command}${join(all, '&')}`),
      said: [id, code, command, all, undefined],
    }))
  const info = fc.record({ id: word, code, all: pairs }).map(({ id, code, all }) => ({
    wire: Buffer.from(`ID=${id}&Return=${code}&CMD=INFO${join(all, '\n')}`),
    said: [id, code, 'INFO', all, undefined],
  }))
  const getFile = fc
    .record({ id: word, name: text, bytes: fc.uint8Array({ maxLength: 60 }) })
    .map(({ id, name, bytes }) => ({
      wire: Buffer.concat([
        Buffer.from(
          `ID=${id}\nSN=${SN}\nFILENAME=${name}\nCMD=GetFile\nReturn=${bytes.length}\nContent=`,
        ),
        bytes,
      ]),
      said: [
        id,
        bytes.length,
        'GetFile',
        [
          ['SN', SN],
          ['FILENAME', name],
        ],
        Buffer.from(bytes),
      ],
    }))
  const shell = fc
    .record({ id: word, code, bytes: fc.uint8Array({ maxLength: 60 }) })
    .map(({ id, code, bytes }) => ({
      wire: Buffer.concat([
        Buffer.from(
          `ID=${id}\nSN=${SN}\nReturn=${code}\nCMD=Shell\nFILENAME=shellout.txt\nContent=`,
        ),
        bytes,
      ]),
      said: [
        id,
        code,
        'Shell',
        [
          ['SN', SN],
          ['FILENAME', 'shellout.txt'],
        ],
        Buffer.from(bytes),
      ],
    }))

  it('Batches of every form, with a Shell reply at the end, are read as they were written', () => {
    const batch = fc.tuple(
      fc.array(fc.oneof(compact, info, getFile), { maxLength: 8 }),
      fc.option(shell, { nil: undefined }),
      fc.constantFrom('\n', '\r\n'),
    )
    fc.assert(
      fc.property(batch, ([records, last, lineEnd]) => {
        const all = last === undefined ? records : [...records, last]
        const wires = all.flatMap(({ wire }, index) =>
          index === 0 ? [wire] : [Buffer.from(lineEnd), wire],
        )
        const { replies, unparsed } = parseReplies(Buffer.concat(wires), { serialNumber: SN })
        const read = replies.map((reply) => [
          reply.commandId,
          reply.returnCode,
          reply.commandName,
          Object.entries(reply.fields),
          reply.content,
        ])
        expect(read).toEqual(all.map(({ said }) => said))
        expect(unparsed).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })
})
