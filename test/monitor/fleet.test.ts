// The page on a large fleet.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { commandQueue, memoryAdapter, parseUpload } from '../../src/index.js'
import { activity } from '../../src/monitor/activity.js'
import { feed } from '../../src/monitor/feed.js'
import { monitorSettings } from '../../src/monitor/settings.js'
import { queryOf, viewReader } from '../../src/monitor/view.js'
import { roster } from '../../src/roster.js'

const TERMINALS = 10_000
const PEOPLE = 10_000
const VIEWS = [
  'terminals',
  'terminals&q=T0999',
  'commands',
  'commands&q=nothing',
  'work',
  'failures',
  'attendance',
  'attendance&tab=people',
  'terminal&sn=T00001',
  'terminal&sn=T00001&tab=people',
  'terminal&sn=T00001&tab=people&standing=foreign',
  'send',
  'sending&id=all',
  'person&pin=7',
]

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const serialNumberOf = (index: number) => `T${String(index).padStart(5, '0')}`

async function fleet() {
  const adapter = memoryAdapter()
  const commands = commandQueue(adapter)
  for (let start = 0; start < TERMINALS; start += 1000) {
    const serialNumbers = Array.from({ length: 1000 }, (_, index) => serialNumberOf(start + index))
    for (const serialNumber of serialNumbers) {
      adapter.onContact({
        serialNumber,
        at: new Date(),
        kind: 'poll',
        family: 'attendance',
        familyRank: 'stated',
      })
    }
    const command = { text: 'DATA UPDATE USERINFO PIN=7\tName=Ada' }
    const members = { sending: start === 0 ? 'all' : 'others' }
    const issues = serialNumbers.map((serialNumber) => ({ serialNumber, command, members }))
    await commands.issueAll(issues)
    const lines = serialNumbers.map((_, index) => `${index + 1}\t2026-10-05 06:58:10\t0\t1`)
    const body = Buffer.from(lines.join('\n'))
    const about = { serialNumber: serialNumberOf(start), table: 'ATTLOG', query: {} }
    adapter.onUpload({ ...about, receivedAt: new Date(), body, ...parseUpload(body, about) })
  }
  const changedAt = new Date()
  for (let start = 0; start < PEOPLE; start += 1000) {
    adapter.writeRoster(
      Array.from({ length: 1000 }, (_, index) => {
        const [pin, state] = [`${start + index}`, index % 2 === 0 ? 'present' : 'foreign']
        const content = JSON.stringify({ facets: {}, meaning: 'm'.repeat(1000), name: 'Ada' })
        const row = { serialNumber: serialNumberOf(1), pin, version: pin.padStart(16, '0'), state }
        return { row: { ...row, changedAt, commandIds: [], content } }
      }),
    )
  }
  return adapter
}

it('Ten pages on 10,000 terminals leave the heap as it is, and get at most 100 kB each', async () => {
  const adapter = await fleet()
  const people = roster({ adapter, desired: () => [] })
  const active = activity()
  active.close()
  const views = feed(
    viewReader(
      monitorSettings({ adapter, commands: commandQueue(adapter), roster: people }),
      active,
    ),
    60_000,
    (error) => {
      throw error
    },
  )
  const queries = VIEWS.map((view) => queryOf(new URLSearchParams(`view=${view}`)))
  const seen = new Map<string, number>()
  for (const query of queries) {
    if (query === undefined) throw new Error('a view is missing')
    views.watch(query, (view = '') => seen.set(query.toString(), Buffer.byteLength(view)))
  }
  const look = async () => {
    const at = new Date()
    adapter.onContact({ serialNumber: serialNumberOf(1), at, kind: 'poll' })
    views.refresh()
    await Promise.all(queries.map((query) => query && views.read(query)))
  }
  for (let round = 0; round < 3; round++) await look()
  await expect.poll(() => seen.size, { timeout: 60_000 }).toBe(VIEWS.length)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let round = 0; round < 10; round++) await look()
  collect()
  const grown = process.memoryUsage().heapUsed - before
  views.close()
  for (const size of seen.values()) expect(size).toBeLessThan(100_000)
  expect(grown).toBeLessThan(5_000_000)
})
