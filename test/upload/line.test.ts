import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lineKey } from '../../src/upload/line.js'
import type { UploadRecord } from '../../src/upload/upload.js'

const SN = '0316144680030'
const record = (type: string, raw: string | Buffer): UploadRecord => {
  return { kind: 'fields', type, fields: {}, raw: Buffer.from(raw as string, 'latin1') }
}
const attendance = (raw: string) => {
  const { fields: _, ...line } = { ...record('attlog', raw), fields: {} }
  return line as UploadRecord
}

it('A line that comes again has the same key', () => {
  const line = record('user', 'USER PIN=1')
  expect(lineKey({ serialNumber: SN }, line)).toBe(
    lineKey({ serialNumber: SN }, { ...line, raw: Buffer.from(line.raw) }),
  )
})

it('Terminals, types and lines are told apart', () => {
  const keys = [
    lineKey({ serialNumber: SN }, record('user', 'PIN=1')),
    lineKey({ serialNumber: 'other' }, record('user', 'PIN=1')),
    lineKey({ serialNumber: SN }, record('userinfo', 'PIN=1')),
    lineKey({ serialNumber: SN }, record('user', 'pin=1')),
    lineKey({ serialNumber: SN }, Buffer.from('PIN=1')),
    lineKey({ serialNumber: SN, commandId: 'a' }, record('user', 'PIN=1')),
    lineKey({ serialNumber: SN, commandId: 'b' }, record('user', 'PIN=1')),
  ]
  expect(new Set(keys).size).toBe(keys.length)
})

it('Attendance has the same key, whether the terminal was asked for it or not', () => {
  const line = attendance('1\t2026-10-05 06:58:10\t0\t1')
  expect(lineKey({ serialNumber: SN, commandId: '9' }, line)).toBe(
    lineKey({ serialNumber: SN }, line),
  )
})

it('The key of a packet includes its place among the packets', () => {
  const packet = (table: string, index: number, count = 2): UploadRecord => {
    return { kind: 'packet', type: 'packet', table, index, count, raw: Buffer.from('same') }
  }
  const packets = [packet('user', 1), packet('user', 2), packet('user', 1, 3), packet('fp', 1)]
  const keys = packets.map((line) => lineKey({ serialNumber: SN, commandId: '7' }, line))
  expect(new Set(keys).size).toBe(keys.length)
})

it('A long line has a short key, which depends on its last octet', () => {
  const long = lineKey({ serialNumber: SN }, record('biophoto', `${'x'.repeat(100_000)}a`))
  expect(long.length).toBeLessThan(200)
  expect(long).not.toBe(
    lineKey({ serialNumber: SN }, record('biophoto', `${'x'.repeat(100_000)}b`)),
  )
})

it('A line of octets that JSON escapes has a short key, never equal to the hash of another line', () => {
  const escaped = Buffer.alloc(300, 1)
  expect(lineKey({ serialNumber: SN }, escaped).length).toBeLessThanOrEqual(400)
  const [hash] = [JSON.parse(lineKey({ serialNumber: SN }, escaped)).at(-1)].flat()
  expect(lineKey({ serialNumber: SN }, Buffer.from(hash))).not.toBe(
    lineKey({ serialNumber: SN }, escaped),
  )
})

it('Only equal octets have the same key, whatever they are', () => {
  const octets = fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(octets, octets, (one, other) => {
      const key = lineKey({ serialNumber: SN }, one)
      expect(key.length).toBeLessThanOrEqual(400)
      expect(key).toBe(lineKey({ serialNumber: SN }, Buffer.from(one)))
      if (!one.equals(other)) expect(key).not.toBe(lineKey({ serialNumber: SN }, other))
    }),
    { numRuns: 300 },
  )
})
