// What the adapters must take as it is: compiled with the types of each driver.
import { PGlite } from '@electric-sql/pglite'
import { commandQueue, terminalRouter } from 'express-iclock'
import { knexAdapter } from 'express-iclock/knex'
import { mongoAdapter } from 'express-iclock/mongo'
import { monitorRouter } from 'express-iclock/monitor'
import { postgresAdapter } from 'express-iclock/postgres'
import { sqliteAdapter } from 'express-iclock/sqlite'
import Knex from 'knex'
import Database from 'libsql'
import { MongoClient } from 'mongodb'
import { MongoClient as MongoClient6 } from 'mongodb6'
import mongoose from 'mongoose'
import pg from 'pg'

export const adapters = [
  postgresAdapter(new pg.Pool()),
  postgresAdapter(new pg.Client()),
  postgresAdapter(await PGlite.create()),
]
export const documents = [
  mongoAdapter(new MongoClient('').db()),
  mongoAdapter(new MongoClient6('').db()),
  mongoAdapter(mongoose.connection.getClient().db('hr')),
]
export const tables = [
  sqliteAdapter('iclock.db'),
  sqliteAdapter(new Database('iclock.db')),
  knexAdapter(Knex({ client: 'mysql2' })),
]
for (const adapter of tables) {
  terminalRouter({ adapter })
  monitorRouter({ adapter, commands: commandQueue(adapter) })
}
for (const adapter of adapters) {
  terminalRouter({ adapter })
  monitorRouter({ adapter, commands: commandQueue(adapter) })
}
for (const adapter of documents) {
  terminalRouter({ adapter })
  monitorRouter({ adapter, commands: commandQueue(adapter) })
}
