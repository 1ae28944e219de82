import { describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { type PostgresPool, postgresAdapter } from '../../src/postgres.js'
import { ABOUT_EVENTS } from '../support/event.js'
import { openDatabase } from '../support/postgres-database.js'
import { keptIn } from '../support/postgres-kept.js'
import { stall } from '../support/stalled.js'

describe('postgresAdapter', () => {
  const create = async (events = false) => {
    const { pool, reopen, schema, disconnect, remove } = await openDatabase()
    const adapter = postgresAdapter(pool, { schema, events })
    await adapter.migrate()
    return {
      adapter,
      ...keptIn(pool, schema, adapter),
      reopen: () => postgresAdapter(reopen(), { schema, events }),
      stall(steps: number) {
        const { turn, stopped, resume } = stall(steps)
        const other = reopen()
        const pool: PostgresPool = {
          query: async (text, values) => turn().then(() => other.query(text, values)),
        }
        return { adapter: postgresAdapter(pool, { schema, events }), stopped, resume }
      },
      disconnect,
      dispose: remove,
    }
  }
  for (const { name, run } of adapterContract(() => create())) it(name, run)

  describe('An adapter with events', () => {
    for (const { name, run } of adapterContract(() => create(true))) {
      if (ABOUT_EVENTS.test(name)) it(name, run)
    }
  })
})
