import { expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'
import type { RosterRow } from '../../src/roster.js'

const HOUR = 60 * 60_000

function row(pin: string, version: string, more: Partial<RosterRow> = {}): RosterRow {
  const changedAt = new Date('2026-11-01')
  const basics = { serialNumber: 'A', state: 'waiting', commandIds: [], content: '{}' }
  return { ...basics, pin, version, changedAt, ...more }
}

it('A row is written only over the version that the writer has seen', () => {
  const adapter = memoryAdapter()
  expect(adapter.writeRoster([{ row: row('7', 'a') }])).toEqual([true])
  expect(
    adapter.writeRoster([
      { row: row('7', 'b') },
      { row: row('8', 'b'), replaces: 'a' },
      { row: row('9', 'b') },
    ]),
  ).toEqual([false, false, true])
  expect(adapter.writeRoster([{ row: row('7', 'c'), replaces: 'b' }])).toEqual([false])
  expect(adapter.writeRoster([{ row: row('7', 'd'), replaces: 'a' }])).toEqual([true])
  expect(adapter.findRoster('A', ['7', '7', '8'])).toEqual([row('7', 'd')])
})

it('Rows are listed by terminal and PIN, in pages', () => {
  const adapter = memoryAdapter()
  const places = [
    ['B', '1'],
    ['A', '9'],
    ['A', '10'],
    ['A', ''],
  ] as const
  adapter.writeRoster(
    places.map(([serialNumber, pin], at) => ({ row: row(pin, `${at}`, { serialNumber }) })),
  )
  const first = adapter.listRoster({ limit: 3 })
  expect(first.rows.map(({ pin }) => pin)).toEqual(['', '10', '9'])
  const rest = adapter.listRoster({ limit: 3, after: first.next as string })
  expect(rest).toEqual({ rows: [row('1', '0', { serialNumber: 'B' })] })
  expect(adapter.listRoster({ serialNumber: 'A', pin: '9', state: ['waiting'] }).rows).toHaveLength(
    1,
  )
  expect(adapter.listRoster({ state: [] }).rows).toEqual([])
  expect(() => adapter.listRoster({ pni: '9' } as object)).toThrow('there is no option "pni"')
})

it('Rows are counted by state, and by when their people were removed', () => {
  const adapter = memoryAdapter()
  const removedAt = new Date('2026-11-02')
  adapter.writeRoster([
    { row: row('1', 'a') },
    { row: row('2', 'a', { state: 'removing', removedAt }) },
    { row: row('3', 'a', { serialNumber: 'B', removedAt: new Date('2026-10-31') }) },
  ])
  expect(adapter.countRoster({})).toEqual({ waiting: 2, removing: 1 })
  expect(adapter.countRoster({ serialNumber: 'A' })).toEqual({ waiting: 1, removing: 1 })
  expect(adapter.countRoster({ removedSince: removedAt })).toEqual({ removing: 1 })
})

it('Those who left are forgotten a day later, and a person at once', async () => {
  const adapter = memoryAdapter()
  const ago = (hours: number) => new Date(Date.now() - hours * HOUR)
  adapter.writeRoster([
    { row: row('1', 'a', { state: 'removed', changedAt: ago(25) }) },
    { row: row('2', 'a', { state: 'removed', changedAt: ago(23) }) },
    { row: row('3', 'a', { changedAt: ago(25) }) },
    { row: row('', 'a', { state: 'terminal' }) },
    { row: row('3', 'a', { serialNumber: 'B' }) },
  ])
  const pins = () => adapter.listRoster({}).rows.map(({ pin }) => pin)
  await adapter.forget(new Date())
  expect(pins()).toEqual(['', '2', '3', '3'])
  await adapter.forgetPerson({ pin: '3', serialNumbers: ['A'] })
  expect(adapter.listRoster({}).rows.map(({ serialNumber, pin }) => serialNumber + pin)).toEqual([
    'A2',
    'B3',
  ])
})
