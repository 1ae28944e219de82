// An HR app that keeps what terminals report in MongoDB.
import { once } from 'node:events'
import express from 'express'
import { commandReplyRouter } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'
import { MongoClient } from 'mongodb'

export async function startApp(url, databaseName) {
  // Together they bound the wait for a database that is away or hangs; by default it is half a minute, or endless.
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
    socketTimeoutMS: 3000,
  })
  const db = client.db(databaseName)
  const storage = mongoAdapter(db)
  await storage.createIndexes()

  const app = express()
  app.use(commandReplyRouter({ adapter: storage }))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    db,
    storage,
    server,
    async stop() {
      server.close()
      await client.close()
    },
  }
}
