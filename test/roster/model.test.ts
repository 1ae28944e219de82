import Libsql from 'libsql'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { sqliteAdapter } from '../../src/sqlite.js'
import { play } from './model/history.js'
import { FIRST, HISTORIES, playOn } from './model/run.js'

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterAll(() => {
  vi.useRealTimers()
})

it('No random history mixes people, deletes whom it must not, or ends out of step', async () => {
  for (let seed = FIRST; seed < FIRST + HISTORIES; seed++) {
    const broken = await play(seed)
    expect(broken, `seed ${seed}`).toEqual([])
  }
}, 3_600_000)

it('No random history on SQLite mixes people or ends out of step', async () => {
  const adapter = sqliteAdapter(new Libsql(':memory:'))
  await playOn(adapter, Math.ceil(HISTORIES / 10))
}, 3_600_000)
