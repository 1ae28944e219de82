import { describe, expect, it } from 'vitest'
import { joinPackets, packetOf } from '../../src/upload/packet.js'
import type { PacketRecord } from '../../src/upload/upload.js'

const body = Buffer.from('x')
const packet = (index: number, raw: string | Buffer, count = 2, table = 'user'): PacketRecord => {
  return { kind: 'packet', type: 'packet', table, index, count, raw: Buffer.from(raw as string) }
}

describe('An upload as a packet', () => {
  it('An upload is a packet if it is one of several, and names its command', () => {
    const upload = { packet: { index: 2, count: 3 }, commandId: '7', body }
    expect(packetOf(upload, 'user')).toEqual({ ...packet(2, 'x', 3), lines: 0, raw: body })
    expect(packetOf({ packet: upload.packet, body }, 'user')).toBeUndefined()
    expect(packetOf({ commandId: '7', body }, 'user')).toBeUndefined()
  })

  it.each([
    ['a\nb\nc', 2, 3],
    ['a\r\nb\n', 2, 2],
    ['', 0, 0],
    ['no end', 0, 1],
    ['a\0b\n', undefined, undefined],
  ])(
    'The line ends of %j are counted, and the end of the last packet is one',
    (text, within, last) => {
      const linesAt = (index: number) => {
        const upload = { packet: { index, count: 2 }, commandId: '7', body: Buffer.from(text) }
        return packetOf(upload, 'user')?.lines
      }
      expect([linesAt(1), linesAt(2)]).toEqual([within, last])
    },
  )

  it.each([
    [1, 1],
    [0, 2],
    [3, 2],
    [1, 0],
    [1, 1001],
  ])('An upload is whole if it is number %d of %d', (index, count) => {
    expect(packetOf({ packet: { index, count }, commandId: '7', body }, 'user')).toBeUndefined()
  })
})

describe('Packets', () => {
  const set = { table: 'user', count: 2, maxBytes: 10 }
  const joined = async (...packets: PacketRecord[]) => {
    return (await joinPackets(packets, set))?.toString()
  }

  it('Packets are joined', async () => {
    expect(await joined(packet(1, 'A'), packet(2, 'B'))).toBe('AB')
    expect(await joined()).toBeUndefined()
  })

  it('Packets that storage only counted are their number of bytes', async () => {
    expect(await joinPackets(11, set)).toBe(11)
  })

  it.each<[string, unknown]>([
    ['too few', [packet(1, 'A')]],
    ['one twice', [packet(1, 'A'), packet(1, 'A')]],
    ['those of another count', [packet(1, 'A'), packet(2, 'B', 3)]],
    ['those of another table', [packet(1, 'A'), packet(2, 'B', 2, 'biodata')]],
    ['another order', [packet(2, 'B'), packet(1, 'A')]],
    ['more bytes than asked for', [packet(1, 'A'), packet(2, 'B'.repeat(10))]],
    ['a number of bytes that was allowed', 10],
    ['the result of a query', { rows: [] }],
  ])('Storage that finds %s is told what was expected', async (_what, found) => {
    await expect(joinPackets(found as PacketRecord[], set)).rejects.toThrow(
      expect.objectContaining({ code: 'STORAGE_MISMATCH' }),
    )
  })
})
