import { expect, it } from 'vitest'
import { dryRuns } from '../../src/monitor/dry-run.js'
import type { Reconciliation } from '../../src/roster/options.js'
import { SN, watched } from '../support/watched.js'

const BOUNDS = { atOnce: 2, mostWaiting: 10, patience: 60_000 }

/** A roster whose passes end when they are told to. */
function held() {
  const running: { serialNumber: string; end(error?: Error): void }[] = []
  const reconcile = (serialNumber: string) => {
    return new Promise<Reconciliation>((resolve, reject) => {
      const lists = { put: [], remove: [], waiting: [], failed: [], foreign: [], skipped: [] }
      running.push({
        serialNumber,
        end: (error) => (error ? reject(error) : resolve({ serialNumber, ...lists, present: 1 })),
      })
    })
  }
  const started = () => running.map(({ serialNumber }) => serialNumber)
  return { reconcile, running, started, endAll: () => running.forEach((one) => void one.end()) }
}

it('Dry runs of one terminal at the same time are one, and later ones begin anew', async () => {
  const roster = held()
  const run = dryRuns(roster, BOUNDS)
  const [first, second] = [run('A'), run('A')]
  expect(roster.started()).toEqual(['A'])
  roster.running[0]?.end()
  expect(await first).toBe(await second)
  const failing = [run('A'), run('A')]
  roster.running[1]?.end(new Error('no storage'))
  for (const one of failing) await expect(one).rejects.toThrow('no storage')
  void run('A')
  expect(roster.started()).toEqual(['A', 'A', 'A'])
})

it('Two dry runs are running at once, and the others begin in their order as those end', async () => {
  const roster = held()
  const run = dryRuns(roster, BOUNDS)
  const all = ['A', 'B', 'C', 'D', 'E'].map(run)
  expect(roster.started()).toEqual(['A', 'B'])
  roster.running[1]?.end(new Error('failed'))
  await expect(all[1]).rejects.toThrow('failed')
  await expect.poll(roster.started).toEqual(['A', 'B', 'C'])
  roster.running[0]?.end()
  await expect.poll(roster.started).toEqual(['A', 'B', 'C', 'D'])
  roster.running[2]?.end()
  roster.running[3]?.end()
  await expect.poll(roster.started).toEqual(['A', 'B', 'C', 'D', 'E'])
  roster.running[4]?.end()
  expect(await all[4]).toMatchObject({ serialNumber: 'E' })
  void run('F')
  void run('G')
  void run('H')
  expect(roster.started().slice(5)).toEqual(['F', 'G'])
})

it('A dry run that has waited for too long is refused, and leaves its place to others', async () => {
  const roster = held()
  const run = dryRuns(roster, { ...BOUNDS, atOnce: 1, patience: 1 })
  const first = run('A')
  await expect(run('B')).rejects.toMatchObject({ code: 'BUSY', status: 503 })
  roster.running[0]?.end()
  await first
  void run('C')
  expect(roster.started()).toEqual(['A', 'C'])
})

it('One dry run more than may wait is answered 503 in words', async () => {
  const roster = held()
  const { status, count } = { status: async () => ({ rows: [] }), count: async () => ({}) }
  const app = await watched({ roster: { ...roster, status, count } as never })
  const plan = async (serialNumber: string) => {
    const headers = { 'X-Iclock-Monitor': '1', 'Content-Type': 'application/json' }
    const body = JSON.stringify({ action: 'plan', serialNumber })
    const answer = await fetch(`${app.url}action`, { method: 'POST', headers, body })
    return { status: answer.status, ...((await answer.json()) as { error?: string }) }
  }
  const all = Array.from({ length: 13 }, (_, index) => plan(`${SN}${index}`))
  const first = await Promise.race(all)
  expect(first).toEqual({
    status: 503,
    error: expect.stringMatching(/^other terminals .*try again/),
  })
  for (let ended = 0; ended < 12; ended++) {
    await expect.poll(() => roster.running.length).toBeGreaterThan(ended)
    roster.running[ended]?.end()
  }
  const answers = await Promise.all(all)
  expect(answers.filter((one) => one.status === 200)).toHaveLength(12)
})
