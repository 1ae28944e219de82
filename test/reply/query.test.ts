import { describe, expect, it } from 'vitest'
import { hasReply, parseQuery } from '../../src/reply/query.js'

const MANY = 1000

/** The parsed replies, one line each; undefined if the query holds none. */
function said(query: string, body = '', encoding = 'utf-8'): string[] | undefined {
  const parsed = parseQuery(query, Buffer.from(body, 'latin1'), 'SN1', encoding, MANY)
  return (
    parsed && [
      ...parsed.replies.map((reply) => {
        const pairs = Object.entries(reply.fields).map(([key, value]) => ` ${key}=${value}`)
        const content = reply.content === undefined ? '' : ` <${reply.content}>`
        return `${reply.commandId} ${reply.returnCode} ${reply.commandName}${pairs.join('')}${content}`
      }),
      ...parsed.unparsed.map((line) => `unparsed ${line}`),
    ]
  )
}

const rawOf = (query: string, body = '') =>
  parseQuery(query, Buffer.from(body), 'SN1', 'utf-8', MANY)?.replies[0]?.raw.toString()

describe('A query that holds a whole reply', () => {
  it.each([
    ['SN=SN1&id=k7&return=-1002&cmd=DATA', 'k7 -1002 DATA'],
    ['RETURN=0&Cmd=CHECK&ID=9&sn=SN1', '9 0 CHECK'],
    ['SN=SN1&ID=9&Return=0', '9 0 '],
    ['SN=SN1&ID=9&Return=OK&CMD=CHECK', '9 null CHECK'],
    ['SN=SN1&ID=9&Return=0&CMD=DATA+UPDATE&a%3Db=%C3%A9+%25', '9 0 DATA UPDATE a=b=é %'],
    ['SN=SN1&ID=9&ID=8&Return=0&Return=1', '9 0 '],
    ['SN=SN1&ID=9%26ID%3D8%0AID=7&Return=0', '9 ID=8 ID=7 0 '],
    ['SN=SN1&ID=9&Return=0&CMD=x%ZZ', '9 0 x%ZZ'],
  ])('The query is one reply, URL-decoded: %s', (query, reply) => {
    expect(hasReply(query)).toBe(true)
    expect(said(query)).toEqual([reply])
    expect(rawOf(query)).toBe(query)
  })

  it('The query is read in the encoding of bodies', () => {
    expect(said('ID=1&Return=0&Name=%BF%BC', '', 'gb18030')).toEqual(['1 0  Name=考'])
  })

  it('The reply continues in the body', () => {
    const query = 'SN=SN1&ID=27&Return=0&CMD=INFO'
    expect(said(query, 'MAC=1&2\n~OS=3\n')).toEqual(['27 0 INFO MAC=1&2 ~OS=3'])
    expect(rawOf(query, 'MAC=1&2\n~OS=3\n')).toBe(`${query}\nMAC=1&2\n~OS=3`)
    expect(said('ID=1&Return=3&CMD=GetFile', 'Content=abc')).toEqual(['1 3 GetFile <abc>'])
    expect(said('ID=1&Return=1&CMD=DATA', 'PIN=7\tName=A')).toEqual(['1 1 DATA <PIN=7\tName=A>'])
  })

  it('Other lines of the body are unparsed', () => {
    expect(said('ID=1&Return=0&CMD=CHECK', 'what\n')).toEqual(['1 0 CHECK', 'unparsed what'])
    expect(rawOf('ID=1&Return=0&CMD=CHECK', 'what\n')).toBe('ID=1&Return=0&CMD=CHECK')
  })

  it.each(['ID=&Return=0&CMD=DATA', 'ID=%FF&Return=0'])(
    'A query without a valid id is unparsed: %s',
    (query) => {
      expect(said(query, 'what')).toEqual([`unparsed ${query}`, 'unparsed what'])
    },
  )
})

describe('A query that holds only the id', () => {
  it.each([
    ['Return=0&CMD=CHECK', '9 0 CHECK'],
    ['CMD=CHECK\nReturn=0\n', '9 0 CHECK'],
    ['return=3&cmd=GetFile&Content=abc', '9 3 GetFile <abc>'],
    ['Return=0&CMD=INFO\n~OS=1\nMAC=2', '9 0 INFO ~OS=1 MAC=2'],
  ])('The query and the body %j are one reply', (body, reply) => {
    expect(said('SN=SN1&ID=9&token=secret', body)).toEqual([reply])
    expect(hasReply('SN=SN1&ID=9&token=secret')).toBe(false)
    expect(rawOf('SN=SN1&ID=9', body)).toBe(`SN=SN1&ID=9\n${body.trimEnd()}`)
  })

  it.each(['', 'what', 'CMD=CHECK', 'Return', 'Foo=1&Return'])(
    'The query and the body %j are no reply',
    (body) => {
      expect(said('SN=SN1&ID=9&CMD=CHECK', body)).toBeUndefined()
    },
  )
})

it.each([
  'SN=SN1',
  '',
  'SN=SN1&token=x&Return=0',
  'SN=SN1&DeviceID=1&Return=0',
  'ID%5B%5D=1&Return=0',
])('A query without an id holds no reply: %j', (query) => {
  expect(hasReply(query)).toBe(false)
  expect(said(query, 'Return=0&CMD=CHECK')).toBeUndefined()
})
