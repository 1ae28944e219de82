import { expect, it } from 'vitest'
import { isOnline } from '../../src/index.js'

const lastSeenAt = new Date('2026-10-05T06:58:10Z')
const at = (ms: number) => new Date(lastSeenAt.getTime() + ms)

it.each([
  [0, true],
  [300_000, true],
  [300_001, false],
  [-300_000, true],
  [-31_536_000_000, false],
])('A terminal that was seen %i ms ago is online: %s', (ms, expected) => {
  expect(isOnline({ lastSeenAt }, { now: at(ms) })).toBe(expected)
})

it('The time may be longer or shorter, and now is the default', () => {
  expect(isOnline({ lastSeenAt }, { now: at(1001), silentAfter: 1000 })).toBe(false)
  expect(isOnline({ lastSeenAt }, { now: at(400_000), silentAfter: 400_000 })).toBe(true)
  expect(isOnline({ lastSeenAt: new Date() })).toBe(true)
  expect(isOnline({ lastSeenAt: new Date(0) })).toBe(false)
})

it('Wrong options are refused', () => {
  expect(() => isOnline({ lastSeenAt }, { silentAfter: 0 })).toThrow('silentAfter')
  expect(() => isOnline({ lastSeenAt }, { since: 1 } as never)).toThrow('since')
})
