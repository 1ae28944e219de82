// A megabyte of what is hardest to read is read as fast as a normal one: a quadratic reader does not
// end within the time of a test.
import { it } from 'vitest'
import { parseReplies } from '../../src/reply/parse.js'
import { expectNoOctetLost } from '../support/octets.js'

function expectAllRead(body: Buffer) {
  const { replies, unparsed } = parseReplies(body, { serialNumber: '0316144680030' })
  expectNoOctetLost(body, [...replies.map(({ raw }) => raw), ...unparsed])
}

it.each([
  ...['&', '\t', '=', '\n', '\r', ' ', 'a', '\0', 'ID=', 'ID=1\n', 'ID=1&', 'ID=1&CMD&', 'x\n'],
  ...['ID=1\nCMD=GetFile\n', 'ID=1\nReturn=0\n', 'ID=1&Return=0&CMD=GetFile&Content=', 'Content='],
  ...['ID=1\nReturn=0\nCMD=GetFile\nContent=', 'ID=1&Return=0&CMD=INFO\n', 'ID=1\nSN=\n', 'SN\n'],
])('A megabyte of %j is read in the end', (unit) => {
  expectAllRead(Buffer.alloc(1 << 20, unit))
})

it.each([
  ['ID=1&CMD&', 'ID=&'],
  ['ID=1&Return=0&CMD=INFO\n', 'ID=1\n'],
  ['ID=1&Return=0&CMD=INFO\n', 'ID=1\nSN=\n'],
  ['ID=1&Return=0&CMD=INFO\n', 'sn=1\n'],
])('%j and a megabyte of %j are read in the end', (head, unit) => {
  expectAllRead(Buffer.concat([Buffer.from(head), Buffer.alloc(1 << 20, unit)]))
})
