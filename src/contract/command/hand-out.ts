// Cases: each attempt goes to exactly one poll.
import { deepEqual } from 'node:assert/strict'
import { idsOf } from '../sample.js'
import { without } from '../subject.js'
import { type CommandAdapter, type CommandCase, claimed, claimOf, queued } from './record.js'

const POLLS = 20

export const HAND_OUT_CASES: readonly CommandCase[] = [
  {
    name: 'Each command goes to exactly one of twenty polls',
    otherwise: 'Two polls of one terminal get the same command: a door opens twice.',
    async check({ adapter }) {
      await handedOutOnce(Array.from({ length: POLLS }, () => adapter))
    },
  },
  {
    name: 'Each command goes to exactly one of twenty polls in four processes',
    otherwise: 'Two processes hand out the same command: a door opens twice.',
    missing: without('reopen'),
    async check(subject) {
      const { adapter } = subject
      const others = [await subject.reopen?.(), await subject.reopen?.(), await subject.reopen?.()]
      const processes = [adapter, ...others.map((other) => other ?? adapter)]
      await handedOutOnce(
        Array.from({ length: POLLS }, (_, poll) => processes[poll % 4] ?? adapter),
      )
    },
  },
]

async function handedOutOnce(polls: readonly CommandAdapter[]): Promise<void> {
  const [adapter] = polls
  if (adapter === undefined) return
  const ids = idsOf(5)
  // A single race may pass by chance.
  for (const terminal of ['A', 'B', 'C', 'D']) {
    await adapter.issue(ids.map((id) => queued(terminal, id)))
    for (const attempt of [1, 2, 3]) {
      const claims = ids.map((id) => claimOf(id, attempt))
      const got = await Promise.all(polls.map((poll) => claimed(poll, terminal, ...claims)))
      deepEqual(got.flat().sort(), [...ids].sort(), `terminal ${terminal}, attempt ${attempt}`)
    }
  }
}
