import { expect, it } from 'vitest'
import { parseUpload, personOf } from '../../src/index.js'

const LINES: [what: string, table: string, body: string, pin: string | undefined][] = [
  ['a punch', 'ATTLOG', '7\t2026-11-25 08:00:00\t0\t1', '7'],
  ['a user', 'OPERLOG', 'USER PIN=7\tName=Ada', '7'],
  ['an operation', 'OPERLOG', 'OPLOG 30\t0\t2026-11-25 08:00:00\t7\t0\t0\t0', '7'],
  ['an operation on nobody', 'OPERLOG', 'OPLOG 4\t0\t2026-11-25 08:00:00\t0\t0\t0\t0', undefined],
  ['a photo', 'ATTPHOTO', 'PIN=20261125080000-7.jpg\nSN=A\nsize=3\nCMD=uploadphoto\0abc', '7'],
  ['a photo of nobody', 'ATTPHOTO', 'PIN=20261125080000.jpg\nSN=A\nsize=3\nCMD=x\0abc', undefined],
]
const ROWS: typeof LINES = [
  ['a user of a door', 'user', 'user pin=7\tname=Ada', '7'],
  ['a photo of a door', 'ATTPHOTO', 'pin=20261125080000-7.jpg\tsn=A\tsize=4\tphoto=YWJj', '7'],
  ['a photo with a bare PIN', 'ATTPHOTO', 'pin=7\tsn=A\tsize=4\tphoto=YWJj', '7'],
  ['nobody on a door', 'ATTPHOTO', 'pin=20261125080000.jpg\tsn=A\tsize=4\tphoto=YWJj', undefined],
]

it.each(LINES)('The person whom %s is about is found', (_, table, body, pin) => {
  const { records } = parseUpload(Buffer.from(body), { table })
  expect(records.map(personOf)).toEqual([pin])
})

it.each(ROWS)('The person whom a row says %s is about is found', (_, tableName, body, pin) => {
  const about = { table: 'tabledata', tableName, query: {} }
  expect(parseUpload(Buffer.from(body), about).records.map(personOf)).toEqual([pin])
})
