import { createRequire } from 'node:module'
import { describe, inject, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { knexSubject } from '../support/knex-subject.js'

const { knex } = createRequire(import.meta.url)('knex') as typeof import('knex')

const url = inject('postgresUrl')
const connectionString = `${url}`

describe.skipIf(url === undefined)('knexAdapter on PostgreSQL', () => {
  let schemas = 0
  const create = async () => {
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
    return knexSubject(open(), remove, open)
  }
  for (const { name, run } of adapterContract(create)) it(name, run)
})
