import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { parseReplies } from '../../src/index.js'
import { type PostgresPool, postgresAdapter } from '../../src/postgres.js'
import type { QueuedCommand } from '../../src/queue/storage.js'
import type { AttendanceRecord, Upload } from '../../src/upload/upload.js'
import { openDatabase } from '../support/postgres-database.js'
import { keptIn } from '../support/postgres-kept.js'

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

  it('migrate() refuses the tables of 0.2, and says how to move them away', async () => {
    const { pool, schema, remove } = await openDatabase()
    onTestFinished(remove)
    await pool.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
    await pool.query(`CREATE TABLE "${schema}".versions (version integer PRIMARY KEY)`)
    await pool.query(`CREATE TABLE "${schema}".commands (serial_number text)`)
    await pool.query(`INSERT INTO "${schema}".versions VALUES (1)`)
    const adapter = postgresAdapter(pool, { schema })
    const error: Error = await adapter.migrate().then(
      () => expect.unreachable(),
      (reason) => reason,
    )
    expect(error.message).toContain(`the schema "${schema}" has the tables of express-iclock 0.2`)
    const remedy = /ALTER SCHEMA "\w+" RENAME TO "(\w+)"/.exec(error.message)
    await pool.query(remedy?.[0] ?? '')
    await adapter.migrate()
    await pool.query(`DROP SCHEMA "${remedy?.[1]}" CASCADE`)
    await adapter.issue([queued('1')])
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
    await adapter.openCommands(SN, NOW, { limit: 1, maxBytes: 40_000 })
    expect(pool.count).toBe(1)
  })

  it('A poll that returns commands takes two, however many', async () => {
    const { adapter, pool } = await migrated()
    await adapter.issue(Array.from({ length: 50 }, (_, index) => queued(`${index}`)))
    pool.count = 0
    const open = await adapter.openCommands(SN, NOW, { limit: 50, maxBytes: 40_000 })
    const claimed = await adapter.claim(
      SN,
      open.records.map(({ commandId }) => ({
        commandId,
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
    expect((await adapter.listReplies({ limit: 1000 })).rows).toHaveLength(200)
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
    const { adapter, pool, schema } = await migrated()
    const upload = attendance(HOSTILE.map((text) => `${text}\t2026-10-05 07:00:00\t0\t1\t${text}`))
    expect(await adapter.onUpload(upload)).toEqual(upload.records)
    const kept = await keptIn(pool, schema, adapter).lines()
    expect(kept).toEqual(upload.records.map((line) => ({ serialNumber: SN, line })))
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
    const [reply] = (await other.listReplies({})).rows
    expect(reply).toMatchObject({ returnCode: 12, outcome: 'succeeded' })
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
      /Terminal "0316144680030" has had a command with the id "1"/,
    )
    await expect(refusal).rejects.not.toThrow('1234')
    expect(await adapter.findCommand(SN, '2')).toBeUndefined()
  })
})

describe('Commands whose time is over', () => {
  const MINUTE = 60_000
  const BOUNDS = { limit: 2, maxBytes: 40_000 }

  /** Commands that expire after this many minutes. */
  const expiring = (ids: readonly string[], minutes: number, terms: object = {}) =>
    ids.map((id): QueuedCommand => {
      const expiresAt = new Date(NOW.getTime() + minutes * MINUTE)
      const one = queued(id)
      return { ...one, terms: { ...one.terms, ...terms, expiresAt }, openUntil: expiresAt }
    })
  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name}${index}`)
  const later = new Date(NOW.getTime() + 10 * MINUTE)

  it('A poll that meets many of them finds the first that is open, and closes the others', async () => {
    const { adapter, pool, schema } = await migrated()
    await adapter.issue(expiring(named('over', 300), 1))
    await adapter.issue(expiring(named('urgent', 300), 1, { attempts: 1, urgent: true }))
    await adapter.issue(expiring(['door'], 20, { attempts: 1, urgent: true }))
    await adapter.issue(named('open', 3).map((id) => queued(id)))
    const open = await adapter.openCommands(SN, later, BOUNDS)
    expect(open.records.map(({ commandId }) => commandId)).toEqual(['door', 'open0', 'open1'])
    expect(open.more).toBe(true)

    pool.count = 0
    expect(await adapter.openCommands(SN, later, BOUNDS)).toEqual(open)
    expect(pool.count).toBe(1)
    const { rows } = await pool.query(
      `SELECT DISTINCT cancelled_reason, cancelled_at = open_until AS is_at_its_end FROM "${schema}".commands
      WHERE id_key LIKE 'over%' OR id_key LIKE 'urgent%'`,
    )
    expect(rows).toEqual([{ cancelled_reason: 'expired', is_at_its_end: true }])
  })

  it('What had its last attempt is closed as unanswered', async () => {
    const { adapter } = await migrated()
    const ids = named('sent', 60)
    await adapter.issue(expiring(ids, 20, { attempts: 1 }))
    const claims = ids.map((commandId) => {
      const replyDueAt = new Date(NOW.getTime() + MINUTE)
      return { commandId, attempt: 1, sentAt: NOW, replyDueAt, openUntil: replyDueAt }
    })
    await adapter.claim(SN, claims)
    expect(await adapter.openCommands(SN, later, BOUNDS)).toEqual({ records: [], more: false })
    expect((await adapter.findRecord(SN, 'sent0'))?.cancelled).toEqual({
      reason: 'unanswered',
      at: new Date(NOW.getTime() + MINUTE),
    })
  })

  it('A poll by a clock that is ahead finds what is open, and closes nothing', async () => {
    const { adapter } = await migrated()
    const year = 366 * 24 * 60
    await adapter.issue(expiring(named('later', 300), year * 20))
    await adapter.issue([queued('open')])
    const ahead = new Date(NOW.getTime() + 2 * year * 20 * MINUTE)
    const open = await adapter.openCommands(SN, ahead, BOUNDS)
    expect(open.records.map(({ commandId }) => commandId)).toEqual(['open'])
    expect((await adapter.openCommands(SN, NOW, BOUNDS)).records[0]?.commandId).toBe('later0')
  })

  it.each([
    [5, 5],
    [5, 500],
    [500, 5],
    [500, 500],
  ])('Of %i that are over and %i that are not, each list has its own', async (over, open) => {
    const { adapter } = await migrated()
    const mixed: QueuedCommand[] = []
    for (let index = 0; index < Math.max(over, open); index++) {
      if (index < over) mixed.push(...expiring([`over${index}`], 1 + index / 500))
      if (index < open) mixed.push(...expiring([`open${index}`], 20 + index / 500))
    }
    await adapter.issue(
      mixed.map((one, index) => ({ ...one, issuedAt: new Date(NOW.getTime() + index) })),
    )
    for (const filter of [{}, { serialNumber: SN }]) {
      const ids = async (state: 'waiting' | 'expired', after?: string) => {
        const { rows, next } = await adapter.listCommands(
          { ...filter, state, limit: 3, ...(after !== undefined && { after }) },
          later,
        )
        return { ids: rows.map(({ commandId }) => commandId), next }
      }
      for (const [state, name, count] of [
        ['waiting', 'open', open],
        ['expired', 'over', over],
      ] as const) {
        const newest = named(name, count).reverse()
        const first = await ids(state)
        expect(first.ids).toEqual(newest.slice(0, 3))
        expect((await ids(state, first.next)).ids).toEqual(newest.slice(3, 6))
      }
      const { waiting, expired } = await adapter.countCommands(filter, later)
      expect({ waiting, expired }).toEqual({ waiting: open, expired: over })
    }
  })
})

describe('A filter', () => {
  it('A filter without states lists nothing', async () => {
    const { adapter } = await migrated()
    await adapter.issue([queued('1')])
    expect(await adapter.listCommands({ state: [] }, NOW)).toEqual({ rows: [] })
    expect(await adapter.countCommands({ state: [] }, NOW)).toMatchObject({ waiting: 0 })
  })

  it("A filter's members are its own, whatever is in Object.prototype", async () => {
    const { adapter, pool, schema } = await migrated()
    await adapter.issue([queued('1')])
    const polluted = Object.prototype as unknown as Record<string, unknown>
    const members = { state: ["') OR true; DROP SCHEMA x; --"], serialNumber: 'x', after: 'x' }
    Object.assign(polluted, members)
    onTestFinished(() => {
      for (const name of Object.keys(members)) delete polluted[name]
    })
    const statements: string[] = []
    const watched = postgresAdapter(
      {
        query(text, values) {
          statements.push(text)
          return pool.query(text, values)
        },
      },
      { schema },
    )
    expect((await watched.listCommands({}, NOW)).rows).toHaveLength(1)
    expect(await watched.countCommands({}, NOW)).toMatchObject({ waiting: 1 })
    expect((await watched.listReplies({})).rows).toEqual([])
    expect((await watched.listUploads({})).rows).toEqual([])
    expect(statements.join('\n')).not.toContain('DROP')
  })
})

it('A database without tables says to call migrate()', async () => {
  const { pool, schema, remove } = await openDatabase()
  onTestFinished(remove)
  const adapter = postgresAdapter(pool, { schema })
  const bounds = { limit: 1, maxBytes: 1 }
  await expect(adapter.openCommands(SN, NOW, bounds)).rejects.toThrow(
    /call await adapter\.migrate\(\) once when your app starts/,
  )
  await expect(adapter.issue([queued('1')])).rejects.toMatchObject({
    message: expect.stringContaining(`"${schema}"`),
    cause: { code: '42P01' },
  })
})

it.each([
  [{ pin: 7, serialNumbers: [SN] }, 'pin is 7; expected the PIN of the person, as a string'],
  [{ pin: '', serialNumbers: [SN] }, 'pin is ""'],
  [{ pin: '7', serialNumbers: [] }, 'serialNumbers is an array of 0; expected the serial numbers'],
  [{ pin: '7', serialNumbers: SN }, 'serialNumbers is "0316144680030"; expected'],
])('forgetPerson(%j) says what was expected', async (person, message) => {
  const { adapter } = await migrated()
  await expect(adapter.forgetPerson(person as never)).rejects.toThrow(message)
})
