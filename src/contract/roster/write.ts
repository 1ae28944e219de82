// Cases: rows of the roster are written over the version that they replace, and over no other.
import { deepEqual, equal } from 'node:assert/strict'
import type { RosterRow, RosterWrite } from '../../roster/storage.js'
import { fails } from '../proof.js'
import { without } from '../subject.js'
import { at } from '../terminal/sample.js'
import {
  added,
  newVersion,
  pinsTo,
  type RosterCase,
  rowOf,
  shown,
  stored,
  written,
} from './sample.js'

const MANY = 1000

export const WRITE_CASES: readonly RosterCase[] = [
  {
    name: 'A row of the roster is found as it was written, and compared exactly',
    otherwise: 'One person is put on a terminal in the place of another.',
    async check({ adapter }) {
      const ids = Array.from({ length: 100 }, (_, index) => `id${index}`.padEnd(16, 'x'))
      const content = JSON.stringify({ name: 'Zoë 王 😀 {"}', key: 'a\\b', space: ' ', nul: '\0' })
      const rows = await added(
        adapter,
        rowOf('A', '7', { removedAt: at(3), commandIds: ids, content }),
        rowOf('A', '07', { commandIds: [], content: 'null' }),
        rowOf('A', '', { state: 'abcdefghijklmnopqrst', content: 'x'.repeat(8000) }),
        rowOf('A', 'a', { content: '王'.repeat(2666) }),
        rowOf('A', 'A', { changedAt: new Date(at(5).getTime() + 123) }),
        rowOf('A', 'Zoë 王'),
        rowOf('a', '7', { state: 'failed' }),
        rowOf('B', '7'),
      )
      for (const row of rows) {
        deepEqual(await stored(adapter, row.serialNumber, row.pin), [shown(row)])
      }
      const ofA = rows.slice(0, 6)
      const pins = ofA.map(({ pin }) => pin)
      deepEqual(await stored(adapter, 'A', ...pins), ofA.map(shown))
      const strangers = await adapter.findRoster('A', ['8', '7 ', '70', 'zoë 王'])
      deepEqual([...strangers], [])
      deepEqual([...(await adapter.findRoster('A', []))], [])
      deepEqual([...(await adapter.findRoster('C', ['7']))], [])
      equal((await adapter.findRoster('A', ['7', '7'])).length, 1, 'a PIN that is asked for twice')
    },
  },
  {
    name: 'A row of the roster is written only over the version that it replaces, and as a whole',
    otherwise: 'Two processes undo what the other has put on a terminal, for ever.',
    async check({ adapter }) {
      const [first] = await added(adapter, rowOf('A', '7', { removedAt: at(2) }))
      const { version: replaces = '' } = first ?? {}
      const again = rowOf('A', '7', { content: '1' })
      const answers = [
        await adapter.writeRoster([{ row: again }]),
        await adapter.writeRoster([{ row: again, replaces: newVersion() }]),
        await adapter.writeRoster([{ row: rowOf('A', '8'), replaces }]),
        await adapter.writeRoster([{ row: rowOf('B', '7'), replaces }]),
      ]
      deepEqual(
        answers.map(([said]) => said),
        [false, false, false, false],
      )
      deepEqual(await stored(adapter, 'A', '7', '8'), [first && shown(first), undefined])
      deepEqual(await stored(adapter, 'B', '7'), [undefined])
      const next = rowOf('A', '7', { state: 'on', commandIds: [], changedAt: at(9), content: '{}' })
      deepEqual([...(await adapter.writeRoster([{ row: next, replaces }]))], [true])
      deepEqual(await stored(adapter, 'A', '7'), [shown(next)])
      const stale = await adapter.writeRoster([{ row: rowOf('A', '7'), replaces }])
      deepEqual([...stale], [false])
      deepEqual(await stored(adapter, 'A', '7'), [shown(next)])
      deepEqual([...(await adapter.writeRoster([]))], [])
    },
  },
  {
    name: 'A thousand rows of the roster are written in one call, and found in one, each by itself',
    otherwise: 'A terminal with two thousand people takes two thousand statements, or loses one.',
    async check({ adapter }) {
      const place = (index: number) => [`T${index % 3}`, `${index}`] as const
      const rows = Array.from({ length: MANY }, (_, index) => rowOf(...place(index)))
      await added(adapter, ...rows)
      // New ones, those that are there, and those whose version is another, in one call.
      const writes = rows.map(({ serialNumber, pin, version }, index): RosterWrite => {
        const row = rowOf(serialNumber, pin, { content: `${index}` })
        if (index % 5 === 0) return { row: { ...row, pin: `new${pin}` } }
        return index % 5 === 1 ? { row } : { row, replaces: index % 5 === 2 ? 'gone' : version }
      })
      const answers = [...(await adapter.writeRoster(writes))]
      const expected = rows.map((_, index) => index % 5 !== 1 && index % 5 !== 2)
      deepEqual(answers, expected)
      const pins = rows.flatMap(({ serialNumber, pin }) => (serialNumber === 'T0' ? [pin] : []))
      const found = await adapter.findRoster('T0', [...pins, ...pins.map((pin) => `new${pin}`)])
      const after = writes.flatMap(({ row }, index) => (answers[index] ? [row] : []))
      const before = rows.filter((_, index) => index % 5 <= 2)
      const ofT0 = [...before, ...after].filter(({ serialNumber }) => serialNumber === 'T0')
      deepEqual(inOrder(found), inOrder(ofT0))
      equal((await adapter.findRoster('T1', pinsTo(MANY))).length, 333)
    },
  },
  {
    name: 'Every call on the roster rejects while storage is unreachable',
    otherwise: 'Nobody seems to be on any terminal, and everybody is put there anew.',
    missing: without('disconnect'),
    async check(subject) {
      const { adapter } = subject
      await written(adapter, [{ row: rowOf('A', '7') }])
      await subject.disconnect?.()
      await fails('findRoster', () => adapter.findRoster('A', ['7']))
      await fails('listRoster', () => adapter.listRoster({}))
      await fails('writeRoster', () => adapter.writeRoster([{ row: rowOf('A', '8') }]))
      await fails('countRoster', () => adapter.countRoster({}))
    },
  },
]

const inOrder = (rows: readonly RosterRow[]) => rows.map((row) => JSON.stringify(shown(row))).sort()
