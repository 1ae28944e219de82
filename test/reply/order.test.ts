import { describe, expect, it } from 'vitest'
import { parseReplies } from '../../src/reply/parse.js'

/** Each reply as its id, code and command; unparsed lines as text. */
function said(body: string): unknown[] {
  const { replies, unparsed } = parseReplies(Buffer.from(body), { serialNumber: 'A' })
  return [
    ...replies.map(({ commandId, returnCode, commandName }) => [
      commandId,
      returnCode,
      commandName,
    ]),
    ...unparsed.map(String),
  ]
}

describe('A record whose ID is not first', () => {
  it.each([
    'CMD=DATA&ID=x&Return=0',
    'Return=0&ID=x&CMD=DATA',
    'cmd=DATA\treturn=0\tid=x',
    'SN=B&Return=0&CMD=DATA&ID=x',
  ])('A record is read in the order %j', (line) =>
    expect(said(`${line}\r\n`)).toEqual([['x', 0, 'DATA']]),
  )

  it('A record keeps its bytes and its other pairs, between other records', () => {
    const body = Buffer.from(
      'ID=1&Return=0&CMD=CHECK\nCMD=DATA&ID=2&Return=3&Extra=y\nID=3&Return=0\n',
    )
    const { replies, unparsed } = parseReplies(body, { serialNumber: 'A' })
    expect(replies.map(({ raw }) => raw.toString())).toEqual([
      'ID=1&Return=0&CMD=CHECK',
      'CMD=DATA&ID=2&Return=3&Extra=y',
      'ID=3&Return=0',
    ])
    expect(replies[1]?.fields).toEqual({ Extra: 'y' })
    expect(unparsed).toEqual([])
  })

  it.each([
    'CMD=DATA&ID=x',
    'CMD=DATA&Return=0',
    'CMD=DATA&ID=x&ID=y&Return=0',
    'Other=1&ID=x&Return=0',
    'CMD=DATA&ID=&Return=0',
  ])('A line without one ID and a Return is unparsed: %j', (line) => {
    expect(said(line)).toEqual([line])
  })

  it('An option of INFO, and a line of a content, is none', () => {
    expect(said('ID=1&Return=0&CMD=INFO\nSN=a&ID=2&Return=0\n')).toEqual([['1', 0, 'INFO']])
    const shell = 'ID=1\nCMD=Shell\nReturn=0\nContent=CMD=DATA&ID=2&Return=0\n'
    expect(said(shell)).toEqual([['1', 0, 'Shell']])
  })
})
