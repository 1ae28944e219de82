// What is long is not read where it isn't returned: by the buffers that the statements touch. A text
// of this length alone takes hundreds.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseReplies } from '../../src/index.js'
import type { QueuedCommand } from '../../src/queue/storage.js'
import { type CountedStore, openCountedStore } from '../support/counted-store.js'

const url = inject('postgresUrl')
const SN = '0316144680030'
const NOW = new Date()
const COUNT = 30
// PostgreSQL compresses text; this takes 200 buffers all the same.
const LONG = Array.from({ length: 900_000 }, (_, index) => ((index * index) % 9973).toString(36)[0])
const TEXT = `DATA UPDATE BIOPHOTO PIN=1\tContent=${LONG.join('')}`
const NOTHING = {
  ...{ days: 1, terminals: 0, persons: 1, settled: 0, own: 0, waiting: 0, expired: 0 },
  ...{ attendance: 0, uploads: 0 },
}
const ids = Array.from({ length: COUNT }, (_, index) => `c${index}`)

const queued = (commandId: string, terms: object): QueuedCommand => ({
  command: { serialNumber: SN, commandId, text: TEXT },
  terms: { attempts: 5, replyWithin: 60_000, ...terms },
  issuedAt: NOW,
})

describe.skipIf(url === undefined)('What is long', () => {
  let store: CountedStore
  beforeAll(async () => {
    store = await openCountedStore(`${url}`, `long_${process.pid}`, NOTHING, NOW)
    const { adapter } = store
    for (const id of ids) await adapter.issue([queued(id, { key: 'photo' })])
    for (const id of ids) {
      const [reply] = parseReplies(Buffer.from(`ID=${id}r&Return=0&CMD=Shell&Content=${TEXT}`), {
        serialNumber: SN,
      }).replies
      if (reply !== undefined) await adapter.onReply(reply, undefined)
    }
    for (const index of ids.keys()) {
      const raw = Buffer.from(`${index} ${TEXT}`)
      const packet = { kind: 'packet', type: 'packet', table: 'user', index: index + 1 } as const
      const about = { serialNumber: SN, commandId: 'q', query: Object.create(null), body: raw }
      const records = [{ ...packet, count: COUNT, raw }]
      await adapter.onUpload({ ...about, receivedAt: NOW, records, unparsed: [] })
    }
    const options = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`k${index}`, TEXT.slice(index, index + 1000)]),
    )
    for (const id of ids) {
      await adapter.onContact({ serialNumber: id, at: NOW, kind: 'handshake', options })
    }
  }, 300_000)
  afterAll(() => store.close())

  const rowsOf = (answer: unknown) => (answer as { rows: unknown[] }).rows

  it.each([
    ['commands', () => store.adapter.listCommands({ state: 'waiting' }, NOW)],
    ['replies', () => store.adapter.listReplies({})],
    ['uploads', () => store.adapter.listUploads({})],
    ['terminals', () => store.adapter.listTerminals({})],
  ])('A page of %s reads no more of each than it shows', async (_, call) => {
    const { buffers, answer } = await store.counted(call)
    expect(rowsOf(answer)).toHaveLength(COUNT)
    expect(buffers).toBeLessThan(30 + 12 * COUNT)
  })

  it('A look at many commands reads no more of each than it shows', async () => {
    const identities = ids.map((commandId) => ({ serialNumber: SN, commandId }))
    const { buffers, answer } = await store.counted(() => store.adapter.findSummaries(identities))
    expect(answer).toHaveLength(COUNT)
    expect(buffers).toBeLessThan(30 + 12 * COUNT)
  })

  it('A poll reads the texts that it is given, and no other', async () => {
    const poll = (maxBytes: number) =>
      store.counted(() => store.adapter.openCommands(SN, NOW, { limit: 200, maxBytes }))
    const one = await poll(40_000)
    const all = await poll(1e9)
    expect((one.answer as { records: unknown[] }).records).toHaveLength(1)
    expect((all.answer as { records: unknown[] }).records).toHaveLength(COUNT)
    expect(one.buffers * (COUNT / 2)).toBeLessThan(all.buffers)
  })

  it('Packets of more bytes than asked for are not read', async () => {
    const find = (maxBytes: number) =>
      store.counted(() =>
        store.adapter.findPackets(SN, 'q', { table: 'user', count: COUNT, maxBytes }),
      )
    const none = await find(COUNT * TEXT.length)
    const all = await find(1e9)
    expect([none.answer, all.answer]).toEqual([
      expect.any(Number),
      expect.objectContaining({ length: COUNT }),
    ])
    expect(none.buffers * 10).toBeLessThan(all.buffers)
  })

  it('Claims, a new start and superseding read no text', async () => {
    const { adapter } = store
    const claims = ids.slice(0, COUNT / 2).map((commandId) => {
      return { commandId, attempt: 1, sentAt: NOW, replyDueAt: new Date(NOW.getTime() + 60_000) }
    })
    const claimed = await store.counted(() => adapter.claim(SN, claims))
    expect(claimed.answer).toHaveLength(COUNT / 2)
    const released = await store.counted(() => adapter.release(SN, NOW))
    await adapter.issue([{ ...queued('last', { key: 'photo' }) }])
    const which = { key: 'photo', before: 'last' }
    const closed = await store.counted(() => adapter.cancel(SN, which, NOW, 'superseded'))
    expect(closed.answer).toHaveLength(COUNT / 2)
    for (const { buffers } of [claimed, released, closed]) {
      expect(buffers).toBeLessThan(30 + (60 * COUNT) / 2)
    }
  })
})
