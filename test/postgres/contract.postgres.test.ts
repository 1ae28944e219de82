import { describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { type PostgresPool, postgresAdapter } from '../../src/postgres.js'
import { openDatabase } from '../support/postgres-database.js'

describe('postgresAdapter', () => {
  const cases = adapterContract(async () => {
    const { pool, reopen, schema, disconnect, remove } = await openDatabase()
    const adapter = postgresAdapter(pool, { schema })
    await adapter.migrate()
    return {
      adapter,
      replies: () => adapter.replies(),
      unparsed: () => adapter.unparsed(),
      reopen: () => postgresAdapter(reopen(), { schema }),
      stall(steps) {
        const { pool, stopped, resume } = stalled(reopen(), steps)
        return { adapter: postgresAdapter(pool, { schema }), stopped, resume }
      },
      disconnect,
      dispose: remove,
    }
  })
  for (const { name, run } of cases) it(name, run)
})

/** A pool that sends so many statements at once, and the others only after `resume()`. */
function stalled(pool: PostgresPool, steps: number) {
  let left = steps
  let resume = () => {}
  const resumed = new Promise<void>((resolve) => {
    resume = resolve
  })
  let stop = () => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  const query: PostgresPool['query'] = async (text, values) => {
    if (left === 0) {
      stop()
      await resumed
    } else left--
    return pool.query(text, values)
  }
  return { pool: { query }, stopped, resume }
}
