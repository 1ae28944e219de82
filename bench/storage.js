// The storage of a server of the benchmark, as an app would connect it.
import { join } from 'node:path'
import { memoryAdapter } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'
import { postgresAdapter } from 'express-iclock/postgres'
import { sqliteAdapter } from 'express-iclock/sqlite'
import Database from 'libsql'
import { MongoClient } from 'mongodb'
import pg from 'pg'

const openers = {
  memory: () => memoryAdapter(),
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
  sqlite: (folder) => sqliteAdapter(new Database(join(folder, `${process.pid}.db`))),
  async mongodb(url) {
    const client = await new MongoClient(url, { maxPoolSize: 20 }).connect()
    const adapter = mongoAdapter(client.db(`bench${process.pid}`))
    await adapter.createIndexes()
    return adapter
  },
  async postgresql(url) {
    const adapter = postgresAdapter(new pg.Pool({ connectionString: url, max: 20 }), {
      schema: `bench${process.pid}`,
    })
    await adapter.migrate()
    return adapter
  },
}

export const openStorage = (name, url) => openers[name](url)
