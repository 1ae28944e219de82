import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { play } from './model/history.js'

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterAll(() => {
  vi.useRealTimers()
})

const HISTORIES = Number(process.env.ROSTER_HISTORIES ?? process.env.MODEL_RUNS ?? 10)
const FIRST = Number(process.env.ROSTER_SEED ?? 1)

it('No random history mixes people, deletes whom it must not, or ends out of step', async () => {
  for (let seed = FIRST; seed < FIRST + HISTORIES; seed++) {
    const broken = await play(seed)
    expect(broken, `seed ${seed}`).toEqual([])
  }
}, 3_600_000)
