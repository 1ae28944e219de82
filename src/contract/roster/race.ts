// Cases: of processes that write the same rows of the roster at once, one wins.
import { deepEqual } from 'node:assert/strict'
import type { RosterRow, RosterWrite } from '../../roster/storage.js'
import { heldUp } from '../stall.js'
import { without } from '../subject.js'
import {
  added,
  pinsTo,
  type RosterAdapter,
  type RosterCase,
  rowOf,
  shown,
  stored,
} from './sample.js'

const ROUNDS = 8

export const ROSTER_RACE_CASES: readonly RosterCase[] = [
  {
    name: 'Of writes of the roster that race, one is written, and it alone says so',
    otherwise:
      'Two processes issue for the same person, and an old command runs behind a newer one.',
    async check(subject) {
      const adapters = [subject.adapter, await subject.reopen?.()].flatMap((each) => each ?? [])
      const all = adapters as RosterAdapter[]
      for (let round = 0; round < ROUNDS; round++) {
        const pins = pinsTo(5).map((pin) => `${round}-${pin}`)
        // In opposite orders, as two processes list them.
        const turned = (writes: RosterWrite[], index: number) =>
          index % 2 === 0 ? writes : writes.reverse()
        const fresh = await raced(all, (index) =>
          turned(
            pins.map((pin) => ({ row: rowOf('A', pin) })),
            index,
          ),
        )
        await heldBy(subject.adapter, pins, fresh)
        const before = new Map(
          (await subject.adapter.findRoster('A', pins)).map((row) => [row.pin, row]),
        )
        const changed = await raced(all, (index) =>
          turned(
            pins.map((pin) => ({
              row: rowOf('A', pin, { content: `${index}` }),
              replaces: before.get(pin)?.version ?? '',
            })),
            index,
          ),
        )
        await heldBy(subject.adapter, pins, changed)
      }
    },
  },
  {
    name: 'A write of the roster that was delayed finds that its version is gone',
    otherwise: 'A process that stalled puts back what another has changed since.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      for (const pin of ['0', '1', '2', '3']) {
        const [first] = await added(adapter, rowOf('A', pin))
        const { version: replaces = '' } = first ?? {}
        const late = rowOf('A', pin, { content: '"late"' })
        const next = rowOf('A', pin, { content: '"next"' })
        const writing = (row: RosterRow) => async (other: RosterAdapter) =>
          (await other.writeRoster([{ row, replaces }]))[0]
        const meanwhile = () => writing(next)(adapter)
        const { result, other } = await heldUp(subject, Number(pin), writing(late), meanwhile)
        deepEqual([result, other].sort(), [false, true], `stopped after ${pin} queries`)
        deepEqual(await stored(adapter, 'A', pin), [shown(other ? next : late)])
      }
    },
  },
]

/** Lets all adapters write at once; returns the versions of which each said that it was written. */
async function raced(
  adapters: readonly RosterAdapter[],
  writesOf: (index: number) => RosterWrite[],
): Promise<RosterRow[]> {
  const calls = Array.from({ length: 6 }, async (_, index) => {
    const writes = writesOf(index)
    const answers = await adapters[index % adapters.length]?.writeRoster(writes)
    return writes.flatMap(({ row }, place) => (answers?.[place] === true ? [row] : []))
  })
  return (await Promise.all(calls)).flat()
}

/** Checks that one write of each PIN said that it was written, and is the one that is stored. */
async function heldBy(
  adapter: RosterAdapter,
  pins: readonly string[],
  claimed: readonly RosterRow[],
): Promise<void> {
  const rows = await adapter.findRoster('A', pins)
  deepEqual(
    rows.map(({ pin, version }) => `${pin} ${version}`).sort(),
    claimed.map(({ pin, version }) => `${pin} ${version}`).sort(),
  )
}
