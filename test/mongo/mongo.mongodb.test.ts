import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { type CommandStartedEvent, type Db, MongoClient } from 'mongodb'
import type { Db as Db6 } from 'mongodb6'
import mongoose from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, inject, it } from 'vitest'
import { type CommandReply, commandReplyHandler, parseReplies } from '../../src/index.js'
import { INDEXES } from '../../src/mongo/indexes.js'
import { type MongoAdapterOptions, type MongoDb, mongoAdapter } from '../../src/mongo.js'
import type { QueuedCommand } from '../../src/queue/storage.js'
import type { AttendanceRecord } from '../../src/upload/upload.js'

const url = inject('mongodbUrl')
const onServer = describe.skipIf(url === undefined)
const client = new MongoClient(url ?? 'mongodb://none', { monitorCommands: true })
afterAll(() => client.close())

const replyOf = (serialNumber: string, record: string | Buffer): CommandReply =>
  parseReplies(Buffer.from(record as string), { serialNumber }).replies[0] as CommandReply

const NOW = new Date('2026-10-05T07:00:00Z')

function queued(commandId: string): QueuedCommand {
  const command = { serialNumber: 'A', commandId, text: `CHECK ${commandId}` }
  return { command, terms: { attempts: 5, replyWithin: 60_000 }, issuedAt: NOW }
}

const claimOf = (commandId: string, attempt = 1) => ({
  commandId,
  attempt,
  sentAt: NOW,
  replyDueAt: NOW,
})

let databases = 0
const databaseName = () => `iclock_test_${process.pid}_${databases++}`

it('The Db of every driver is accepted, and mongoose before it is connected, by their types', async () => {
  type Accepted = Parameters<typeof mongoAdapter>[0]
  expectTypeOf<Db>().toExtend<Accepted>()
  expectTypeOf<Db6>().toExtend<Accepted>()
  expectTypeOf(mongoose.connection.db).toExtend<Accepted>()
  expectTypeOf<MongoClient>().not.toExtend<Accepted>()
  const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'checks/mongoose8']
  await promisify(execFile)(process.execPath, tsc)
})

onServer('what mongoAdapter keeps', () => {
  let db = client.db()
  beforeEach(() => {
    db = client.db(databaseName())
    return () => db.dropDatabase()
  })

  it("A command's document reads well", async () => {
    const adapter = mongoAdapter(db)
    const command = { serialNumber: 'A', commandId: '1', text: 'SHELL PIN=7', employee: 7 }
    const terms = { attempts: 1, replyWithin: 60_000, key: 'user 7' }
    const issuedAt = new Date('2026-10-05T07:00:00Z')
    const replyDueAt = new Date('2026-10-05T07:01:00Z')
    await adapter.issue([{ command, terms, issuedAt }])
    const claim = {
      ...{ commandId: '1', attempt: 1, sentAt: issuedAt },
      ...{ replyDueAt, openUntil: replyDueAt },
    }
    await adapter.claim('A', [claim])
    const record = 'ID=1\nSN=sub\nCMD=Shell\nReturn=2\nContent=abc'
    await adapter.onReply(replyOf('A', record), undefined)
    const line = `x${'y'.repeat(400)}`
    await adapter.onUnparsed([Buffer.from(line)], 'A')
    const at = expect.any(Date)
    const token = expect.any(String)
    const place = expect.stringMatching(/^[0-9a-f]{28}$/)
    const buffers = { promoteBuffers: true }
    expect(await db.collection('iclock_commands').find({}, buffers).toArray()).toEqual([
      {
        _id: '["A","1"]',
        serialNumber: 'A',
        commandId: '1',
        text: 'SHELL PIN=7',
        textBytes: 11,
        members: { employee: 7 },
        tags: ['pin:7', 'key:user 7', 'member:["employee",7]'],
        terms,
        listedAt: issuedAt,
        place,
        position: 1,
        phase: 12,
        token,
        issuedUntil: new Date('9999-12-31'),
        openUntil: replyDueAt,
        liveUntil: replyDueAt,
        attemptsMade: 1,
        attemptsLeft: 0,
        sentAt: issuedAt,
        replyDueAt,
        waitsFrom: new Date('2026-10-05T06:59:00Z'),
        attempts: [{ sentAt: issuedAt, replyDueAt, openUntil: replyDueAt }],
        claimToken: token,
        reply: {
          returnCode: 2,
          commandName: 'Shell',
          outcome: 'failed',
          meaning: 'exit status 2',
          fields: [{ key: 'SN', value: 'sub' }],
          raw: Buffer.from(record),
          contentLength: 3,
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
          token,
          receivedAt: at,
          place,
        },
      },
    ])
    expect(await db.collection('iclock_unparsed').find({}, buffers).toArray()).toEqual([
      {
        _id: expect.stringMatching(/^\["A","[0-9a-f]{64}"\]$/),
        serialNumber: 'A',
        receivedAt: at,
        place,
        size: 401,
        raw: Buffer.from(line.slice(0, 400)),
        rawTail: Buffer.from('y'),
        token,
      },
    ])
  })

  it('The collections have the names that were given', async () => {
    const adapter = mongoAdapter(db, {
      collections: { commands: 'a', unparsed: 'b', counters: 'c' },
    })
    await adapter.issue([queued('1')])
    await adapter.onUnparsed([Buffer.from('x')], 'A')
    const collections = await db.collections()
    expect(collections.map(({ collectionName }) => collectionName).sort()).toEqual(['a', 'b', 'c'])
  })

  it("A command is found with all that an app put in it, and without the adapter's own members", async () => {
    const command = {
      serialNumber: 'A',
      commandId: '1',
      text: 'CHECK',
      _id: 7,
      issuedAt: 'noon',
      employee: { pin: 12, photo: Buffer.from([0, 1]) },
      wanted: new Date(0),
      nothing: undefined,
    }
    const adapter = mongoAdapter<typeof command>(db)
    await adapter.recordSent(command)
    const { nothing, ...kept } = command
    expect((await adapter.findRecord('A', '1'))?.command).toStrictEqual(kept)
    expect((await adapter.findSummaries([command]))[0]?.members).toStrictEqual({
      ...{ _id: 7, issuedAt: 'noon', employee: kept.employee, wanted: kept.wanted },
    })
  })

  it('A duplicate changes nothing, not even when the reply came', async () => {
    const adapter = mongoAdapter(db)
    const documents = () => db.collection('iclock_commands').find().toArray()
    const reply = replyOf('A', 'ID=1&Return=-5000&CMD=DATA')
    await adapter.onReply(reply, undefined)
    const [before] = await documents()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await adapter.onReply(reply, undefined)
    expect(await documents()).toEqual([before])
    await adapter.onReply(replyOf('A', 'ID=1&Return=0&CMD=DATA'), undefined)
    const [after] = await documents()
    const [first, second] = [before, after].map((document) => document?.reply.receivedAt.getTime())
    expect(second).toBeGreaterThan(first)
  })

  it('Replies that differ in one member only are told apart, whatever their raw says', async () => {
    const adapter = mongoAdapter(db)
    const reply = replyOf('A', 'ID=1\nCMD=Shell\nReturn=0\nContent=abc')
    const replies: CommandReply[] = [
      reply,
      { ...reply, returnCode: 1 },
      { ...reply, commandName: 'SHELL' },
      { ...reply, fields: { a: '' } },
      { ...reply, content: Buffer.from('bc') },
      { ...reply, content: Buffer.from('longer than the record that it is said to be of') },
      { ...reply, raw: Buffer.from('abc') },
    ]
    for (const each of replies) {
      await adapter.onReply(each, undefined)
      expect((await adapter.findRecord('A', '1'))?.reply).toEqual(each)
    }
  })

  it('A line that a terminal sends again is stored once, alone or among others', async () => {
    const adapter = mongoAdapter(db)
    const [x, y] = [Buffer.from('x'), Buffer.from('y')]
    await adapter.onUnparsed([x, x, y], 'A')
    await Promise.all(Array.from({ length: 20 }, () => adapter.onUnparsed([x], 'A')))
    await adapter.onUnparsed([x], 'B')
    const { rows } = await adapter.listUnparsed({})
    expect(rows.map(({ serialNumber, raw }) => `${serialNumber} ${raw}`).sort()).toEqual([
      'A x',
      'A y',
      'B x',
    ])
  })

  it('A filter that is an object in the place of a text finds nothing', async () => {
    const adapter = mongoAdapter(db)
    await adapter.issue([queued('1')])
    const filter = { serialNumber: { $ne: '' } as never }
    for (const list of [adapter.listCommands, adapter.listReplies, adapter.listUploads]) {
      await expect(list(filter, NOW)).rejects.toThrow('expected the SN of a terminal, as a string')
    }
  })

  it('The family option decides what codes mean', async () => {
    const adapter = mongoAdapter(db, { family: 'access' })
    await adapter.onReply(replyOf('A', 'ID=1&Return=-14'), undefined)
    expect(await adapter.listReplies({})).toMatchObject({ rows: [{ meaning: 'wrong password' }] })
  })

  it('The indexes are made, however many processes create them at once and again', async () => {
    const adapters = Array.from({ length: 10 }, () => mongoAdapter(db))
    await Promise.all(adapters.map((adapter) => adapter.createIndexes()))
    await adapters[0]?.createIndexes()
    for (const [collection, indexes] of Object.entries(INDEXES)) {
      const made = await db.collection(`iclock_${collection}`).indexes()
      const keys = made.map(({ key }) => Object.entries(key))
      expect(keys).toHaveLength(indexes.length + 1)
      expect(keys).toEqual(expect.arrayContaining(indexes.map((index) => Object.entries(index))))
    }
  })

  it('A reply too large for MongoDB is refused with its size, and those before it are stored', async () => {
    const adapter = mongoAdapter(db)
    const size = 16 * 1024 * 1024
    const large = Buffer.concat([
      Buffer.from('ID=2\nCMD=Shell\nReturn=0\nContent='),
      Buffer.alloc(size),
    ])
    const { replies } = parseReplies(Buffer.concat([Buffer.from('ID=1&Return=0\n'), large]), {
      serialNumber: 'A',
    })
    expect(replies).toHaveLength(2)
    const answered = replies.map((reply) => ({ reply, command: undefined }))
    await expect(adapter.onReplies?.(answered)).rejects.toThrow(
      /^mongoAdapter: a reply of 16777248 bytes makes a document of 167\d{5}, and MongoDB stores 16777216 at most .*limit at '15mb'/,
    )
    expect(await adapter.listReplies({})).toMatchObject({ rows: [{ commandId: '1' }] })
  })

  it('The largest reply that is not refused is stored', async () => {
    const adapter = mongoAdapter(db)
    const header = 'ID=1\nCMD=Shell\nReturn=0\nContent='
    // The beginning of the content is stored once more.
    const content = Buffer.alloc(16 * 1024 * 1024 - 4096 - 2400, 7)
    const reply = replyOf('A', Buffer.concat([Buffer.from(header), content]))
    await adapter.onReply(reply, undefined)
    const kept = await adapter.findRecord('A', '1')
    expect(kept?.reply?.content?.equals(content)).toBe(true)
  })

  describe('Calls', () => {
    const started: CommandStartedEvent[] = []
    const note = (event: CommandStartedEvent) => started.push(event)
    beforeAll(() => {
      client.on('commandStarted', note)
      return () => client.off('commandStarted', note)
    })
    const sent = () => started.splice(0).map(({ commandName }) => commandName)

    it('A body of any number of records takes two round trips, and the same again takes one', async () => {
      const adapter = mongoAdapter(db)
      await adapter.issue(Array.from({ length: 25 }, (_, id) => queued(`x${id}`)))
      const lines = Array.from({ length: 60 }, (_, id) => `ID=x${id % 50}&Return=0&CMD=CHECK`)
      await inEndpoint(commandReplyHandler({ adapter }), async (post) => {
        sent()
        expect(await post(lines.join('\n'))).toBe(200)
        expect(sent()).toEqual(['find', 'update'])
        expect(await post(lines.join('\n'))).toBe(200)
        expect(sent()).toEqual(['find'])
      })
      expect((await adapter.listReplies({})).rows).toHaveLength(50)
    })

    it('A reply takes two round trips, and the same again takes one', async () => {
      const adapter = mongoAdapter(db)
      await adapter.issue([queued('x1')])
      await inEndpoint(commandReplyHandler({ adapter }), async (post) => {
        for (const id of ['x1', 'x2']) {
          sent()
          expect(await post(`ID=${id}&Return=0&CMD=CHECK`)).toBe(200)
          expect(sent()).toEqual(['find', 'update'])
          expect(await post(`ID=${id}&Return=0&CMD=CHECK`)).toBe(200)
          expect(sent()).toEqual(['find'])
        }
      })
    })

    it('An idle poll takes one round trip, and one that returns commands three at most', async () => {
      const adapter = mongoAdapter(db)
      await adapter.issue(Array.from({ length: 20 }, (_, id) => queued(`${id}`)))
      sent()
      const bounds = { limit: 50, maxBytes: 40_000 }
      expect(await adapter.openCommands('B', NOW, bounds)).toEqual({ records: [], more: false })
      expect(sent()).toEqual(['find'])
      for (const count of [1, 19]) {
        const { records } = await adapter.openCommands('A', NOW, bounds)
        const open = records.filter(({ attemptsMade }) => attemptsMade === 0)
        const claims = open.slice(0, count).map(({ commandId }) => claimOf(commandId))
        expect(await adapter.claim('A', claims)).toHaveLength(count)
        expect(sent().length).toBeLessThanOrEqual(3)
      }
    })

    it('The end of a long text takes another round trip, for those that are handed out', async () => {
      const adapter = mongoAdapter(db)
      const long = (id: string) => {
        const one = queued(id)
        return { ...one, command: { ...one.command, text: `SHELL ${id} ${'x'.repeat(500)}` } }
      }
      await adapter.issue([long('1'), long('2'), long('3')])
      sent()
      const { records, more } = await adapter.openCommands('A', NOW, { limit: 9, maxBytes: 1100 })
      expect(records.map(({ text }) => text)).toEqual([
        long('1').command.text,
        long('2').command.text,
      ])
      expect(more).toBe(true)
      const [first, second] = started.splice(0).map(({ command }) => command)
      expect(first?.projection).not.toHaveProperty('textTail')
      expect(second?.filter).toEqual({ _id: { $in: ['["A","1"]', '["A","2"]'] } })
    })

    it('The beginning of a command reads the first pieces alone, in one round trip', async () => {
      const adapter = mongoAdapter(db)
      await adapter.issue([queued('1')])
      sent()
      expect(await adapter.findBeginning('A', '1')).toMatchObject({ commandId: '1' })
      const [find, ...others] = started.splice(0).map(({ command }) => command)
      expect(others).toEqual([])
      const read = Object.keys(find?.projection ?? {})
      expect(read).toContain('reply.raw')
      expect(read.filter((name) => /Tail|^reply$/.test(name))).toEqual([])
    })

    it('An upload takes one round trip for each kind, and learns at that time what was forgotten', async () => {
      const adapter = mongoAdapter(db)
      const records = Array.from({ length: 100 }, (_, id): AttendanceRecord => {
        const members = { time: '2026-10-05 07:00:00', status: '0', verify: '1', workCode: '0' }
        const raw = Buffer.from(`${id}\t${Object.values(members).join('\t')}`)
        return { kind: 'attendance', type: 'attlog', pin: `${id}`, ...members, rest: [], raw }
      })
      const upload = { serialNumber: 'A', query: {}, receivedAt: NOW, body: Buffer.alloc(0) }
      sent()
      const unparsed = [Buffer.from('x')]
      expect(await adapter.onUpload({ ...upload, records, unparsed })).toEqual(records)
      expect(sent().sort()).toEqual(['find', 'update', 'update'])
      expect(await adapter.onUpload({ ...upload, records, unparsed: [] })).toEqual([])
      expect(sent().sort()).toEqual(['find', 'update'])
    })

    it('Superseding reads no text, and finds what it closed by an index', async () => {
      const adapter = mongoAdapter(db)
      const terms = { attempts: 5, replyWithin: 60_000, key: 'volume' }
      await adapter.issue(['1', '2', '3'].map((id) => ({ ...queued(id), terms })))
      sent()
      const closed = await adapter.cancel('A', { key: 'volume', before: '3' }, NOW, 'superseded')
      expect([...closed].sort()).toEqual(['1', '2'])
      const commands = started.splice(0)
      expect(commands.map(({ commandName }) => commandName)).toEqual(['find', 'update', 'find'])
      const projections = commands.flatMap(({ command: { projection } }) => projection ?? [])
      expect(projections).toEqual([{ position: 1 }, { commandId: 1 }])
    })

    it('Writes ask for the majority, unless the db has a write concern of its own', async () => {
      const concernOf = async (writeConcern?: object) => {
        const adapter = mongoAdapter(client.db(db.databaseName, writeConcern && { writeConcern }))
        started.length = 0
        await adapter.onUnparsed([Buffer.from('x')], 'A')
        return started.map(({ command: { writeConcern } }) => writeConcern)
      }
      expect(await concernOf()).toEqual([{ w: 'majority' }])
      expect(await concernOf({ j: true })).toEqual([{ w: 'majority', j: true }])
      expect(await concernOf({ w: 1 })).toEqual([{ w: 1 }])
    })
  })
})

describe('mongoAdapter', () => {
  const { db } = { db: new MongoClient('mongodb://none').db() }
  const made =
    (options: unknown, given: unknown = db) =>
    () =>
      mongoAdapter(given as MongoDb, options as MongoAdapterOptions)

  it('A wrong db or option is refused with what came and what was expected', () => {
    expect(made({}, null)).toThrow('the db is null; expected a Db: client.db() of a MongoClient')
    const secret = new MongoClient('mongodb://user:secret@none')
    expect(made({}, secret)).toThrow('the db is a "MongoClient"; expected')
    expect(made({}, secret)).not.toThrow('secret')
    expect(made({}, mongoose.connection)).toThrow('(not mongoose.connection)')
    expect(made({ Family: 'access' })).toThrow('did you mean "family"?')
    expect(made({ family: 'door' })).toThrow(
      `option "family" is "door"; expected "attendance", "access", or a`,
    )
    expect(made({ collections: { reply: 'x' } })).toThrow(
      'the options are commands, counters, unparsed, attendance, uploads, terminals, refused, roster, offers, retention, events',
    )
    expect(made({ collections: { uploads: 'iclock_commands' } })).toThrow(
      'expected a different name',
    )
  })

  it('A db that acknowledges nothing is refused', () => {
    const careless = new MongoClient('mongodb://none/?w=0').db()
    expect(made({}, careless)).toThrow(/with 0 no write is acknowledged/)
  })
})

async function inEndpoint(
  handler: Parameters<typeof createServer>[1],
  use: (post: (body: string) => Promise<number>) => Promise<void>,
): Promise<void> {
  const server: Server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    await use(async (body) => {
      const target = `http://127.0.0.1:${port}/iclock/devicecmd?SN=A`
      return (await fetch(target, { method: 'POST', body })).status
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
