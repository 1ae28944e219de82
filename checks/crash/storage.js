// The storage of a campaign, opened by each app process, and at the end by the campaign itself.
import { knexAdapter } from 'express-iclock/knex'
import { mongoAdapter } from 'express-iclock/mongo'
import { postgresAdapter } from 'express-iclock/postgres'
import { sqliteAdapter } from 'express-iclock/sqlite'
import Knex from 'knex'
import Database from 'libsql'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { journalAdapter } from './journal.js'

/**
 * @typedef {'journal' | 'knex' | 'mongodb' | 'postgres' | 'sqlite'} StorageName
 * @typedef {import('express-iclock').TerminalAdapter & { close: () => Promise<void> }} Storage
 */

/**
 * @param {StorageName} name
 * @param {string} place a file, or the URL of a database
 * @param {{ events?: boolean }} [options] of the adapter
 * @returns {Promise<Storage>}
 */
export async function openStorage(name, place, options) {
  if (name === 'journal') return /** @type {any} */ (await journalAdapter(place))
  if (name === 'sqlite') {
    const database = new Database(place)
    const adapter = sqliteAdapter(database, options)
    await adapter.migrate()
    return /** @type {any} */ ({ ...adapter, close: async () => database.close() })
  }
  if (name === 'knex') {
    const knex = Knex({
      ...{ client: 'mysql2', acquireConnectionTimeout: 1000, pool: { min: 0, max: 8 } },
      connection: /** @type {any} */ ({ uri: place, connectTimeout: 1000 }),
    })
    const adapter = knexAdapter(/** @type {any} */ (knex), options)
    await insistently(() => adapter.migrate())
    return /** @type {any} */ ({ ...adapter, close: () => knex.destroy() })
  }
  if (name === 'postgres') {
    const pool = new pg.Pool({
      connectionString: place,
      max: 8,
      connectionTimeoutMillis: 1000,
      query_timeout: 5000,
    })
    // A connection that breaks while idle has no other error handler.
    pool.on('error', () => {})
    const adapter = postgresAdapter(pool, options)
    await insistently(() => adapter.migrate())
    return /** @type {any} */ ({ ...adapter, close: () => pool.end() })
  }
  const client = new MongoClient(place, { serverSelectionTimeoutMS: 500, socketTimeoutMS: 2000 })
  const adapter = mongoAdapter(client.db('campaign'), options)
  // A first operation that finds no server would close the client for good.
  await insistently(async () => {
    await client.connect()
    await adapter.createIndexes()
  })
  return /** @type {any} */ ({ ...adapter, close: () => client.close() })
}

/** An app may start before its database does. @param {() => Promise<void>} start */
async function insistently(start) {
  for (const end = Date.now() + 30_000; ; ) {
    try {
      return await start()
    } catch (error) {
      if (Date.now() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
