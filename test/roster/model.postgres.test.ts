import { afterAll, afterEach, beforeAll, it, vi } from 'vitest'
import { postgresAdapter } from '../../src/postgres.js'
import { openDatabase } from '../support/postgres-database.js'
import { FEW, playOn } from './model/run.js'

const { pool, schema, remove } = await openDatabase()
const adapter = postgresAdapter(pool, { schema })
beforeAll(() => adapter.migrate())
afterEach(() => vi.useRealTimers())
afterAll(remove)

it('No random history on PostgreSQL mixes people or ends out of step', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  await playOn(adapter, FEW)
}, 3_600_000)
