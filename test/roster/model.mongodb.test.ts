import { MongoClient } from 'mongodb'
import { afterAll, afterEach, inject, it, vi } from 'vitest'
import { mongoAdapter } from '../../src/mongo.js'
import { FEW, playOn } from './model/run.js'

const url = inject('mongodbUrl')
const client = new MongoClient(url ?? 'mongodb://none')
const db = client.db(`iclock_roster_${process.pid}`)
afterEach(() => vi.useRealTimers())
afterAll(async () => {
  if (url !== undefined) await db.dropDatabase()
  await client.close()
})

it.skipIf(url === undefined)(
  'No random history on MongoDB mixes people or ends out of step',
  async () => {
    const adapter = mongoAdapter(db)
    await adapter.createIndexes()
    vi.useFakeTimers({ toFake: ['Date'] })
    await playOn(adapter, FEW)
  },
  3_600_000,
)
