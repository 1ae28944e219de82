import { expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'

it('A caller that changes what it gave or found changes nothing in storage', () => {
  const adapter = memoryAdapter()
  const stamps = { ATTLOG: '1' }
  adapter.onContact({ serialNumber: 'A', at: new Date(0), kind: 'upload', stamps })
  stamps.ATTLOG = '2'
  const found = adapter.findTerminal('A')
  Object.assign(found?.stamps ?? {}, { ATTLOG: '3' })
  Object.assign(adapter.listTerminals({}).rows[0] ?? {}, { serialNumber: 'B' })
  expect(adapter.findTerminal('A')).toEqual({
    serialNumber: 'A',
    firstSeenAt: new Date(0),
    lastSeenAt: new Date(0),
    stamps: { ATTLOG: '1' },
  })
})

it('The later of two contacts is stored, and the earlier of two first ones, whichever comes first', () => {
  const adapter = memoryAdapter()
  for (const second of [5, 9, 1]) {
    const at = new Date(second * 1000)
    adapter.onContact({ serialNumber: 'A', at, kind: 'poll', options: { [`at${second}`]: 'x' } })
  }
  expect(adapter.findTerminal('A')).toEqual({
    serialNumber: 'A',
    firstSeenAt: new Date(1000),
    lastSeenAt: new Date(9000),
    options: { at5: 'x', at9: 'x', at1: 'x' },
  })
})

it('Terminals are listed by serial number', () => {
  const adapter = memoryAdapter()
  for (const serialNumber of ['b', 'B', '10', '9']) {
    adapter.onContact({ serialNumber, at: new Date(), kind: 'ping' })
  }
  const { rows } = adapter.listTerminals({})
  expect(rows.map(({ serialNumber }) => serialNumber)).toEqual(['10', '9', 'B', 'b'])
  expect(adapter.findTerminal('c')).toBeUndefined()
})
