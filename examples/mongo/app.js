// An HR app that stores its commands, and everything from terminals, in MongoDB.
import { once } from 'node:events'
import express from 'express'
import { commandQueue, terminalRouter } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'

/** Starts the app on a free port; it uses the client of the program around it. */
export async function startApp(client, databaseName) {
  const db = client.db(databaseName)
  const storage = mongoAdapter(db)
  await storage.createIndexes()

  const app = express()
  app.use(terminalRouter({ adapter: storage, timeZone: 'Asia/Manila' }))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return { db, storage, commands: commandQueue(storage), server }
}
