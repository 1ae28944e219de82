import { describe, expect, it } from 'vitest'
import { Target } from '../../src/endpoint/query.js'
import { readQuery } from '../../src/upload/query.js'

const said = (text: string) => {
  const { query: _, ...read } = readQuery(new Target(`?${text}`))
  return read
}

describe('The query of an upload', () => {
  it.each([
    ['SN=1&table=ATTLOG&Stamp=9999', { table: 'ATTLOG', stamp: '9999' }],
    ['SN=1&OpStamp=7', { stamp: '7' }],
    ['sn=1&TABLE=attlog&PHOTOSTAMP=7', { table: 'attlog', stamp: '7' }],
    [
      'SN=1&table=tabledata&tablename=user&count=3',
      { table: 'tabledata', tableName: 'user', count: 3 },
    ],
    [
      'SN=1&type=tabledata&type=tabledata&cmdid=7&tablename=user&count=1&packcnt=2&packidx=1',
      {
        table: 'tabledata',
        tableName: 'user',
        commandId: '7',
        count: 1,
        packet: { index: 1, count: 2 },
      },
    ],
    ['SN=1&table=ATTLOG&PackCnt=1', { table: 'ATTLOG' }],
  ])('%s is read as %j', (text, read) => expect(said(text)).toEqual(read))

  it.each([
    'Stamp=9999%0AX=1',
    'Stamp=-1',
    'Stamp=',
    'table=a%0Ab',
    'table=',
    `tablename=${'x'.repeat(65)}`,
    'cmdid=a%20b',
    'count=-1',
    'count=1e3',
    'packidx=x&packcnt=2',
  ])('%s has a query and nothing else', (text) => expect(said(text)).toEqual({}))

  it('The query is stored as sent, without the serial number and without a prototype', () => {
    const { query } = readQuery(new Target('?SN=1&FPImage=/a.bmp&PIN=9&pin=8&__proto__=x'))
    expect(Object.getPrototypeOf(query)).toBeNull()
    expect(Object.entries(query)).toEqual([
      ['FPImage', '/a.bmp'],
      ['PIN', '9'],
      ['__proto__', 'x'],
    ])
  })

  it('A query with many members costs little', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `k${index}=`).join('&')
    expect(Object.keys(readQuery(new Target(`?${many}`)).query)).toHaveLength(50_000)
  })
})
