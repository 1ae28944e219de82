// What the adapters must take as it is: compiled with the types of each driver.
import { PGlite } from '@electric-sql/pglite'
import { commandQueue, terminalRouter } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'
import { monitorRouter } from 'express-iclock/monitor'
import { postgresAdapter } from 'express-iclock/postgres'
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
for (const adapter of adapters) {
  terminalRouter({ adapter })
  monitorRouter({ adapter, commands: commandQueue(adapter) })
}
for (const adapter of documents) {
  terminalRouter({ adapter })
  monitorRouter({ adapter, commands: commandQueue(adapter) })
}
