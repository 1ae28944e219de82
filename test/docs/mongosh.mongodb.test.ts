// The questions of the MongoDB page, as mongosh would ask them.
import { runInNewContext } from 'node:vm'
import { type Collection, type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseReplies, parseUpload } from '../../src/index.js'
import { mongoAdapter } from '../../src/mongo.js'
import { blocksIn } from '../support/page.js'

const SN = '0316144680030'
const url = inject('mongodbUrl')
const questions = blocksIn('mongosh', 'docs/mongodb.md').map(({ text }) => text)

describe.skipIf(url === undefined)('The questions in mongosh', () => {
  const client = new MongoClient(url ?? 'mongodb://none')
  const db: Db = client.db(`iclock_docs_${process.pid}`)
  beforeAll(async () => {
    const adapter = mongoAdapter(db)
    await adapter.createIndexes()
    const body = Buffer.from(
      '7\t2026-10-05 06:58:10\t0\t1\n7\t2026-10-05 17:00:00\t1\t1\n8\t2020-10-05 06:58:10\t0\t1\n',
    )
    const table = { table: 'ATTLOG' }
    const upload = { query: {} }
    const receivedAt = new Date()
    const parsed = parseUpload(body, table)
    await adapter.onUpload({ ...upload, ...table, ...parsed, serialNumber: SN, receivedAt, body })
    await adapter.issue(
      ['waiting', 'failing', 'done'].map((commandId) => ({
        command: { serialNumber: SN, commandId, text: `CHECK ${commandId}` },
        terms: { attempts: 5, replyWithin: 60_000 },
        issuedAt: new Date(),
      })),
    )
    const { replies } = parseReplies(
      Buffer.from('ID=failing&Return=-1&CMD=CHECK\nID=done&Return=0&CMD=CHECK\n'),
      { serialNumber: SN },
    )
    for (const reply of replies) await adapter.onReply(reply, undefined)
    for (const [serialNumber, ago] of [
      ['SILENT', 10 * 60_000],
      ['ALIVE', 0],
    ] as const) {
      await adapter.onContact({ serialNumber, at: new Date(Date.now() - ago), kind: 'poll' })
    }
  })
  afterAll(async () => {
    await db.dropDatabase()
    await client.close()
  })

  // In mongosh a collection is a member of `db`.
  const shell = new Proxy({}, { get: (_, name): Collection => db.collection(String(name)) })
  const ask = async (words: RegExp) => {
    const [question = '', ...others] = questions.filter((text) => words.test(text))
    expect(others).toEqual([])
    const answer = runInNewContext(question, { db: shell, Date })
    return (await (answer.toArray?.() ?? answer)) as Record<string, unknown>[]
  }

  it('Every question is tested here', () => {
    expect(questions).toHaveLength(5)
  })

  it('A question finds who was here today', async () => {
    expect(await ask(/aggregate/)).toEqual([
      { _id: '7', first: '2026-10-05 06:58:10', last: '2026-10-05 17:00:00' },
    ])
  })

  it('A question finds what waits for a terminal', async () => {
    expect((await ask(/openUntil/)).map(({ commandId }) => commandId)).toEqual(['waiting'])
  })

  it('A question finds what failed since yesterday', async () => {
    expect((await ask(/reply\.outcome/)).map(({ commandId }) => commandId)).toEqual(['failing'])
  })

  it('A question finds which terminals are silent', async () => {
    expect((await ask(/lastSeenAt/)).map(({ _id }) => _id)).toEqual(['SILENT'])
  })

  it('The database deletes old attendance by itself', async () => {
    expect(await ask(/createIndex/)).toBe('receivedAt_1')
  })
})
