// The storage of a server of the benchmark, as an app would connect it.
import { join } from 'node:path'
import { memoryAdapter } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'
import { postgresAdapter } from 'express-iclock/postgres'
import { sqliteAdapter } from 'express-iclock/sqlite'
import Database from 'libsql'
import { MongoClient } from 'mongodb'
import pg from 'pg'

const ends = []

const openers = {
  memory: (_, options) => memoryAdapter(options),
  // Stores nothing: any memory that grows belongs to the endpoint.
  nothing: () => {
    const none = () => []
    const nothing = () => undefined
    const open = { records: [], more: false }
    return {
      ...{ issue: nothing, openCommands: () => open, claim: none, release: nothing, cancel: none },
      ...{ findRecord: nothing, findSummaries: none, nextNumbers: () => 1 },
      ...{ onReply: nothing, onUpload: nothing, onContact: nothing, findTerminal: nothing },
    }
  },
  // A file for each server: two that write to one wait for each other.
  sqlite: (folder, options) => {
    const file = join(folder, `${process.pid}${options?.events ? 'events' : ''}.db`)
    return sqliteAdapter(new Database(file), options)
  },
  async mongodb(url, options) {
    const client = await new MongoClient(url, { maxPoolSize: 20 }).connect()
    ends.push(() => client.close())
    const adapter = mongoAdapter(client.db(`bench${process.pid}`), options)
    await adapter.createIndexes()
    return adapter
  },
  async postgresql(url, options) {
    const pool = new pg.Pool({ connectionString: url, max: 20 })
    ends.push(() => pool.end())
    const adapter = postgresAdapter(pool, {
      schema: `bench${process.pid}`,
      ...options,
    })
    await adapter.migrate()
    return adapter
  },
}

export const openStorage = (name, url, options) => openers[name](url, options)

/** Closes the connections of all that were opened in this process. */
export async function closeStorages() {
  for (const end of ends.splice(0)) await end()
}
