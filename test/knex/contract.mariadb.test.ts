import { createRequire } from 'node:module'
import { afterAll, describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { ABOUT_EVENTS } from '../support/event.js'
import { knexSubject } from '../support/knex-subject.js'
import { openMariadb } from '../support/mariadb.js'

const { knex } = createRequire(import.meta.url)('knex') as typeof import('knex')

const server = await openMariadb()
if (server === undefined) {
  const reason = 'mariadbd was not found: apt-get install mariadb-server'
  if (process.env.REQUIRE_MARIADB === '1') throw new Error(`No MariaDB to test with: ${reason}`)
  process.stdout.write(`\nSkipped: the tests on MariaDB. ${reason}\n`)
}

describe.skipIf(server === undefined)('knexAdapter on MariaDB', () => {
  const urls = server?.urls ?? []
  let databases = 0
  afterAll(() => server?.remove())

  const create = async (events = false) => {
    const database = `iclock_${process.pid}_${databases++}`
    const openAt = (url = '', name = '') =>
      knex({
        client: 'mysql2',
        connection: new URL(name, url).href,
        pool: { min: 0, max: 8 },
      })
    const admin = openAt(urls[0])
    await admin.raw(`CREATE DATABASE ${database}`)
    const remove = async () => {
      await admin.raw(`DROP DATABASE ${database}`)
      await admin.destroy()
    }
    // Of several nodes, what is another process speaks to another one.
    const other = () => openAt(urls.at(-1), database)
    return knexSubject(openAt(urls[0], database), events, remove, other)
  }
  for (const { name, run } of adapterContract(() => create())) it(name, run)

  describe('An adapter with events', () => {
    for (const { name, run } of adapterContract(() => create(true))) {
      if (ABOUT_EVENTS.test(name)) it(name, run)
    }
  })
})
