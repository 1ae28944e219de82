import { describe, expect, it } from 'vitest'
import { fieldOf } from '../../src/upload/fields.js'
import { parseUpload } from '../../src/upload/parse.js'

/** The parsed records, one line each, so that a test shows them at a glance. */
function said(body: string, table = 'OPERLOG', tableName?: string): string[] {
  const options = tableName === undefined ? { table } : { table, tableName }
  const { records, unparsed } = parseUpload(Buffer.from(body, 'latin1'), options)
  return [
    ...records.map((record) => {
      if (record.kind === 'operation') {
        const { operation, admin, time, parameters } = record
        return `oplog ${[operation, admin, time, ...parameters].join('|')}`
      }
      if (record.kind !== 'fields') return record.kind
      const pairs = Object.entries(record.fields).map(([key, value]) => `${key}=${value}`)
      return `${record.type} ${pairs.join('|')}`
    }),
    ...unparsed.map((line) => `unparsed ${line.toString('latin1')}`),
  ]
}

describe('A line of pairs', () => {
  it('A line has its keyword as type, or else its table', () => {
    expect(said('USER PIN=1\tName=A\nFP PIN=1\tFID=0')).toEqual([
      'user PIN=1|Name=A',
      'fp PIN=1|FID=0',
    ])
    expect(said('PIN=1\tName=A', 'USERINFO')).toEqual(['userinfo PIN=1|Name=A'])
    expect(said('pin=1\tname=A', 'tabledata', 'User')).toEqual(['user pin=1|name=A'])
    expect(said('pin=1', 'whatever')).toEqual(['whatever pin=1'])
  })

  it('A keyword may end with a TAB, if it is the table or one that terminals send', () => {
    expect(said('USER\tPIN=1\nfp \tPIN=1\nOPLOG\t4\t0\t2026-10-05 06:58:10\t7')).toEqual([
      'user PIN=1',
      'fp PIN=1',
      'oplog 4|0|2026-10-05 06:58:10|7',
    ])
    expect(said('Extra\tpin=1', 'extra')).toEqual(['extra pin=1'])
    expect(said('userpic\tpin=7\tfilename=7 a.jpg', 'tabledata', 'userpic')).toEqual([
      'userpic pin=7|filename=7 a.jpg',
    ])
  })

  it('A line is divided only by TAB, and at the first =', () => {
    expect(said('USER PIN=1\tName=A B, C=D&E\tTMP=ab==')).toEqual([
      'user PIN=1|Name=A B, C=D&E|TMP=ab==',
    ])
  })

  it('A line keeps the blanks of a value, and none around a key', () => {
    expect(said('USER  PIN =1\t Name = A \t')).toEqual(['user PIN=1|Name= A '])
  })

  it('A pair without = has an empty value', () => {
    expect(said('USER PIN=1\tdisabled\tName=')).toEqual(['user PIN=1|disabled=|Name='])
  })

  it('A repeated key counts once: the first one', () => {
    expect(said('USER PIN=1\tPIN=2\tPin=3')).toEqual(['user PIN=1|Pin=3'])
  })

  it('Hostile keys stay keys', () => {
    const [record] = parseUpload(Buffer.from('USER __proto__=x\tconstructor=y\t$set=1')).records
    expect(Object.getPrototypeOf(record?.kind === 'fields' && record.fields)).toBeNull()
    expect(said('USER __proto__=x\tconstructor=y\t$set=1')).toEqual([
      'user __proto__=x|constructor=y|$set=1',
    ])
  })

  it.each([
    'total garbage',
    'USER',
    'USER PIN',
    'USER =1',
    '=1',
    'a sentence with a = in it',
    'SHIFT\tPIN=1',
    '\tUSER\tPIN=1',
    `USER ${'k=v\t'.repeat(1001)}`,
    `${'K'.repeat(33)} PIN=1`,
  ])('An invalid line is stored as it is: %j', (line) => {
    expect(said(`USER PIN=1\n${line}\nUSER PIN=2`)).toEqual([
      'user PIN=1',
      'user PIN=2',
      `unparsed ${line}`,
    ])
  })

  it('One line without a keyword may continue a line', () => {
    expect(
      said('biophoto pin=2\tsize=4\n\ncontent=ab==\ncontent=cd==', 'tabledata', 'biophoto'),
    ).toEqual(['biophoto pin=2|size=4|content=ab==', 'biophoto content=cd=='])
    const body = Buffer.from('user pin=2\r\ncontent=ab\r\n')
    const [record] = parseUpload(body, { table: 'tabledata', tableName: 'user' }).records
    expect(record?.raw.toString()).toBe('user pin=2\r\ncontent=ab')
  })

  it('A line is not continued by one that has the same key, or across another line', () => {
    expect(said('user pin=2\npin=3\nname=x', 'tabledata', 'user')).toEqual([
      'user pin=2',
      'user pin=3',
      'user name=x',
    ])
    expect(said('user pin=2\ngarbage\nname=x', 'tabledata', 'user')).toEqual([
      'user pin=2',
      'user name=x',
      'unparsed garbage',
    ])
  })

  it('A line is its own record wherever lines have no keyword', () => {
    expect(said('time=1\tpin=1\ntime=2\tsensor=1', 'rtlog')).toEqual([
      'rtlog time=1|pin=1',
      'rtlog time=2|sensor=1',
    ])
  })
})

describe('An operation', () => {
  it('An operation has columns', () => {
    expect(said('OPLOG 4\t14\t2015-07-30 10:22:34\t0\t0\t0\t0')).toEqual([
      'oplog 4|14|2015-07-30 10:22:34|0|0|0|0',
    ])
    expect(said('OPLOG 5\t0\t289503453\tDHCP')).toEqual(['oplog 5|0|289503453|DHCP'])
  })

  it.each(['OPLOG 4', 'OPLOG 4\t14', 'OPLOG \t14\t2015-07-30 10:22:34', 'OPLOG 4\t14\t'])(
    'An operation without its number and its time is invalid: %j',
    (line) => expect(said(line)).toEqual([`unparsed ${line}`]),
  )
})

describe('Options', () => {
  const options = (body: string) => said(body, 'options')

  it('A pair of options may have a colon, if it has no blank', () => {
    expect(options('AuxInCount=1,AuxOutCount:0,C=3')).toEqual([
      'options AuxInCount=1|AuxOutCount=0|C=3',
    ])
    expect(options('A:1,B:')).toEqual(['options A=1|B='])
    expect(options('A=1, B:2,C=http,http://x,12:30,a:b:c')).toEqual([
      'options A=1, B:2|C=http,http://x,12:30,a:b:c',
    ])
  })

  it('Options may come a line each', () => {
    expect(options('UserCount=3\r\nFpCount:3\r\n')).toEqual([
      'options UserCount=3',
      'options FpCount=3',
    ])
  })

  it('Options are divided by commas', () => {
    expect(options('~DeviceName=X,MAC=00:17,UserCount=')).toEqual([
      'options ~DeviceName=X|MAC=00:17|UserCount=',
    ])
  })

  it('A value of an option may contain commas', () => {
    expect(options('A=ZK Co., Ltd.,B=1, 2,C=3')).toEqual(['options A=ZK Co., Ltd.|B=1, 2|C=3'])
  })

  it('Whatever comes before the first option is left out', () => {
    expect(options('~DeviceName X,y,A=1')).toEqual(['options A=1', 'unparsed ~DeviceName X,y'])
  })

  it('Options may end with a comma', () => expect(options('A=1,B=2,')).toEqual(['options A=1|B=2']))

  it('A line with no options, or too many, is stored as it is', () => {
    expect(options('nothing')).toEqual(['unparsed nothing'])
    const many = Array.from({ length: 1001 }, (_, index) => `k${index}=v`).join(',')
    expect(options(many)).toEqual([`unparsed ${many}`])
  })
})

describe('fieldOf', () => {
  it('fieldOf finds a field in any letter case, the exact one first', () => {
    expect(fieldOf({ PIN: '1' }, 'pin')).toBe('1')
    expect(fieldOf({ PIN: '1', pin: '2' }, 'pin')).toBe('2')
    expect(fieldOf({ Pin: '' }, 'PIN')).toBe('')
    expect(fieldOf({ Name: 'A' }, 'pin')).toBeUndefined()
  })
})
