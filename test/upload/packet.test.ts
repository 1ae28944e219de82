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
    expect(packetOf(upload, 'user')).toEqual({ ...packet(2, 'x', 3), raw: body })
    expect(packetOf({ packet: upload.packet, body }, 'user')).toBeUndefined()
    expect(packetOf({ commandId: '7', body }, 'user')).toBeUndefined()
  })

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
  const joined = (...packets: PacketRecord[]) => {
    return joinPackets(packets, { table: 'user', count: 2 })?.toString()
  }

  it('Packets are joined in the order of their numbers', () => {
    expect(joined(packet(2, 'B'), packet(1, 'A'))).toBe('AB')
  })

  it('Packets are not joined while one is missing', () => {
    expect(joined()).toBeUndefined()
    expect(joined(packet(1, 'A'), packet(1, 'A'))).toBeUndefined()
    expect(joined(packet(1, 'A'), packet(2, 'B', 3))).toBeUndefined()
    expect(joined(packet(1, 'A'), packet(2, 'B', 2, 'biodata'))).toBeUndefined()
  })

  it('The last packet of each number counts', () => {
    expect(joined(packet(1, 'A'), packet(2, 'B'), packet(1, 'C'))).toBe('CB')
  })

  it('Packets of more than 64 MB are not joined', () => {
    const raw = Buffer.alloc(32 * 1024 * 1024)
    const halves = [1, 2].map((index) => ({ ...packet(index, ''), raw }))
    expect(joinPackets(halves, { table: 'user', count: 2 })).toHaveLength(2 * raw.length)
    const more = [...halves.slice(0, 1), { ...packet(2, ''), raw: Buffer.alloc(raw.length + 1) }]
    expect(joinPackets(more, { table: 'user', count: 2 })).toBeUndefined()
  })
})
