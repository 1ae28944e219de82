// Cases: the counter of a terminal gives each number once.
import { deepEqual, equal } from 'node:assert/strict'
import { idsOf } from '../sample.js'
import type { CommandCase } from './record.js'

export const NUMBER_CASES: readonly CommandCase[] = [
  {
    name: 'The counter of each terminal begins at 1 and gives each number once',
    otherwise: 'Two commands of a terminal have one id: the reply to one settles the other.',
    async check(subject) {
      const { adapter } = subject
      for (const terminal of ['A', 'a', '1', '01']) {
        equal(await adapter.nextNumbers(terminal, 1), 1, terminal)
        equal(await adapter.nextNumbers(terminal, 1000), 2, terminal)
        equal(await adapter.nextNumbers(terminal, 3), 1002, terminal)
        equal(await adapter.nextNumbers(terminal, 1), 1005, terminal)
        // As after a restart.
        const again = (await subject.reopen?.()) ?? adapter
        equal(await again.nextNumbers(terminal, 1), 1006, terminal)
      }
    },
  },
  {
    name: 'Callers at the same moment, in all processes, get different numbers',
    otherwise: 'Two commands of a terminal have one id: the reply to one settles the other.',
    async check(subject) {
      const { adapter } = subject
      const other = (await subject.reopen?.()) ?? adapter
      const counts = idsOf(40).map((_, index) => (index % 3) + 1)
      const firsts = await Promise.all(
        counts.map(async (count, index) => (index % 2 ? other : adapter).nextNumbers('A', count)),
      )
      const taken = counts.flatMap((count, index) => {
        return Array.from({ length: count }, (_, place) => (firsts[index] ?? 0) + place)
      })
      const inOrder = [...taken].sort((one, more) => one - more)
      deepEqual(
        inOrder,
        Array.from({ length: taken.length }, (_, index) => index + 1),
      )
    },
  },
]
