// Adapters on what Drizzle and Knex have, on the database of DATABASE_URL.
import { sql } from 'drizzle-orm'
import Knex from 'knex'
import pg from 'pg'

const connectionString = process.env.DATABASE_URL
globalThis.pool = new pg.Pool({ connectionString })
globalThis.knex = Knex({ client: 'pg', connection: connectionString, pool: { min: 0, max: 2 } })
const [drizzlePath, knexPath] = process.argv.slice(2)

const drizzle = await import(drizzlePath)
await drizzle.adapter.migrate()
const { rows } = await drizzle.drizzleDb.execute(
  sql`SELECT count(*)::int AS count FROM iclock.versions`,
)
const found = {
  drizzle: { terminals: await meet(drizzle.adapter, 'BY DRIZZLE'), itself: rows[0].count },
}

const knex = await import(knexPath)
await knex.adapter.migrate()
found.knex = { terminals: await meet(knex.adapter, 'BY KNEX') }
// Every connection was given back.
found.knex.idle = globalThis.knex.client.pool.numUsed() === 0

process.stdout.write(JSON.stringify(found))
await globalThis.pool.end()
await globalThis.knex.destroy()

async function meet(adapter, serialNumber) {
  await adapter.onContact({ serialNumber, at: new Date(), kind: 'poll' })
  return (await adapter.listTerminals({})).rows.map((terminal) => terminal.serialNumber)
}
