import { expect, it } from 'vitest'
import { memoryAdapter, parseUpload } from '../../src/index.js'
import { dayCounter } from '../../src/monitor/day.js'
import { watched } from '../support/watched.js'

const DAY = '2026-10-05'

it('The days of attendance are counted in storage, of all terminals', async () => {
  const { url, terminal, other } = await watched()
  await terminal.attend([
    { pin: '7', time: '2026-10-05 06:58:10' },
    { pin: '8', time: '2026-09-22 06:58:10' },
    { pin: '8', time: '2026-09-21 06:58:10' },
  ])
  await other.attend([{ pin: '7', time: '2026-10-05 17:00:00' }])
  const daysOf = async (query: string) => {
    const answer = await fetch(`${url}view?view=attendance&${query}`)
    return JSON.parse(await answer.text()).view.days
  }
  const days = await daysOf('')
  expect(days).toHaveLength(14)
  expect([days[0], days[1], days[13]]).toEqual([
    { day: '2026-09-22', count: 1 },
    { day: '2026-09-23', count: 0 },
    { day: DAY, count: 2 },
  ])
  expect((await daysOf('day=2026-09-22'))[12]).toEqual({ day: '2026-09-21', count: 1 })
  expect(await daysOf('person=7')).toBeUndefined()
})

it('A day is counted to 10,000, and not again at each look', async () => {
  const adapter = memoryAdapter()
  for (let start = 0; start < 10_001; start += 3000) {
    const lines = Array.from(
      { length: 3000 },
      (_, index) => `${start + index}\t${DAY} 06:58:10\t0\t1`,
    )
    const about = { serialNumber: 'A', table: 'ATTLOG', query: {}, receivedAt: new Date() }
    const body = Buffer.from(lines.join('\n'))
    adapter.onUpload({ ...about, body, ...parseUpload(body, about) })
  }
  const asked: (readonly string[])[] = []
  const counter = dayCounter({
    ...adapter,
    countAttendance(days) {
      asked.push(days)
      return adapter.countAttendance(days)
    },
  })
  expect((await counter(DAY))?.at(-1)).toEqual({ day: DAY, count: '10000+' })
  await counter(DAY)
  await counter('2026-10-06')
  expect(asked.map((days) => days.length)).toEqual([14, 1])
})

it('An adapter that counts no attendance has no chart', async () => {
  const { countAttendance: _, ...adapter } = memoryAdapter()
  expect(await dayCounter(adapter)(DAY)).toBeUndefined()
})
