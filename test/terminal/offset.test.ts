import { describe, expect, it } from 'vitest'
import { offsetAt } from '../../src/endpoint/time-zone.js'
import { memoryAdapter } from '../../src/index.js'
import { offsetWatch } from '../../src/terminal/offset.js'
import type { TerminalFacts } from '../../src/terminal/storage.js'

const turns = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done))
}
const BEFORE = new Date('2026-03-29T00:59:00Z')
const AFTER = new Date('2026-03-29T01:00:00Z')
const AUTUMN = new Date('2026-10-25T01:00:00Z')

/** A watch over one terminal in Berlin, and its renewals. */
function watching(facts: TerminalFacts, limit?: number) {
  const adapter = memoryAdapter()
  const tell = (told: TerminalFacts, serialNumber = 'A') =>
    adapter.onContact({ serialNumber, at: new Date(), kind: 'handshake', ...told })
  tell(facts)
  const renewed: string[] = []
  let lookUps = 0
  const watch = offsetWatch(
    {
      adapter: {
        findTerminal(serialNumber) {
          lookUps++
          return adapter.findTerminal(serialNumber)
        },
      },
      offsetOf: (_serialNumber, at) => offsetAt('Europe/Berlin', at),
      renew: (serialNumber) => renewed.push(serialNumber),
      ...(limit !== undefined && { limit }),
    },
    {},
  )
  const poll = async (at: Date, serialNumber = 'A') => {
    watch(serialNumber, at)
    await turns()
  }
  return { poll, tell, renewed, lookUps: () => lookUps }
}

describe('A terminal that was sent its offset before a change', () => {
  it('The terminal repeats its handshake after the change, once', async () => {
    const { poll, renewed, lookUps } = watching({ utcOffset: 60 })
    for (let time = 0; time < 3; time++) await poll(BEFORE)
    expect(renewed).toEqual([])
    for (let time = 0; time < 3; time++) await poll(AFTER)
    expect(renewed).toEqual(['A'])
    expect(lookUps()).toBe(2)
  })

  it('The terminal repeats its handshake after the next change as well', async () => {
    const { poll, tell, renewed } = watching({ utcOffset: 60 })
    await poll(BEFORE)
    await poll(AFTER)
    tell({ utcOffset: 120 })
    await poll(AFTER)
    await poll(AUTUMN)
    expect(renewed).toEqual(['A', 'A'])
  })

  it('The terminal repeats its handshake if this process first sees it after the change', async () => {
    const { poll, renewed } = watching({ utcOffset: 60 })
    await poll(AFTER)
    expect(renewed).toEqual(['A'])
  })

  it('The terminal does not repeat its handshake if it has done so with another process', async () => {
    const { poll, tell, renewed } = watching({ utcOffset: 60 })
    await poll(BEFORE)
    tell({ utcOffset: 120 })
    await poll(AFTER)
    expect(renewed).toEqual([])
  })
})

it.each([
  ['a terminal that is not known', {}],
  ['a terminal that was told nothing', { family: 'attendance' }],
  ['an access terminal', { family: 'access', utcOffset: 60 }],
] as [string, TerminalFacts][])('No new handshake is requested from %s', async (_, facts) => {
  const { poll, renewed } = watching(facts)
  await poll(AFTER)
  expect(renewed).toEqual([])
})

it('The map of terminals is bounded', async () => {
  const { poll, tell, lookUps } = watching({ utcOffset: 60 }, 1)
  tell({ utcOffset: 60 }, 'B')
  for (const serialNumber of ['A', 'B', 'A', 'A']) await poll(BEFORE, serialNumber)
  expect(lookUps()).toBe(3)
})

it('A failure of storage is harmless, and the next poll tries again', async () => {
  const errors: unknown[] = []
  const failure = new Error('no disk')
  const watch = offsetWatch(
    {
      adapter: { findTerminal: () => Promise.reject(failure) },
      offsetOf: () => 60,
      renew: () => {},
    },
    { onError: (error) => errors.push(error) },
  )
  for (let poll = 0; poll < 2; poll++) {
    expect(() => watch('A', AFTER)).not.toThrow()
    await turns()
  }
  expect(errors).toEqual([failure, failure])
})
