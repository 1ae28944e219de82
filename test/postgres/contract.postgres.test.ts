import { describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { type PostgresPool, postgresAdapter } from '../../src/postgres.js'
import { openDatabase } from '../support/postgres-database.js'
import { keptIn } from '../support/postgres-kept.js'
import { stall } from '../support/stalled.js'

describe('postgresAdapter', () => {
  const cases = adapterContract(async () => {
    const { pool, reopen, schema, disconnect, remove } = await openDatabase()
    const adapter = postgresAdapter(pool, { schema })
    await adapter.migrate()
    return {
      adapter,
      ...keptIn(pool, schema, adapter),
      reopen: () => postgresAdapter(reopen(), { schema }),
      stall(steps) {
        const { turn, stopped, resume } = stall(steps)
        const other = reopen()
        const pool: PostgresPool = {
          query: async (text, values) => turn().then(() => other.query(text, values)),
        }
        return { adapter: postgresAdapter(pool, { schema }), stopped, resume }
      },
      disconnect,
      dispose: remove,
    }
  })
  for (const { name, run } of cases) it(name, run)
})
