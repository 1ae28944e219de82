import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { memoryAdapter, parseReplies } from '../../src/index.js'
import { type PostgresPool, postgresAdapter } from '../../src/postgres.js'
import type { QueuedCommand } from '../../src/queue/storage.js'
import type { AttendanceRecord, Upload } from '../../src/upload/upload.js'
import { openDatabase } from '../support/postgres-database.js'
import { expectReading } from '../support/reader.js'

const SN = '0316144680030'
const NOW = new Date('2026-10-05T07:00:00.123Z')

async function migrated() {
  const database = await openDatabase()
  onTestFinished(() => database.remove())
  const adapter = postgresAdapter(database.pool, { schema: database.schema })
  await adapter.migrate()
  database.pool.count = 0
  return { ...database, adapter }
}

function queued(commandId: string, members: object = {}): QueuedCommand {
  return {
    command: {
      serialNumber: SN,
      commandId,
      text: `DATA QUERY USERINFO PIN=${commandId}`,
      ...members,
    },
    terms: { attempts: 5, replyWithin: 60_000 },
    issuedAt: NOW,
  }
}

function replyTo(commandId: string, record = `ID=${commandId}&Return=0&CMD=DATA`) {
  const [reply] = parseReplies(Buffer.from(record), { serialNumber: SN }).replies
  if (reply === undefined) throw new Error('not a reply')
  return reply
}

function attendance(lines: readonly string[], members: Partial<Upload> = {}): Upload {
  const records = lines.map((line): AttendanceRecord => {
    const [pin = '', time = '', status = '', verify = '', workCode = '', ...rest] = line.split('\t')
    const raw = Buffer.from(line)
    const instant = new Date(`${time.replace(' ', 'T')}+08:00`)
    return {
      kind: 'attendance',
      type: 'attlog',
      pin,
      time,
      status,
      verify,
      workCode,
      rest,
      instant,
      raw,
    }
  })
  return {
    serialNumber: SN,
    table: 'ATTLOG',
    query: Object.create(null),
    receivedAt: NOW,
    body: Buffer.from(lines.join('\n')),
    records,
    unparsed: [],
    ...members,
  }
}

describe('migrate()', () => {
  it('migrate() makes the tables once, however many processes call it at the same moment', async () => {
    const { pool, reopen, schema, remove } = await openDatabase()
    onTestFinished(remove)
    const pools = [pool, reopen(), reopen()]
    const calls = Array.from({ length: 12 }, (_, index) =>
      postgresAdapter(pools[index % 3] as PostgresPool, { schema }).migrate(),
    )
    await Promise.all(calls)
    const { rows } = await pool.query(`SELECT version FROM "${schema}".versions ORDER BY version`)
    expect(rows).toEqual([{ version: 1 }])
  })

  it('migrate() leaves stored data as it is', async () => {
    const { adapter } = await migrated()
    await adapter.issue([queued('1')])
    await adapter.migrate()
    expect(await adapter.findCommand(SN, '1')).toMatchObject({ commandId: '1' })
  })

  it('migrate() lets several adapters share one database', async () => {
    const one = await migrated()
    const other = await migrated()
    await one.adapter.issue([queued('1')])
    expect(await other.adapter.findCommand(SN, '1')).toBeUndefined()
  })
})

describe('Round trips', () => {
  it('An idle poll takes one', async () => {
    const { adapter, pool } = await migrated()
    await adapter.openCommands(SN, NOW, 1)
    expect(pool.count).toBe(1)
  })

  it('A poll that returns commands takes two, however many', async () => {
    const { adapter, pool } = await migrated()
    await adapter.issue(Array.from({ length: 50 }, (_, index) => queued(`${index}`)))
    pool.count = 0
    const open = await adapter.openCommands(SN, NOW, 50)
    const claimed = await adapter.claim(
      SN,
      open.map(({ command }) => ({
        commandId: command?.commandId ?? '',
        attempt: 1,
        sentAt: NOW,
        replyDueAt: NOW,
      })),
    )
    expect(claimed).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`))
    expect(pool.count).toBe(2)
  })

  it('A batch of replies takes two', async () => {
    const { adapter, pool } = await migrated()
    const replies = Array.from({ length: 200 }, (_, index) => replyTo(`${index}`))
    await adapter.findCommands(
      SN,
      replies.map(({ commandId }) => commandId),
    )
    await adapter.onReplies(replies.map((reply) => ({ reply, command: undefined })))
    expect(pool.count).toBe(2)
    expect(await adapter.replies()).toHaveLength(200)
  })

  it('An upload of ten thousand lines takes one', async () => {
    const { adapter, pool } = await migrated()
    const lines = Array.from(
      { length: 10_000 },
      (_, index) => `${index}\t2026-10-05 07:00:00\t0\t1`,
    )
    expect(await adapter.onUpload(attendance(lines))).toHaveLength(10_000)
    expect(pool.count).toBe(1)
  })
})

describe('Text that PostgreSQL refuses', () => {
  const HOSTILE = ['NUL\0', '\ud800 half a pair', '\ue000', '\ue0000000', '\\u0000', '"']

  it("Such text comes back in the app's members, keys and values", async () => {
    const { adapter } = await migrated()
    for (const [index, text] of HOSTILE.entries()) {
      await adapter.issue([queued(`${index}`, { note: text, nested: { [text]: [text] } })])
      const found = await adapter.findCommand(SN, `${index}`)
      expect(found).toMatchObject({ note: text, nested: { [text]: [text] } })
    }
  })

  it('Such text comes back in fields and in names of commands', async () => {
    const { adapter } = await migrated()
    for (const [index, text] of HOSTILE.entries()) {
      const reply = replyTo(`${index}`, `ID=${index}&Return=0&CMD=${text}&A=${text}&B${text}=1`)
      await adapter.onReply(reply, undefined)
      expect((await adapter.findRecord(SN, `${index}`))?.reply).toEqual(reply)
    }
  })

  it('Such text comes back in attendance records, byte for byte', async () => {
    const { adapter } = await migrated()
    const upload = attendance(HOSTILE.map((text) => `${text}\t2026-10-05 07:00:00\t0\t1\t${text}`))
    expect(await adapter.onUpload(upload)).toEqual(upload.records)
    const kept = (await adapter.attendance()).reverse()
    expect(kept).toEqual(
      upload.records.map((record) => ({ ...record, serialNumber: SN, receivedAt: NOW })),
    )
  })
})

it.skipIf(inject('postgresUrl') === undefined)(
  'Numbers and dates come back whatever type parsers the app has set',
  async () => {
    const { schema, adapter } = await migrated()
    await adapter.issue([queued('1', { employee: 7 })])
    await adapter.onReply(replyTo('2', 'ID=2&Return=12&CMD=DATA QUERY'), undefined)
    // Text is what every app leaves as it is.
    const text = {
      getTypeParser: (oid: number) => (value: string) => (oid === 25 ? value : 'other'),
    }
    const pool = new pg.Pool({
      connectionString: inject('postgresUrl'),
      types: text as unknown as pg.CustomTypesConfig,
    })
    onTestFinished(() => pool.end())
    const other = postgresAdapter(pool, { schema })
    expect(await other.findRecord(SN, '1')).toEqual(await adapter.findRecord(SN, '1'))
    expect((await other.findRecord(SN, '1'))?.issuedAt).toEqual(NOW)
    expect((await other.replies())[0]).toMatchObject({ returnCode: 12, outcome: 'succeeded' })
  },
)

it('An id and a serial number that are too long for an index are stored', async () => {
  const { adapter } = await migrated()
  const long = 'x'.repeat(100_000)
  const reply = replyTo(long, `ID=${long}&Return=0&CMD=DATA`)
  expect(await adapter.onReply(reply, undefined)).toBe('kept')
  expect(await adapter.onReply(reply, undefined)).toBe('repeated')
  expect((await adapter.findRecord(SN, long))?.reply).toEqual(reply)
})

it('A reply that was held up never replaces one that came later', async () => {
  const { pool, schema, adapter } = await migrated()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow = postgresAdapter(
    { query: async (text, values) => held.then(() => pool.query(text, values)) },
    { schema },
  )
  const late = slow.onReply(replyTo('1', 'ID=1&Return=-1005&CMD=DATA'), undefined)
  await new Promise((resolve) => setTimeout(resolve, 5))
  await adapter.onReply(replyTo('1'), undefined)
  release()
  expect(await late).toBe('repeated')
  expect((await adapter.findRecord(SN, '1'))?.reply?.returnCode).toBe(0)
})

describe('Commands', () => {
  it('Commands are listed by state, page by page, the newest first', async () => {
    const { adapter } = await migrated()
    for (let index = 0; index < 30; index++) {
      const issuedAt = new Date(NOW.getTime() + index)
      await adapter.issue([{ ...queued(`${index}`), issuedAt }])
      if (index % 3 === 0) await adapter.onReply(replyTo(`${index}`), undefined)
    }
    const ids = async (filter: object) =>
      (await adapter.commands(filter, NOW)).map(({ command }) => Number(command?.commandId))
    expect(await ids({ state: 'succeeded' })).toEqual([27, 24, 21, 18, 15, 12, 9, 6, 3, 0])
    expect(await ids({ state: 'waiting', limit: 3 })).toEqual([29, 28, 26])
    expect(await ids({ limit: 2, before: new Date(NOW.getTime() + 10) })).toEqual([9, 8])
    expect(await ids({ serialNumber: 'other' })).toEqual([])
  })
})

describe('forget()', () => {
  it('forget() deletes what is settled and old, and never what is open', async () => {
    const { adapter } = await migrated()
    const old = new Date('2020-01-01')
    const issue = (id: string, members: Partial<QueuedCommand> = {}) =>
      adapter.issue([{ ...queued(id), issuedAt: old, ...members }])
    await issue('waiting')
    await issue('expired', { openUntil: new Date('2020-01-02') })
    await issue('cancelled')
    await adapter.cancel(SN, ['cancelled'], old, 'cancelled')
    await issue('answered')
    await adapter.onReply(replyTo('answered'), undefined)
    await issue('pending')
    await adapter.onReply(replyTo('pending', 'ID=pending&Return=-5000'), undefined)
    await adapter.onUpload(attendance(['1\t2020-01-01 07:00:00\t0\t1'], { receivedAt: old }))
    await adapter.onUnparsed([Buffer.from('x')], SN)

    expect(await adapter.forget(new Date('2021-01-01'))).toEqual({
      commands: 2,
      attendance: 1,
      uploads: 0,
      unparsed: 0,
    })
    const left = await adapter.commands({}, NOW)
    expect(left.map(({ command }) => command?.commandId)).toEqual([
      'pending',
      'answered',
      'waiting',
    ])
    await issue('open', { openUntil: new Date(Date.now() + 3_600_000) })
    await new Promise((resolve) => setTimeout(resolve, 2))
    expect(await adapter.forget(new Date(Date.now() + 86_400_000))).toMatchObject({
      commands: 1,
      unparsed: 1,
    })
    expect(await adapter.findRecord(SN, 'open')).toBeDefined()
    expect(await adapter.findRecord(SN, 'waiting')).toBeDefined()
    expect(await adapter.findRecord(SN, 'pending')).toBeDefined()
  })
})

describe('Indexes', () => {
  const planOf = async (pool: PostgresPool, statement: string) => {
    const { rows } = await pool.query(`EXPLAIN ${statement}`)
    return rows.map((row) => (row as Record<string, string>)['QUERY PLAN']).join('\n')
  }

  it.each([
    [
      'an idle poll',
      'commands_open',
      (schema: string) =>
        `SELECT 1 FROM "${schema}".commands WHERE serial_number = 'A' AND terms IS NOT NULL AND replied_at IS NULL
         AND cancelled_at IS NULL AND open_until > now() ORDER BY position LIMIT 1`,
    ],
    [
      'the newest failures',
      'commands_failed',
      (schema: string) =>
        `SELECT 1 FROM "${schema}".commands WHERE outcome IN ('failed', 'unknown') ORDER BY listed_at DESC, position DESC LIMIT 10`,
    ],
    [
      'who was here',
      'attendance_local',
      (schema: string) =>
        `SELECT 1 FROM "${schema}".attendance WHERE local_time >= '2026-10-05' AND local_time < '2026-10-06'`,
    ],
  ])('The query for %s uses %s', async (_what, index, statement) => {
    const { adapter, pool, schema } = await migrated()
    const settled = Array.from({ length: 500 }, (_, id) => replyTo(`${id}`))
    await adapter.onReplies(settled.map((reply) => ({ reply, command: undefined })))
    const lines = Array.from({ length: 500 }, (_, id) => `${id}\t2026-09-01 07:00:00\t0\t1`)
    await adapter.onUpload(attendance(lines))
    await pool.query(`ANALYZE "${schema}".commands`)
    await pool.query(`ANALYZE "${schema}".attendance`)
    expect(await planOf(pool, statement(schema))).toContain(index)
  })
})

describe('A wrong call', () => {
  it.each([
    [undefined, {}, 'the pool is undefined; expected an object with query(text, values)'],
    [{ connectionString: 'postgres://user:secret@host' }, {}, 'the pool is an object; expected'],
    [{ query() {} }, { schema: 'My Schema' }, 'option "schema" is "My Schema"; expected'],
    [{ query() {} }, { schema: 'a"; DROP' }, 'option "schema"'],
    [
      { query() {} },
      { family: 'doors' },
      'option "family" is "doors"; expected "attendance", "access", or a',
    ],
    [{ query() {} }, { tables: 'x' }, 'there is no option "tables"'],
  ])('The arguments %j, %j are refused with what was expected', (pool, options, message) => {
    expect(() => postgresAdapter(pool as never, options as never)).toThrow(message)
    expect(() => postgresAdapter(pool as never, options as never)).not.toThrow('secret')
  })

  it('An id that was used before is refused, without its text', async () => {
    const { adapter } = await migrated()
    await adapter.issue([queued('1')])
    const other = queued('1', { text: 'DATA UPDATE USERINFO PIN=1\tPasswd=1234' })
    const refusal = adapter.issue([queued('2'), other])
    await expect(refusal).rejects.toThrow(
      /terminal "0316144680030" has had a command with the id "1"/,
    )
    await expect(refusal).rejects.not.toThrow('1234')
    expect(await adapter.findCommand(SN, '2')).toBeUndefined()
  })
})

it('The adapter stores what the memory adapter stores', async () => {
  const { adapter } = await migrated()
  const memory = memoryAdapter()
  for (const storage of [adapter, memory]) {
    await storage.issue([queued('1', { employee: 7 }), queued('2')])
    const claim = { commandId: '1', attempt: 1, sentAt: NOW, replyDueAt: NOW }
    expect(await storage.claim(SN, [claim, claim])).toEqual(['1'])
    expect(await storage.cancel(SN, ['1', '2', '3'], NOW, 'superseded')).toEqual(['2'])
  }
  for (const id of ['1', '2']) {
    expect(await adapter.findRecord(SN, id)).toEqual(memory.findRecord(SN, id))
  }
})

it('The lists for people have attendance of a day, uploads and unparsed lines by their filters', async () => {
  const { adapter } = await migrated()
  await expectReading(adapter)
})
