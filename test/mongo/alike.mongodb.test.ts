import { MongoClient } from 'mongodb'
import { afterAll, describe, inject, it } from 'vitest'
import { mongoAdapter } from '../../src/mongo.js'
import { expectAlike } from '../support/alike.js'

const url = inject('mongodbUrl')
const client = new MongoClient(url ?? 'mongodb://none')
afterAll(() => client.close())

describe.skipIf(url === undefined)('mongoAdapter beside memoryAdapter', () => {
  for (let seed = 1; seed <= 10; seed++) {
    it(`Random history ${seed} has the answers of memoryAdapter`, async () => {
      const db = client.db(`iclock_alike_${process.pid}_${seed}`)
      const adapter = mongoAdapter(db)
      await adapter.createIndexes()
      try {
        await expectAlike(adapter, seed)
      } finally {
        await db.dropDatabase()
      }
    })
  }
})
