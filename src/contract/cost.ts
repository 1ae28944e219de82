// The case on cost: what a terminal has had, and what waits for it, makes its polls no dearer.
import { ok } from 'node:assert/strict'
import { at, type CommandAdapter, type CommandCase, claimOf, queued } from './command/record.js'
import { type Case, onCapability } from './subject.js'

const MANY = 10_000
const AT_ONCE = 500
const POLLS = 25
// A call that reads what it need not takes ten to a hundred times as long; one that doesn't, nearly the
// same. Machines that are busy with something else are in between.
const MOST = 4

const CASES: readonly CommandCase[] = [
  {
    name: 'Ten thousand settled commands, and as many waiting, do not make a poll dearer',
    otherwise: 'After a year each poll takes a second, and the database does nothing else.',
    async check({ adapter }) {
      await adapter.issue(idsFrom('a', POLLS * 2).map((id) => queued('A', id)))
      // The first calls of a process are slower than all others.
      await fastest(adapter, 'A', 'a')
      const alone = await fastest(adapter, 'A', 'a', POLLS)
      for (let start = 0; start < MANY; start += AT_ONCE) {
        const ids = idsFrom(`s${start}x`, AT_ONCE)
        await adapter.issue(ids.map((id) => queued('B', id)))
        await adapter.cancel('B', { ids }, at(1), 'cancelled')
      }
      await adapter.issue(idsFrom('b', POLLS * 2).map((id) => queued('B', id)))
      for (let start = 0; start < MANY; start += AT_ONCE) {
        await adapter.issue(idsFrom(`w${start}x`, AT_ONCE).map((id) => queued('B', id)))
      }
      await fastest(adapter, 'B', 'b')
      const amongMany = await fastest(adapter, 'B', 'b', POLLS)
      const times = `${amongMany.toFixed(2)} ms instead of ${alone.toFixed(2)} ms`
      ok(amongMany < alone * MOST, `a poll takes ${times}`)
    },
  },
]

/** The case on cost, skipped for adapters that send no commands. */
export const COST_CASES: readonly Case[] = onCapability(['openCommands', 'claim'], CASES)

function idsFrom(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`)
}

// The fastest of many polls, each of which reads what is open and claims one more command.
async function fastest(
  adapter: CommandAdapter,
  serialNumber: string,
  prefix: string,
  first = 0,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let poll = first; poll < first + POLLS; poll++) {
    const started = performance.now()
    await adapter.openCommands(serialNumber, at(9), { limit: POLLS * 2, maxBytes: 40_000 })
    await adapter.claim(serialNumber, [claimOf(`${prefix}${poll}`, 1)])
    least = Math.min(least, performance.now() - started)
  }
  return least
}
