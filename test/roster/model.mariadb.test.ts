import { createRequire } from 'node:module'
import { afterAll, afterEach, it, vi } from 'vitest'
import { knexAdapter } from '../../src/knex.js'
import { openMariadb } from '../support/mariadb.js'
import { FEW, playOn } from './model/run.js'

const { knex } = createRequire(import.meta.url)('knex') as typeof import('knex')

// Without a server, the contract on MariaDB says why both are skipped.
const server = await openMariadb()
const opened = (name: string) => {
  const connection = new URL(name, server?.urls[0]).href
  return knex({ client: 'mysql2', connection, pool: { min: 0, max: 8 } })
}
afterEach(() => vi.useRealTimers())
afterAll(() => server?.remove())

it.skipIf(server === undefined)(
  'No random history on MariaDB mixes people or ends out of step',
  async () => {
    const name = `iclock_model_${process.pid}`
    const admin = opened('')
    await admin.raw(`CREATE DATABASE ${name}`)
    const database = opened(name)
    const adapter = knexAdapter(database)
    await adapter.migrate()
    vi.useFakeTimers({ toFake: ['Date'] })
    await playOn(adapter, FEW)
    await database.destroy()
    await admin.raw(`DROP DATABASE ${name}`)
    await admin.destroy()
  },
  3_600_000,
)
