// Cases: the roster in pages, by terminal, PIN and state, and its counts.
import { deepEqual, equal } from 'node:assert/strict'
import type { RosterFilter, RosterRow } from '../../roster/storage.js'
import { pagesOf, refusesMembers } from '../page.js'
import { at } from '../terminal/sample.js'
import { added, type RosterAdapter, type RosterCase, rowOf, shown } from './sample.js'

const STATES = ['waiting', 'on', 'failed']
const place = ({ serialNumber, pin }: Pick<RosterRow, 'serialNumber' | 'pin'>) =>
  `${serialNumber} ${pin}`

/** Rows of three terminals, each with a row about itself and ten PINs, written in any order. */
async function fleet(adapter: RosterAdapter): Promise<RosterRow[]> {
  const rows = ['B', 'A', 'a'].flatMap((serialNumber, terminal) => {
    const pins = ['', '10', '9', '07', '7', '1', 'x', '2', '33', 'é']
    return pins.map((pin, index) => {
      return rowOf(serialNumber, pin, { state: STATES[(index + terminal) % 3] ?? 'on' })
    })
  })
  await added(adapter, ...rows)
  return rows
}

const inOrder = (one: RosterRow, other: RosterRow) => (place(one) < place(other) ? -1 : 1)

export const LIST_CASES: readonly RosterCase[] = [
  {
    name: 'Pages of the roster hold each row once, by terminal and then by PIN',
    otherwise: "HR's page shows somebody twice, or not at all.",
    async check({ adapter }) {
      const rows = (await fleet(adapter)).sort(inOrder)
      const list = (filter: RosterFilter) => adapter.listRoster(filter)
      const { rows: all, next } = await adapter.listRoster({})
      deepEqual([all.map(shown), next], [rows.map(shown), undefined])
      const filters: [RosterFilter, (row: RosterRow) => boolean][] = [
        [{}, () => true],
        [{ serialNumber: 'A' }, ({ serialNumber }) => serialNumber === 'A'],
        [{ serialNumber: 'C' }, () => false],
        [{ pin: '7' }, ({ pin }) => pin === '7'],
        [{ pin: '' }, ({ pin }) => pin === ''],
        [{ pin: '70' }, () => false],
        [{ state: 'on' }, ({ state }) => state === 'on'],
        [{ state: 'ON' }, () => false],
        [{ state: ['on', 'failed', 'on'] }, ({ state }) => state !== 'waiting'],
        [{ state: [] }, () => false],
        [
          { serialNumber: 'a', state: 'waiting' },
          ({ serialNumber, state }) => serialNumber === 'a' && state === 'waiting',
        ],
        [
          { serialNumber: 'A', state: ['waiting', 'failed'] },
          ({ serialNumber, state }) => serialNumber === 'A' && state !== 'on',
        ],
        [
          { pin: 'x', state: ['on', 'waiting'] },
          ({ pin, state }) => pin === 'x' && state !== 'failed',
        ],
        [
          { serialNumber: 'B', pin: '9' },
          ({ serialNumber, pin }) => serialNumber === 'B' && pin === '9',
        ],
      ]
      for (const [filter, isAsked] of filters) {
        const expected = rows.filter(isAsked).map(shown)
        for (const limit of [1, 3, 100]) {
          const pages = await pagesOf(list, { ...filter, limit })
          deepEqual(pages.flat().map(shown), expected, JSON.stringify({ ...filter, limit }))
        }
      }
    },
  },
  {
    name: 'A page of the roster goes on where it ended, though rows come and go',
    otherwise: 'A pass leaves out a person because another one was added meanwhile.',
    async check({ adapter }) {
      await added(adapter, ...['b', 'd', 'f'].map((pin) => rowOf('A', pin)))
      const first = await adapter.listRoster({ serialNumber: 'A', limit: 1 })
      await added(adapter, rowOf('A', 'a'), rowOf('A', 'c'), rowOf('B', 'a'))
      const rest = await adapter.listRoster({ serialNumber: 'A', after: `${first.next}` })
      deepEqual(
        [...first.rows, ...rest.rows].map(({ pin }) => pin),
        ['b', 'c', 'd', 'f'],
      )
      const anywhere = await adapter.listRoster({ after: `${first.next}` })
      deepEqual(anywhere.rows.map(place), ['A c', 'A d', 'A f', 'B a'])
    },
  },
  {
    name: 'Thousands of rows of the roster are listed to the last one, and counted exactly',
    otherwise: 'A terminal with many people is never in step, or its progress never ends.',
    async check({ adapter }) {
      const pins = Array.from({ length: 2100 }, (_, index) => `${index}`)
      for (let start = 0; start < pins.length; start += 700) {
        const some = pins.slice(start, start + 700)
        await added(adapter, ...some.map((pin) => rowOf('A', pin, { state: 'on' })))
      }
      await added(adapter, rowOf('A', 'x'), rowOf('B', '1', { state: 'on' }))
      const pages = await pagesOf((filter: RosterFilter) => adapter.listRoster(filter), {
        ...{ serialNumber: 'A', state: 'on', limit: 1000 },
      })
      equal(new Set(pages.flat().map(({ pin }) => pin)).size, 2100)
      deepEqual({ ...(await adapter.countRoster({ serialNumber: 'A' })) }, { on: 2100, waiting: 1 })
      deepEqual({ ...(await adapter.countRoster({})) }, { on: 2101, waiting: 1 })
    },
  },
  {
    name: 'The roster is counted by state, of a terminal, and of those removed since a moment',
    otherwise: 'More people are deleted in a day than somebody allowed.',
    async check({ adapter }) {
      deepEqual({ ...(await adapter.countRoster({})) }, {})
      await added(
        adapter,
        rowOf('A', '1', { removedAt: at(4) }),
        rowOf('A', '2', { removedAt: at(5), state: 'removed' }),
        rowOf('A', '3', { removedAt: at(6), state: 'removed' }),
        rowOf('a', '4', { removedAt: at(6), state: 'removed' }),
        rowOf('A', '5'),
      )
      const counts = async (filter: object) => ({ ...(await adapter.countRoster(filter)) })
      deepEqual(await counts({}), { waiting: 2, removed: 3 })
      deepEqual(await counts({ serialNumber: 'A' }), { waiting: 2, removed: 2 })
      deepEqual(await counts({ removedSince: at(5) }), { removed: 3 })
      deepEqual(await counts({ removedSince: at(0) }), { waiting: 1, removed: 3 })
      deepEqual(await counts({ serialNumber: 'a', removedSince: at(6) }), { removed: 1 })
      deepEqual(await counts({ serialNumber: 'C' }), {})
      deepEqual(await counts({ removedSince: at(7) }), {})
    },
  },
  {
    name: 'Lists and counts of the roster refuse members that they do not know',
    otherwise: 'A misspelled filter deletes for everybody what was meant for one.',
    async check({ adapter }) {
      await added(adapter, rowOf('A', '7'))
      await refusesMembers('listRoster', (filter) => adapter.listRoster(filter))
      const count = (filter: object) => adapter.countRoster(filter)
      await refusesMembers('countRoster', count, { isPaged: false })
    },
  },
]
