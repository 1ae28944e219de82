// Cases: what is forgotten of the roster.
import { deepEqual } from 'node:assert/strict'
import type { RetentionStorage } from '../../kept.js'
import { REMOVED } from '../../roster/storage.js'
import type { Case, ContractSubject } from '../subject.js'
import { added, type RosterAdapter, rowOf } from './sample.js'

interface ForgettingSubject extends ContractSubject {
  adapter: RosterAdapter & RetentionStorage
}

const HOUR = 3_600_000
const ago = (hours: number) => new Date(Date.now() - hours * HOUR)
const NONE = { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }

async function left({ adapter }: ForgettingSubject): Promise<string[]> {
  const { rows } = await adapter.listRoster({ limit: 1000 })
  return rows.map(({ serialNumber, pin }) => `${serialNumber}${pin}`)
}

export const FORGET_ROSTER_CASES: readonly Case<ForgettingSubject>[] = [
  {
    name: 'Rows of the roster are forgotten a day after their person was removed, and no others',
    otherwise: 'Who is on a terminal is unknown, or the rows of those who left stay for ever.',
    async check(subject) {
      const { adapter } = subject
      const gone = (pin: string, hours: number) =>
        rowOf('A', pin, { state: REMOVED, changedAt: ago(hours), removedAt: ago(hours) })
      await added(
        adapter,
        gone('1', 100),
        gone('2', 50),
        gone('3', 23),
        rowOf('A', '4', { state: 'on', changedAt: ago(100), removedAt: ago(100) }),
        rowOf('A', '', { state: 'read', changedAt: ago(100) }),
      )
      deepEqual({ ...(await adapter.forget(ago(75))) }, NONE)
      deepEqual(await left(subject), ['A', 'A2', 'A3', 'A4'])
      await adapter.forget(new Date())
      deepEqual(await left(subject), ['A', 'A3', 'A4'])
      await adapter.forget(ago(-100))
      deepEqual(await left(subject), ['A', 'A3', 'A4'])
    },
  },
  {
    name: 'Thousands of rows of those who left are forgotten, to the last one',
    otherwise: 'Each night leaves a part, and the roster grows all the same.',
    async check(subject) {
      const { adapter } = subject
      const old = { state: REMOVED, changedAt: ago(50) }
      for (let start = 0; start < 2100; start += 700) {
        const rows = Array.from({ length: 700 }, (_, index) => rowOf('A', `${start + index}`, old))
        await added(adapter, ...rows)
      }
      await added(adapter, rowOf('A', 'on'))
      await adapter.forget(new Date())
      deepEqual(await left(subject), ['Aon'])
    },
  },
  {
    name: 'The rows of a person are forgotten with the person, and those about the terminals',
    otherwise: 'Who asked to be forgotten is put on the terminals again.',
    async check(subject) {
      const { adapter } = subject
      const rows = ['A', 'B', 'C'].flatMap((serialNumber) => {
        return ['', '7', '70', '07'].map((pin) => rowOf(serialNumber, pin))
      })
      await added(adapter, ...rows)
      const forgotten = await adapter.forgetPerson({ pin: '7', serialNumbers: ['A', 'B', 'X'] })
      deepEqual({ ...forgotten }, NONE)
      deepEqual(await left(subject), ['A07', 'A70', 'B07', 'B70', 'C', 'C07', 'C7', 'C70'])
    },
  },
]
