// The two functions that the page on storage shows, unchanged, on MongoDB.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { parseReplies, type ReplyStorage } from '../../src/index.js'
import { blocksIn, ROOT } from '../support/page.js'

const SN = '0316144680030'
const url = inject('mongodbUrl')
const [block] = blocksIn('js', 'docs/storage.md').filter(({ mark }) => mark === 'run')

describe.skipIf(url === undefined)("The two functions on MongoDB's driver", () => {
  const client = new MongoClient(url ?? 'mongodb://none')
  const db = client.db(`iclock_card_${process.pid}`)
  afterAll(async () => {
    await db.dropDatabase()
    await client.close()
  })

  it('Commands are found exactly, and a reply is stored once, the final one for good', async () => {
    // Within the repository, so that the package is found by its own name.
    const folder = await mkdtemp(join(ROOT, '.build-docs-'))
    await writeFile(join(folder, 'adapter.mjs'), block?.text ?? '')
    const { replyAdapter } = await import(join(folder, 'adapter.mjs'))
    await rm(folder, { recursive: true })
    const adapter: ReplyStorage = replyAdapter(db)
    const command = { serialNumber: SN, commandId: '0012', text: 'CHECK', employee: 7 }
    await db.collection('commands').insertOne({ ...command })

    expect(await adapter.findCommand?.(SN, '0012')).toEqual(command)
    expect(await adapter.findCommand?.(SN, '12')).toBeUndefined()
    const bodies = ['Return=0&CMD=CHECK&$set=x', 'Return=0&CMD=CHECK&$set=x', 'Return=-5000']
    for (const body of bodies) {
      const { replies } = parseReplies(Buffer.from(`ID=0012&${body}`), { serialNumber: SN })
      for (const reply of replies) await adapter.onReply(reply, command)
    }
    const stored = await db.collection('replies').find().toArray()
    expect(stored).toHaveLength(1)
    expect(stored[0]).toMatchObject({ commandId: '0012', returnCode: 0, employee: 7 })
    expect(stored[0]?.fields).toContainEqual(['$set', 'x'])
  })
})
