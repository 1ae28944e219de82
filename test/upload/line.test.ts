import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lineKey } from '../../src/upload/line.js'
import type { UploadRecord } from '../../src/upload/upload.js'

const OF = { serialNumber: '0316144680030', query: {} }
const record = (type: string, raw: string | Buffer): UploadRecord => {
  return { kind: 'fields', type, fields: {}, raw: Buffer.from(raw as string, 'latin1') }
}
const attendance = (raw: string) => {
  const { fields: _, ...line } = { ...record('attlog', raw), fields: {} }
  return line as UploadRecord
}

it('A line that comes again has the same key', () => {
  const line = record('user', 'USER PIN=1')
  expect(lineKey({ ...OF }, line)).toBe(lineKey({ ...OF }, { ...line, raw: Buffer.from(line.raw) }))
})

it('Terminals, types and lines are told apart', () => {
  const keys = [
    lineKey({ ...OF }, record('user', 'PIN=1')),
    lineKey({ ...OF, serialNumber: 'other' }, record('user', 'PIN=1')),
    lineKey({ ...OF }, record('userinfo', 'PIN=1')),
    lineKey({ ...OF }, record('user', 'pin=1')),
    lineKey({ ...OF }, Buffer.from('PIN=1')),
    lineKey({ ...OF, commandId: 'a' }, record('user', 'PIN=1')),
    lineKey({ ...OF, commandId: 'b' }, record('user', 'PIN=1')),
  ]
  expect(new Set(keys).size).toBe(keys.length)
})

it('Unparsed lines of several tables are told apart, and from records', () => {
  const garbage = Buffer.from('garbage')
  const tables = ['ATTLOG', 'OPERLOG', 'BIODATA'].map((table) => ({ ...OF, table }))
  const rows = { ...OF, table: 'tabledata', tableName: 'biodata_' }
  const keys = [
    ...[...tables, rows, OF].map((upload) => lineKey(upload, garbage)),
    lineKey({ ...OF, table: 'tabledata' }, garbage),
    lineKey(OF, record('', 'garbage')),
    lineKey({ ...OF, table: 'user' }, record('user', 'garbage')),
    lineKey({ ...OF, table: 'user' }, garbage),
  ]
  expect(new Set(keys).size).toBe(keys.length)
})

it('The key of an unparsed line has its table, however that is named', () => {
  const garbage = Buffer.from('garbage')
  const old = lineKey({ ...OF, query: { Stamp: '1' } }, garbage)
  expect(lineKey({ ...OF, table: 'ATTLOG' }, garbage)).toBe(old)
  expect(lineKey({ ...OF, table: 'attlog', commandId: '9' }, garbage)).toBe(old)
})

it('The same picture of two people is two files, and one however far the terminal has sent', () => {
  const bytes = Buffer.from('the same picture')
  const file = (fields: Record<string, string>): UploadRecord => {
    const record = { kind: 'file', type: '', fields, content: bytes, raw: bytes } as const
    return { ...record, sizeMatches: true }
  }
  const [one, other] = [lineKey(OF, file({ PIN: '1' })), lineKey(OF, file({ PIN: '2' }))]
  expect(one).not.toBe(other)
  expect(lineKey(OF, file({ PIN: '1', Stamp: '7' }))).toBe(one)
})

it('Attendance has the same key, whether the terminal was asked for it or not', () => {
  const line = attendance('1\t2026-10-05 06:58:10\t0\t1')
  expect(lineKey({ ...OF, commandId: '9' }, line)).toBe(lineKey({ ...OF }, line))
})

it('The key of a packet includes its place among the packets', () => {
  const packet = (table: string, index: number, count = 2): UploadRecord => {
    return { kind: 'packet', type: 'packet', table, index, count, raw: Buffer.from('same') }
  }
  const packets = [packet('user', 1), packet('user', 2), packet('user', 1, 3), packet('fp', 1)]
  const keys = packets.map((line) => lineKey({ ...OF, commandId: '7' }, line))
  expect(new Set(keys).size).toBe(keys.length)
})

it('A long line has a short key, which depends on its last octet', () => {
  const long = lineKey({ ...OF }, record('biophoto', `${'x'.repeat(100_000)}a`))
  expect(long.length).toBeLessThan(200)
  expect(long).not.toBe(lineKey({ ...OF }, record('biophoto', `${'x'.repeat(100_000)}b`)))
})

it('A line of octets that JSON escapes has a short key, never equal to the hash of another line', () => {
  const escaped = Buffer.alloc(300, 1)
  expect(lineKey({ ...OF }, escaped).length).toBeLessThanOrEqual(400)
  const [hash] = [JSON.parse(lineKey({ ...OF }, escaped)).at(-1)].flat()
  expect(lineKey({ ...OF }, Buffer.from(hash))).not.toBe(lineKey({ ...OF }, escaped))
})

it('Only equal octets have the same key, whatever they are', () => {
  const octets = fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(octets, octets, (one, other) => {
      const key = lineKey({ ...OF }, one)
      expect(key.length).toBeLessThanOrEqual(400)
      expect(key).toBe(lineKey({ ...OF }, Buffer.from(one)))
      if (!one.equals(other)) expect(key).not.toBe(lineKey({ ...OF }, other))
    }),
    { numRuns: 300 },
  )
})
