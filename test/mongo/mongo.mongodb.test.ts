import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { type CommandStartedEvent, type Db, MongoClient } from 'mongodb'
import { type Db as Db6, MongoClient as MongoClient6 } from 'mongodb6'
import mongoose from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, inject, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { type CommandReply, commandReplyHandler, parseReplies } from '../../src/index.js'
import {
  type MongoAdapterOptions,
  type MongoCollection,
  type MongoDb,
  mongoAdapter,
} from '../../src/mongo.js'
import type { QueuedCommand } from '../../src/queue/storage.js'
import type { AttendanceRecord } from '../../src/upload/upload.js'
import { keptLines } from '../support/kept-lines.js'
import { expectReading } from '../support/reader.js'
import { stall } from '../support/stalled.js'

// The types of two mongooses in one program would both be of the module 'mongoose': see
// test/mongoose8.
const mongoose8: typeof mongoose = createRequire(import.meta.url)('mongoose8')

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

// The four ways in which apps open a database today.
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

for (const [driver, connect] of Object.entries(DRIVERS)) {
  onServer(`mongoAdapter on ${driver}`, () => {
    const create = async () => {
      const name = databaseName()
      const { db, close } = await connect(name)
      const adapter = mongoAdapter(db)
      const { replies, unparsed } = adapter
      return {
        adapter,
        replies,
        unparsed,
        lines: () => keptLines(adapter),
        reopen: () => mongoAdapter(client.db(name)),
        stall(steps: number) {
          const { turn, stopped, resume } = stall(steps)
          return { adapter: mongoAdapter(inTurn(client.db(name), turn)), stopped, resume }
        },
        disconnect: close,
        async dispose() {
          await close()
          await client.db(name).dropDatabase()
        },
      }
    }
    for (const { name, run } of adapterContract(create)) it(name, run)
  })
}

/** A db each of whose commands awaits its turn. */
function inTurn(db: MongoDb, turn: () => Promise<void>): MongoDb {
  const collection: MongoDb['collection'] = (name, options) => {
    const real = db.collection(name, options)
    const calls = [
      'findOne',
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
  return { databaseName: db.databaseName, collection }
}

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

  it("A reply's document reads well", async () => {
    const adapter = mongoAdapter(db)
    const command = { serialNumber: 'A', commandId: '1', text: 'SHELL ls' }
    const terms = { attempts: 1, replyWithin: 60_000 }
    const issuedAt = new Date('2026-10-05T07:00:00Z')
    const replyDueAt = new Date('2026-10-05T07:01:00Z')
    await adapter.issue([{ command, terms, issuedAt }])
    const claim = {
      commandId: '1',
      attempt: 1,
      sentAt: issuedAt,
      replyDueAt,
      openUntil: replyDueAt,
    }
    await adapter.claim('A', [claim])
    const record = 'ID=1\nSN=sub\nCMD=Shell\nReturn=2\nContent=abc'
    await adapter.onReply(replyOf('A', record), undefined)
    await adapter.onUnparsed([Buffer.from('x')], 'A')
    const at = expect.any(Date)
    const token = expect.any(String)
    const buffers = { promoteBuffers: true }
    expect(await db.collection('iclock_commands').find({}, buffers).toArray()).toEqual([
      {
        _id: '["A","1"]',
        serialNumber: 'A',
        commandId: '1',
        command,
        terms,
        issuedAt,
        listedAt: issuedAt,
        position: 1,
        token,
        issuedUntil: new Date('9999-12-31'),
        openUntil: replyDueAt,
        attemptsMade: 1,
        sentAt: issuedAt,
        replyDueAt,
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
        },
      },
    ])
    expect(await db.collection('iclock_unparsed').find({}, buffers).toArray()).toEqual([
      {
        _id: expect.stringMatching(/^\["A","[0-9a-f]{64}"\]$/),
        serialNumber: 'A',
        line: Buffer.from('x'),
        receivedAt: at,
        token,
      },
    ])
  })

  it('The collections have the names that were given', async () => {
    const adapter = mongoAdapter(db, {
      collections: { commands: 'a', unparsed: 'b', counters: 'c' },
    })
    await adapter.issue({ serialNumber: 'A', commandId: '1', text: 'CHECK' })
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
    await adapter.issue(command)
    const { nothing, ...kept } = command
    expect(await adapter.findCommand('A', '1')).toStrictEqual(kept)
    expectTypeOf(adapter.findCommand).returns.resolves.toEqualTypeOf<typeof command | undefined>()
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
      const { outcome, meaning, receivedAt, ...kept } = { ...(await adapter.findReply('A', '1')) }
      expect(kept).toEqual(each)
    }
  })

  it('A line that a terminal sends again is stored once, alone or among others', async () => {
    const adapter = mongoAdapter(db)
    const [x, y] = [Buffer.from('x'), Buffer.from('y')]
    await adapter.onUnparsed([x, x, y], 'A')
    await Promise.all(Array.from({ length: 20 }, () => adapter.onUnparsed([x], 'A')))
    await adapter.onUnparsed([x], 'B')
    const lines = await adapter.unparsed()
    expect(lines.map(({ serialNumber, line }) => `${serialNumber} ${line}`).sort()).toEqual([
      'A x',
      'A y',
      'B x',
    ])
  })

  it('The lists for people have attendance of a day, uploads and unparsed lines by their filters', async () => {
    await expectReading(mongoAdapter(db))
  })

  it("Queries find a command's reply, a terminal's last one, and the failed ones since a moment", async () => {
    const adapter = mongoAdapter(db)
    const moments: Date[] = []
    for (const [serialNumber, record] of [
      ['A', 'ID=1&Return=0&CMD=DATA'],
      ['A', 'ID=2&Return=-1&CMD=DATA'],
      ['B', 'ID=1&Return=-1003&CMD=DATA'],
      ['A', 'ID=3&Return=3&CMD=DATA QUERY'],
    ] as const) {
      moments.push(new Date())
      await adapter.onReply(replyOf(serialNumber, record), undefined)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const ids = async (filter?: Parameters<typeof adapter.replies>[0]) =>
      (await adapter.replies(filter)).map((each) => `${each.serialNumber}${each.commandId}`)
    expect(await adapter.findReply('B', '1')).toMatchObject({ meaning: 'execution timed out' })
    expect(await adapter.findReply('B', '2')).toBeUndefined()
    expect(await ids()).toEqual(['A3', 'B1', 'A2', 'A1'])
    expect(await ids({ serialNumber: 'A', limit: 2 })).toEqual(['A3', 'A2'])
    expect(await ids({ outcome: 'failed' })).toEqual(['B1', 'A2'])
    expect(await ids({ outcome: 'failed', since: moments[2] as Date })).toEqual(['B1'])
    expect(await ids({ serialNumber: { $ne: '' } as never })).toEqual([])
  })

  it('The family option decides what codes mean', async () => {
    const adapter = mongoAdapter(db, { family: 'access' })
    await adapter.onReply(replyOf('A', 'ID=1&Return=-14'), undefined)
    expect(await adapter.findReply('A', '1')).toMatchObject({ meaning: 'wrong password' })
  })

  it('What is settled and old is forgotten, and never what is open', async () => {
    const adapter = mongoAdapter(db)
    const old = new Date('2020-01-01')
    const issue = (id: string, members: Partial<QueuedCommand> = {}) =>
      adapter.issue([{ ...queued(id), issuedAt: old, ...members }])
    await issue('waiting')
    await issue('expired', { openUntil: new Date('2020-01-02') })
    await issue('cancelled')
    await adapter.cancel('A', ['cancelled'], old, 'cancelled')
    await issue('answered')
    await adapter.onReply(replyOf('A', 'ID=answered&Return=0'), undefined)
    await issue('pending')
    await adapter.onReply(replyOf('A', 'ID=pending&Return=-5000'), undefined)
    await adapter.onUnparsed([Buffer.from('x')], 'A')

    const nothing = { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }
    expect(await adapter.forget(new Date('2021-01-01'))).toEqual({ ...nothing, commands: 2 })
    const soon = new Date(Date.now() + 86_400_000)
    await issue('open', { openUntil: new Date(Date.now() + 3_600_000) })
    await passed(2)
    expect(await adapter.forget(soon)).toEqual({ ...nothing, commands: 1, unparsed: 1 })
    const left = (await adapter.commands({}, NOW)).map(({ command }) => command?.commandId)
    expect(left.sort()).toEqual(['open', 'pending', 'waiting'])
  })

  it('Commands are listed by state, page by page, the newest first', async () => {
    const adapter = mongoAdapter(db)
    for (let index = 0; index < 12; index++) {
      const issuedAt = new Date(NOW.getTime() + index)
      await adapter.issue([{ ...queued(`${index}`), issuedAt }])
      if (index % 3 === 0) await adapter.onReply(replyOf('A', `ID=${index}&Return=0`), undefined)
    }
    const ids = async (filter: object) =>
      (await adapter.commands(filter, NOW)).map(({ command }) => Number(command?.commandId))
    expect(await ids({ state: 'succeeded' })).toEqual([9, 6, 3, 0])
    expect(await ids({ state: 'waiting', limit: 3 })).toEqual([11, 10, 8])
    expect(await ids({ limit: 2, before: new Date(NOW.getTime() + 10) })).toEqual([9, 8])
    expect(await ids({ serialNumber: { $ne: '' } })).toEqual([])
  })

  it('The indexes are made, however many processes create them at once and again', async () => {
    const adapters = Array.from({ length: 10 }, () => mongoAdapter(db))
    await Promise.all(adapters.map((adapter) => adapter.createIndexes()))
    await adapters[0]?.createIndexes()
    const names = (await db.collection('iclock_commands').indexes()).map(({ name }) => name)
    expect(names.sort()).toEqual([
      '_id_',
      'listedAt_-1_position_-1',
      'reply.outcome_1_reply.receivedAt_-1',
      'reply.receivedAt_-1',
      'serialNumber_1_listedAt_-1_position_-1',
      'serialNumber_1_open_1_openUntil_1',
    ])
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
      /^mongoAdapter: a reply of 16777248 bytes makes a document of 167\d{5}, and MongoDB keeps 16777216 at most .*limit at '15mb'/,
    )
    expect(await adapter.replies()).toMatchObject([{ commandId: '1' }])
  })

  it('The largest reply that is not refused is stored', async () => {
    const adapter = mongoAdapter(db)
    const header = 'ID=1\nCMD=Shell\nReturn=0\nContent='
    const content = Buffer.alloc(16 * 1024 * 1024 - 2400, 7)
    const reply = replyOf('A', Buffer.concat([Buffer.from(header), content]))
    await adapter.onReply(reply, undefined)
    expect((await adapter.findReply('A', '1'))?.content?.equals(content)).toBe(true)
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
      await adapter.issue(Array.from({ length: 25 }, (_, id) => queued(`${id}`)))
      const lines = Array.from({ length: 60 }, (_, id) => `ID=${id % 50}&Return=0&CMD=CHECK`)
      await inEndpoint(commandReplyHandler({ adapter }), async (post) => {
        sent()
        expect(await post(lines.join('\n'))).toBe(200)
        expect(sent()).toEqual(['find', 'update'])
        expect(await post(lines.join('\n'))).toBe(200)
        expect(sent()).toEqual(['find'])
      })
      expect(await adapter.replies()).toHaveLength(50)
    })

    it('A reply takes two round trips, and the same again takes one', async () => {
      const adapter = mongoAdapter(db)
      await adapter.issue([queued('1')])
      await inEndpoint(commandReplyHandler({ adapter }), async (post) => {
        for (const id of ['1', '2']) {
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
      expect(await adapter.openCommands('B', NOW, 1)).toEqual([])
      expect(sent()).toEqual(['find'])
      for (const count of [1, 19]) {
        const all = await adapter.openCommands('A', NOW, 50)
        const open = all.filter(({ attemptsMade }) => attemptsMade === 0)
        const claims = open.slice(0, count).map(({ command }) => claimOf(command?.commandId ?? ''))
        expect(await adapter.claim('A', claims)).toHaveLength(count)
        expect(sent().length).toBeLessThanOrEqual(3)
      }
    })

    it('An upload takes a round trip, and records of another kind another one', async () => {
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
      expect(sent()).toEqual(['update', 'update'])
      expect(await adapter.onUpload({ ...upload, records, unparsed: [] })).toEqual([])
      expect(sent()).toEqual(['update'])
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
      'the options are commands, counters, unparsed, attendance, uploads, terminals',
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

const passed = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

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
