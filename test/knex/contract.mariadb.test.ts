import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { knexSubject } from '../support/knex-subject.js'
import { findMariadb, startMariadb } from '../support/mariadb.js'

const { knex } = createRequire(import.meta.url)('knex') as typeof import('knex')

const program = await findMariadb()
if (program === undefined) {
  const reason = 'mariadbd was not found: apt-get install mariadb-server'
  if (process.env.REQUIRE_MARIADB === '1') throw new Error(`No MariaDB to test with: ${reason}`)
  process.stdout.write(`\nSkipped: the tests on MariaDB. ${reason}\n`)
}

describe.skipIf(program === undefined)('knexAdapter on MariaDB', () => {
  let server: Awaited<ReturnType<typeof startMariadb>>
  let databases = 0
  beforeAll(async () => {
    server = await startMariadb(String(program))
  })
  afterAll(() => server.remove())

  const create = async () => {
    const database = `iclock_${databases++}`
    const admin = knex({ client: 'mysql2', connection: server.connection })
    await admin.raw(`CREATE DATABASE ${database}`)
    const open = () =>
      knex({
        client: 'mysql2',
        connection: { ...server.connection, database },
        pool: { min: 0, max: 8 },
      })
    const remove = async () => {
      await admin.raw(`DROP DATABASE ${database}`)
      await admin.destroy()
    }
    return knexSubject(open(), remove, open)
  }
  for (const { name, run } of adapterContract(create)) it(name, run)
})
