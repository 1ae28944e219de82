// A megabyte of what is hardest to read is read in the end: a quadratic reader does not finish within
// a minute.
import { expect, it } from 'vitest'
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

const units = [
  ...['\t', '\n', '\r', ' ', '\0', '=', ',', 'a', 'é', '1\t2\t', '1\t2\n', 'x\n', 'USER ', 'a=\t'],
  ...['a=,', 'USER a=1\nb=2\n', 'b=2\n', 'OPLOG ', 'OPLOG 1\t2\t3\n', 'CMD=', 'CMD=\0'],
  ...['=,', ',a', ' =', '1\t2026-10-05 06:58:10\t0\t1\t0\t0\t0\n', '\r\n\0', 'a=1 ', '\t\n'],
]
function partsOf(body: Buffer, options: ParseUploadOptions): number {
  const { records, unparsed } = parseUpload(body, options)
  return expectNoOctetLost(body, [...records.map(({ raw }) => raw), ...unparsed])
}

it.each(units)('A megabyte of %j is read in the end', (unit) => {
  for (const options of GRAMMARS.slice(0, 4)) partsOf(Buffer.alloc(1 << 20, unit), options)
})

it('A body has no more parts than lines, except for what comes before options', () => {
  for (const unit of units) {
    const body = Buffer.alloc(1 << 14, unit)
    const lines = body.toString('latin1').split('\n').length
    for (const options of GRAMMARS) {
      expect(partsOf(body, options)).toBeLessThanOrEqual(2 * lines)
    }
  }
})
