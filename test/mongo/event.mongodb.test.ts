import {
  BSON,
  type Collection,
  type Db,
  type Document,
  type FindCursor,
  MongoClient,
} from 'mongodb'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { replyTo } from '../../src/contract/sample.js'
import { attendance, uploadOf } from '../../src/contract/upload/sample.js'
import { events, type TerminalEvent } from '../../src/events.js'
import { mongoAdapter } from '../../src/mongo.js'

const url = inject('mongodbUrl')
const client = new MongoClient(url ?? 'mongodb://none')
afterAll(() => client.close())

const OLD = new Date(Date.now() - 60_000)
let databases = 0

/** Shows what each look at a list brings. */
function watching(db: Db, look: (found: readonly Document[]) => void): Db {
  const watched = <Of extends object>(of: Of, name: keyof Of, change: (made: never) => unknown) => {
    return new Proxy(of, {
      get(target, key) {
        const value = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        const call = value.bind(target)
        return key === name ? (...given: unknown[]) => change(call(...given) as never) : call
      },
    })
  }
  return watched(db, 'collection', (collection: Collection) => {
    return watched(collection, 'find', (cursor: FindCursor<Document>) => {
      return watched(cursor, 'toArray', async (found: Promise<Document[]>) => {
        look(await found)
        return found
      })
    })
  })
}

describe.skipIf(url === undefined)('The log of mongoAdapter', () => {
  let db = client.db()
  beforeEach(() => {
    db = client.db(`iclock_events_${process.pid}_${databases++}`)
    return () => db.dropDatabase()
  })

  // What a process that died left: stored, and without an event.
  async function unlogged(): Promise<void> {
    const mark = { unlogged: 1, receivedAt: OLD }
    await db.collection('iclock_attendance').updateOne({ pin: '1' }, { $set: mark })
    const commands = db.collection('iclock_commands')
    const reply = { 'reply.unlogged': 1, 'reply.receivedAt': OLD }
    await commands.updateOne({ commandId: 'a' }, { $set: reply })
    const cancelled = { 'cancelled.unlogged': 1, 'cancelled.at': OLD }
    await commands.updateOne({ commandId: 'b' }, { $set: cancelled })
  }

  async function read(after?: string): Promise<TerminalEvent[]> {
    const found: TerminalEvent[] = []
    const reader = mongoAdapter(db, { events: true })
    const options = { live: false, ...(after !== undefined && { after }) }
    for await (const event of events(reader, options)) found.push(event)
    return found
  }

  it('What a process that died stored and did not log is found by a reader, once', async () => {
    const adapter = mongoAdapter(db, { events: true })
    await adapter.onUpload(attendance('A', ['1', '2']))
    await adapter.onReply(replyTo('A', 'a', 0), undefined)
    const command = { serialNumber: 'A', commandId: 'b', text: 'CHECK' }
    const terms = { attempts: 1, replyWithin: 1 }
    await adapter.issue([{ command, terms, issuedAt: new Date() }])
    await adapter.cancel('A', { ids: ['b'] }, new Date(), 'cancelled')
    const before = await read()
    expect(before).toHaveLength(4)
    await unlogged()
    const after = before.at(-1)?.cursor
    expect(await read(after)).toMatchObject([
      { type: 'punch', punch: { pin: '1', verification: { ways: [['finger']] } }, receivedAt: OLD },
      { type: 'reply', reply: { commandId: 'a', returnCode: 0 } },
      { type: 'closed', commandId: 'b', reason: 'cancelled' },
    ])
    expect(await read(after)).toHaveLength(3)
  })

  it('What was left is logged without reading more than one large line or reply at a time', async () => {
    const adapter = mongoAdapter(db, { events: true })
    const size = 300_000
    for (const name of ['a', 'b', 'c']) {
      await adapter.onUpload(uploadOf('A', 'OPERLOG', `USER PIN=7\tName=${name.repeat(size)}`))
      const fields = { Name: name.repeat(size) }
      await adapter.onReply(
        { ...replyTo('A', name, 0), fields, raw: Buffer.alloc(size) },
        undefined,
      )
    }
    await db.collection('iclock_uploads').updateMany({}, { $set: { unlogged: 1, receivedAt: OLD } })
    const marks = { 'reply.unlogged': 1, 'reply.receivedAt': OLD }
    await db.collection('iclock_commands').updateMany({}, { $set: marks })
    const sizes: number[] = []
    const watched = watching(db, (found) => {
      sizes.push(found.reduce((sum: number, each) => sum + BSON.calculateObjectSize(each), 0))
    })
    const log = mongoAdapter(watched, { events: true })
    await log.readEvents?.([{ shard: 0, place: 0 }], 1)
    expect(await db.collection('iclock_events').countDocuments({ serialNumber: 'A' })).toBe(12)
    expect(Math.max(...sizes)).toBeLessThan(1.5 * size)
  })

  it('Every command that a process closed and did not log is an event, also after a late reply', async () => {
    const adapter = mongoAdapter(db, { events: true })
    const ids = Array.from({ length: 25 }, (_, index) => `c${index}`)
    const terms = { attempts: 1, replyWithin: 1 }
    await adapter.issue(
      ids.map((commandId) => {
        const command = { serialNumber: 'A', commandId, text: 'CHECK' }
        return { command, terms, issuedAt: new Date() }
      }),
    )
    await adapter.cancel('A', { ids }, new Date(), 'cancelled')
    const after = (await read()).at(-1)?.cursor
    const marks = { 'cancelled.unlogged': 1, 'cancelled.at': OLD }
    await db.collection('iclock_commands').updateMany({}, { $set: marks })
    await adapter.onReply(replyTo('A', 'c0', 0), undefined)
    const found = [...(await read(after)), ...(await read(after))]
    const closed = found.flatMap((event) => (event.type === 'closed' ? [event.commandId] : []))
    expect(new Set(closed)).toEqual(new Set(ids))
    const left = await db.collection('iclock_commands').find({ 'cancelled.unlogged': 1 }).toArray()
    expect(left).toEqual([])
  })

  it('An adapter without events marks nothing', async () => {
    const adapter = mongoAdapter(db)
    await adapter.onUpload(attendance('A', ['1']))
    await adapter.onReply(replyTo('A', 'a', 0), undefined)
    const [punch] = await db.collection('iclock_attendance').find().toArray()
    const [command] = await db.collection('iclock_commands').find().toArray()
    expect(punch).not.toHaveProperty('unlogged')
    expect(command?.reply).not.toHaveProperty('unlogged')
    expect(await db.collection('iclock_events').find().toArray()).toEqual([])
  })

  it('An adapter with events leaves no mark behind', async () => {
    const adapter = mongoAdapter(db, { events: true })
    await adapter.onUpload(attendance('A', ['1']))
    // What comes again waits until it is known whether the first has an event.
    await adapter.onUpload(attendance('A', ['1']))
    await adapter.onReply(replyTo('A', 'a', 0), undefined)
    const [punch] = await db.collection('iclock_attendance').find().toArray()
    const [command] = await db.collection('iclock_commands').find().toArray()
    expect(punch).not.toHaveProperty('unlogged')
    expect(command?.reply).not.toHaveProperty('unlogged')
  })
})
