import { createRequire } from 'node:module'
import { MongoClient } from 'mongodb'
import { MongoClient as MongoClient6 } from 'mongodb6'
import mongoose from 'mongoose'
import { afterAll, describe, inject, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { type MongoCollection, type MongoDb, mongoAdapter } from '../../src/mongo.js'
import { ABOUT_EVENTS } from '../support/event.js'
import { stall } from '../support/stalled.js'
import { storedDocuments } from '../support/stored-documents.js'

// The types of two mongooses in one program would both be of the module 'mongoose': see
// checks/mongoose8.
const mongoose8: typeof mongoose = createRequire(import.meta.url)('mongoose8')

const url = inject('mongodbUrl')
const client = new MongoClient(url ?? 'mongodb://none')
afterAll(() => client.close())

let databases = 0
const databaseName = () => `iclock_contract_${process.pid}_${databases++}`

// The four ways to a database that apps have today.
const DRIVERS = {
  'mongodb 6': async (name: string) => {
    const client = await new MongoClient6(`${url}`).connect()
    return { db: client.db(name), close: () => client.close() }
  },
  'mongodb 7': async (name: string) => {
    const client = await new MongoClient(`${url}`).connect()
    return { db: client.db(name), close: () => client.close() }
  },
  'mongoose 8': async (dbName: string) => {
    const connection = await mongoose8.createConnection(`${url}`, { dbName }).asPromise()
    return { db: connection.db, close: () => connection.close() }
  },
  'mongoose 9': async (dbName: string) => {
    const connection = await mongoose.createConnection(`${url}`, { dbName }).asPromise()
    return { db: connection.db, close: () => connection.close() }
  },
}

// The servers that are started for these tests have no indexes beside that of `_id`, and read all
// documents: only a real server shows what a call costs.
const isReal = url !== undefined && 'allocator' in (await client.db().command({ buildInfo: 1 }))
// mongo-java-server gives two callers one number: its findOneAndUpdate isn't atomic.
const NEEDS_REAL = /^(Ten thousand settled commands|Callers at the same moment, in all processes)/

for (const [driver, connect] of Object.entries(DRIVERS)) {
  describe.skipIf(url === undefined)(`mongoAdapter on ${driver}`, () => {
    const create = async (events = false) => {
      const name = databaseName()
      const { db, close } = await connect(name)
      const adapter = mongoAdapter(db, { events })
      if (isReal) await adapter.createIndexes()
      return {
        adapter,
        ...storedDocuments(client.db(name)),
        reopen: () => mongoAdapter(client.db(name), { events }),
        stall(steps: number) {
          const { turn, stopped, resume } = stall(steps)
          return {
            adapter: mongoAdapter(inTurn(client.db(name), turn), { events }),
            stopped,
            resume,
          }
        },
        disconnect: close,
        async dispose() {
          await close()
          await client.db(name).dropDatabase()
        },
      }
    }
    for (const { name, run } of adapterContract(() => create())) {
      const isSkipped = NEEDS_REAL.test(name) && !isReal
      it.skipIf(isSkipped)(isSkipped ? `${name} (needs a real MongoDB)` : name, run)
    }

    if (driver !== 'mongodb 7') return
    describe('An adapter with events', () => {
      for (const { name, run } of adapterContract(() => create(true))) {
        if (ABOUT_EVENTS.test(name)) it(name, run)
      }
    })
  })
}

/** A db each of whose commands awaits its turn. */
function inTurn(db: MongoDb, turn: () => Promise<void>): MongoDb {
  const collection: MongoDb['collection'] = (name, options) => {
    const real = db.collection(name, options)
    const calls = [
      'findOne',
      'countDocuments',
      'findOneAndUpdate',
      'updateOne',
      'updateMany',
      'deleteMany',
      'bulkWrite',
    ]
    return {
      ...Object.fromEntries(
        calls.map((call) => [
          call,
          async (...args: unknown[]) => {
            await turn()
            return Reflect.apply(Reflect.get(real, call), real, args)
          },
        ]),
      ),
      find: (filter: object, options?: object) => ({
        toArray: async () => {
          await turn()
          return real.find(filter, options).toArray()
        },
      }),
    } as MongoCollection
  }
  return { databaseName: db.databaseName, client: db.client, collection }
}
