import { createRequire } from 'node:module'
import { describe, inject, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { ABOUT_EVENTS } from '../support/event.js'
import { knexSubject } from '../support/knex-subject.js'

const { knex } = createRequire(import.meta.url)('knex') as typeof import('knex')

const url = inject('postgresUrl')
const connectionString = `${url}`

describe.skipIf(url === undefined)('knexAdapter on PostgreSQL', () => {
  let schemas = 0
  const create = async (events = false) => {
    const schema = `knex_${process.pid}_${schemas++}`
    const admin = knex({ client: 'pg', connection: { connectionString } })
    await admin.raw(`CREATE SCHEMA ${schema}`)
    const open = () =>
      knex({
        client: 'pg',
        connection: { connectionString },
        searchPath: [schema],
        pool: { min: 0, max: 8 },
      })
    const remove = async () => {
      await admin.raw(`DROP SCHEMA ${schema} CASCADE`)
      await admin.destroy()
    }
    return knexSubject(open(), events, remove, open)
  }
  for (const { name, run } of adapterContract(() => create())) it(name, run)

  describe('An adapter with events', () => {
    for (const { name, run } of adapterContract(() => create(true))) {
      if (ABOUT_EVENTS.test(name)) it(name, run)
    }
  })
})
