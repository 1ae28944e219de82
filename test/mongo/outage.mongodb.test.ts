import { once } from 'node:events'
import type { Server } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { MongoClient, type MongoClientOptions } from 'mongodb'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { commandReplyRouter } from '../../src/index.js'
import { mongoAdapter } from '../../src/mongo.js'
import { virtualTerminal } from '../../src/simulator.js'
import { startServer } from '../support/mongodb.js'

const program = inject('mongodbProgram')

describe.skipIf(program === undefined)('An app whose MongoDB fails', () => {
  const ends: (() => unknown)[] = []
  let mongodb: Awaited<ReturnType<typeof startServer>>
  beforeEach(async () => {
    mongodb = await startServer(program as never)
    ends.push(() => mongodb.remove())
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  async function startApp(options: MongoClientOptions) {
    const client = new MongoClient(mongodb.url, options)
    const storage = mongoAdapter(client.db('hr'))
    const errors: string[] = []
    const onError: ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error.name)
      res.status(503).end()
    }
    const app = express()
    app.use(commandReplyRouter({ adapter: storage }), onError)
    const server: Server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(
      () => client.close(),
      () => server.close(),
    )
    const terminal = virtualTerminal({
      server,
      serialNumber: 'A',
      timeout: 30_000,
      giveUpAfter: 30_000,
    })
    return { storage, errors, terminal, body: terminal.records.reply('1', 0) }
  }

  it('A killed server causes an error, and the retry is stored when it is back', async () => {
    const { storage, errors, terminal, body } = await startApp({ serverSelectionTimeoutMS: 300 })
    await terminal.send(terminal.records.reply('0', 0))
    await mongodb.kill()
    expect(await terminal.exchange(body)).toMatchObject({ accepted: false, status: 503 })
    expect(await terminal.exchange([body, body])).toMatchObject({ accepted: false, status: 503 })
    expect(errors).toHaveLength(2)
    for (const error of errors) expect(error).toMatch(/^Mongo(ServerSelection|Network)/)
    await mongodb.start()
    await terminal.send(body)
    const { rows } = await storage.listReplies({})
    expect(rows.map(({ commandId }) => commandId).sort()).toEqual(['0', '1'])
  })

  it('A hanging server causes an error, and the retry is stored once when it continues', async () => {
    const { storage, errors, terminal, body } = await startApp({
      socketTimeoutMS: 300,
      connectTimeoutMS: 300,
      serverSelectionTimeoutMS: 300,
    })
    await terminal.send(terminal.records.reply('0', 0))
    mongodb.hold()
    expect(await terminal.exchange(body)).toMatchObject({ accepted: false, status: 503 })
    expect(errors).toEqual([expect.stringMatching(/^Mongo/)])
    mongodb.release()
    await terminal.send([body, body])
    await terminal.send(body)
    const { rows } = await storage.listReplies({})
    expect(rows.map(({ commandId }) => commandId).sort()).toEqual(['0', '1'])
  })

  it('A set without a primary causes an error', async () => {
    const options = { replicaSet: 'without-a-primary', serverSelectionTimeoutMS: 300 }
    const { errors, terminal, body } = await startApp(options)
    expect(await terminal.exchange(body)).toMatchObject({ accepted: false, status: 503 })
    expect(await terminal.exchange([body, body])).toMatchObject({ accepted: false, status: 503 })
    expect(await terminal.exchange('no reply')).toMatchObject({ accepted: false, status: 503 })
    expect(errors).toEqual(Array(3).fill(expect.stringMatching(/^Mongo/)))
    expect(errors[0]).toBe('MongoServerSelectionError')
  })
})
