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
import { adapterContract } from '../src/contract.js'
import {
  type CommandReply,
  commandReplyHandler,
  type IssuedCommand,
  parseReplies,
} from '../src/index.js'
import { type MongoAdapterOptions, type MongoDb, mongoAdapter } from '../src/mongo.js'

// The types of two mongooses in one program would both be of the module 'mongoose': see test/mongoose8.
const mongoose8: typeof mongoose = createRequire(import.meta.url)('mongoose8')

const url = inject('mongodbUrl')
const onServer = describe.skipIf(url === undefined)
const client = new MongoClient(url ?? 'mongodb://none', { monitorCommands: true })
afterAll(() => client.close())

const replyOf = (serialNumber: string, record: string | Buffer): CommandReply =>
  parseReplies(Buffer.from(record as string), serialNumber).replies[0] as CommandReply

let databases = 0
const databaseName = () => `iclock_test_${process.pid}_${databases++}`

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

for (const [driver, connect] of Object.entries(DRIVERS)) {
  onServer(`mongoAdapter on ${driver}`, () => {
    const create = async () => {
      const name = databaseName()
      const { db, close } = await connect(name)
      const adapter = mongoAdapter(db)
      const { issue, replies, unparsed } = adapter
      const dispose = async () => {
        await close()
        await client.db(name).dropDatabase()
      }
      return { adapter, issue, replies, unparsed, disconnect: close, dispose }
    }
    for (const { name, run } of adapterContract(create)) it(name, run)
  })
}

it('takes the Db of every driver, and mongoose before it is connected, by their types', async () => {
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

  it('reads well', async () => {
    const adapter = mongoAdapter(db)
    await adapter.issue({ serialNumber: 'A', commandId: '1', text: 'SHELL ls' })
    const record = 'ID=1\nSN=sub\nCMD=Shell\nReturn=2\nContent=abc'
    await adapter.onReply(replyOf('A', record), undefined)
    await adapter.onUnparsed([Buffer.from('x')], 'A')
    const at = expect.any(Date)
    expect(await db.collection('iclock_commands').find().toArray()).toEqual([
      {
        _id: '["A","1"]',
        command: { serialNumber: 'A', commandId: '1', text: 'SHELL ls' },
        issuedAt: at,
      },
    ])
    const buffers = { promoteBuffers: true }
    expect(await db.collection('iclock_replies').find({}, buffers).toArray()).toEqual([
      {
        _id: '["A","1"]',
        serialNumber: 'A',
        commandId: '1',
        returnCode: 2,
        command: 'Shell',
        outcome: 'failed',
        meaning: 'exit status 2',
        fields: [{ key: 'SN', value: 'sub' }],
        raw: Buffer.from(record),
        contentLength: 3,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        receivedAt: at,
      },
    ])
    expect(await db.collection('iclock_unparsed').find({}, buffers).toArray()).toEqual([
      {
        _id: expect.stringMatching(/^\["A","[0-9a-f]{64}"\]$/),
        serialNumber: 'A',
        line: Buffer.from('x'),
        receivedAt: at,
      },
    ])
  })

  it('keeps its collections under the names it is given', async () => {
    const adapter = mongoAdapter(db, {
      collections: { commands: 'a', replies: 'b', unparsed: 'c' },
    })
    await adapter.issue({ serialNumber: 'A', commandId: '1', text: 'CHECK' })
    await adapter.onReply(replyOf('A', 'ID=1&Return=0'), undefined)
    await adapter.onUnparsed([Buffer.from('x')], 'A')
    const collections = await db.collections()
    expect(collections.map(({ collectionName }) => collectionName).sort()).toEqual(['a', 'b', 'c'])
  })

  it("finds a command with all that an app put in it, and without what is the adapter's own", async () => {
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

  it('refuses to issue a command whose id is no text', async () => {
    const command = { serialNumber: 'A', commandId: 12 as never, text: 'CHECK' }
    await expect(mongoAdapter(db).issue(command)).rejects.toThrow(
      new TypeError('issue: commandId is 12 (number); expected a text, for "0012" is not "12"'),
    )
  })

  it('changes nothing by a repeat, not even when the reply came', async () => {
    const adapter = mongoAdapter(db)
    const documents = () => db.collection('iclock_replies').find().toArray()
    const reply = replyOf('A', 'ID=1&Return=-5000&CMD=DATA')
    await adapter.onReply(reply, undefined)
    const [before] = await documents()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await adapter.onReply(reply, undefined)
    expect(await documents()).toEqual([before])
    await adapter.onReply(replyOf('A', 'ID=1&Return=0&CMD=DATA'), undefined)
    const [after] = await documents()
    const [first, second] = [before, after].map((document) =>
      new Map(Object.entries({ ...document })).get('receivedAt'),
    )
    expect(second.getTime()).toBeGreaterThan(first.getTime())
  })

  it('tells replies apart that differ in one member only, whatever their raw says', async () => {
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

  it('keeps a line once that a device sends again, alone or among others', async () => {
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

  it("answers what people ask: a command's reply, a device's last, the failed ones since a moment", async () => {
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

  it('goes by the codes of the family that it is given', async () => {
    const adapter = mongoAdapter(db, { family: 'access' })
    await adapter.onReply(replyOf('A', 'ID=1&Return=-14'), undefined)
    expect(await adapter.findReply('A', '1')).toMatchObject({ meaning: 'wrong password' })
  })

  it('makes its indexes, however many processes call for them at once and again', async () => {
    const adapters = Array.from({ length: 10 }, () => mongoAdapter(db))
    await Promise.all(adapters.map((adapter) => adapter.createIndexes()))
    await adapters[0]?.createIndexes()
    const names = (await db.collection('iclock_replies').indexes()).map(({ name }) => name)
    expect(names.sort()).toEqual([
      '_id_',
      'outcome_1_receivedAt_-1',
      'receivedAt_-1',
      'serialNumber_1_receivedAt_-1',
    ])
  })

  it('says of a reply that MongoDB cannot hold how large it is, and keeps those before it', async () => {
    const adapter = mongoAdapter(db)
    const size = 16 * 1024 * 1024
    const large = Buffer.concat([
      Buffer.from('ID=2\nCMD=Shell\nReturn=0\nContent='),
      Buffer.alloc(size),
    ])
    const { replies } = parseReplies(Buffer.concat([Buffer.from('ID=1&Return=0\n'), large]), 'A')
    expect(replies).toHaveLength(2)
    const answered = replies.map((reply) => ({ reply, command: undefined }))
    await expect(adapter.onReplies?.(answered)).rejects.toThrow(
      /^mongoAdapter: a reply of 16777248 bytes makes a document of 167\d{5}, and MongoDB keeps 16777216 at most .*limit at '15mb'/,
    )
    expect(await adapter.replies()).toMatchObject([{ commandId: '1' }])
  })

  it('keeps the largest reply that it does not refuse', async () => {
    const adapter = mongoAdapter(db)
    const header = 'ID=1\nCMD=Shell\nReturn=0\nContent='
    const content = Buffer.alloc(16 * 1024 * 1024 - 1200, 7)
    const reply = replyOf('A', Buffer.concat([Buffer.from(header), content]))
    await adapter.onReply(reply, undefined)
    expect((await adapter.findReply('A', '1'))?.content?.equals(content)).toBe(true)
  })

  describe('by way of its calls', () => {
    const started: CommandStartedEvent[] = []
    const note = (event: CommandStartedEvent) => started.push(event)
    beforeAll(() => {
      client.on('commandStarted', note)
      return () => client.off('commandStarted', note)
    })
    const sent = () => started.splice(0).map(({ commandName }) => commandName)

    it('costs two round trips for a body of any number of records, and one more for a repeat', async () => {
      const adapter = mongoAdapter(db)
      for (let id = 0; id < 5; id++) {
        await adapter.issue({ serialNumber: 'A', commandId: `${id}`, text: 'CHECK' })
      }
      const lines = Array.from({ length: 60 }, (_, id) => `ID=${id % 50}&Return=0&CMD=CHECK`)
      await inEndpoint(commandReplyHandler({ adapter }), async (post) => {
        sent()
        expect(await post(lines.join('\n'))).toBe(200)
        expect(sent()).toEqual(['find', 'update'])
        expect(await post(lines.join('\n'))).toBe(200)
        expect(sent()).toEqual(['find', 'update', 'find'])
      })
      expect(await adapter.replies()).toHaveLength(50)
    })

    it('finds any number of commands in one round trip', async () => {
      const adapter = mongoAdapter(db)
      const ids = Array.from({ length: 150 }, (_, id) => `${id}`)
      for (const commandId of ids) await adapter.issue({ serialNumber: 'A', commandId, text: '' })
      sent()
      expect(await adapter.findCommands?.('A', ids)).toHaveLength(150)
      expect(sent()).toEqual(['find'])
    })

    it('asks for the majority, unless the db has a write concern of its own', async () => {
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

  it('leaves what it does for many records out of a copy, so that a hook sees every reply', async () => {
    const seen: (string | undefined)[] = []
    const kept = mongoAdapter(db)
    await kept.issue({ serialNumber: 'A', commandId: '2', text: 'CHECK' })
    const adapter = {
      ...kept,
      async onReply(reply: CommandReply, command: IssuedCommand | undefined) {
        await kept.onReply(reply, command)
        seen.push(`${reply.commandId} to ${command?.text}`)
      },
    }
    await inEndpoint(commandReplyHandler({ adapter }), async (post) => {
      expect(await post('ID=1&Return=0\nID=2&Return=0\nID=3&Return=0')).toBe(200)
    })
    expect(seen).toEqual(['1 to undefined', '2 to CHECK', '3 to undefined'])
    expect(await kept.replies()).toHaveLength(3)
  })
})

describe('mongoAdapter', () => {
  const { db } = { db: new MongoClient('mongodb://none').db() }
  const made =
    (options: unknown, given: unknown = db) =>
    () =>
      mongoAdapter(given as MongoDb, options as MongoAdapterOptions)

  it('says of a wrong db or option what came and what was meant', () => {
    expect(made({}, null)).toThrow(/^express-iclock: option "db" is null; expected a Db such as /)
    expect(made({}, new MongoClient('mongodb://none'))).toThrow(
      /mongoose\.connection\.db once it is/,
    )
    expect(made({ Family: 'access' })).toThrow('did you mean "family"?')
    expect(made({ family: 'door' })).toThrow(`option "family" is "door"; expected "attendance" or`)
    expect(made({ collections: { reply: 'x' } })).toThrow(
      'the options are commands, replies, unparsed',
    )
    expect(made({ collections: { replies: 'iclock_commands' } })).toThrow('three different names')
  })

  it('refuses a db that acknowledges nothing', () => {
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
