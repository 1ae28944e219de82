// The statements of the PostgreSQL page, its ways to get at a pool, and the jobs that need a database,
// on the server of the tests.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseReplies, parseUpload } from '../../src/index.js'
import { postgresAdapter } from '../../src/postgres.js'
import { blocksIn } from '../support/page.js'
import { openDatabase, type TestDatabase } from '../support/postgres-database.js'
import { keptIn } from '../support/postgres-kept.js'
import { runScenario } from '../support/scenario.js'

const PAGE = 'docs/postgresql.md'
const SN = '0316144680030'
const DAY = 24 * 60 * 60_000
const statements = blocksIn('sql', PAGE).map(({ text }) => text)
const url = inject('postgresUrl')

describe('The statements', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
    const { pool, schema } = database
    const adapter = postgresAdapter(pool, { schema })
    await adapter.migrate()
    const manila = new Date().toLocaleString('sv-SE', { timeZone: 'Asia/Manila' })
    const attendance = { table: 'ATTLOG' }
    for (const [line, receivedAt] of [
      [`7\t${manila}\t0\t1\n7\t${manila.slice(0, 10)} 23:59:59\t1\t1\n`, new Date()],
      ['8\t2020-10-05 06:58:10\t0\t1\n', new Date(Date.now() - 3 * 365 * DAY)],
    ] as const) {
      const body = Buffer.from(line)
      const parsed = parseUpload(body, attendance)
      const upload = { query: {} }
      await adapter.onUpload({
        ...{ ...upload, ...attendance, ...parsed, serialNumber: SN, receivedAt, body },
      })
    }
    const terms = { attempts: 5, replyWithin: 60_000 }
    await adapter.issue(
      ['waiting', 'failing', 'done'].map((commandId) => ({
        ...{ command: { serialNumber: SN, commandId, text: `CHECK ${commandId}` }, terms },
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
  afterAll(() => database.remove())

  const ask = async (words: RegExp) => {
    const [statement = '', ...others] = statements.filter((text) => words.test(text))
    expect(others).toEqual([])
    const { rows } = await database.pool.query(
      statement.replaceAll('iclock.', `"${database.schema}".`),
    )
    return rows as Record<string, unknown>[]
  }

  it('Every statement is tested here', () => {
    expect(statements).toHaveLength(5)
  })

  it('A statement finds who was here today', async () => {
    const rows = await ask(/GROUP BY pin/)
    expect(rows).toEqual([
      { pin: '7', first: expect.any(String), last: expect.stringMatching(/23:59:59$/) },
    ])
  })

  it('A statement finds what waits for a terminal', async () => {
    const rows = await ask(/'expiring'/)
    expect(rows.map((row) => row.text)).toEqual(['CHECK waiting'])
  })

  it('A statement finds what failed since yesterday', async () => {
    const rows = await ask(/'failed', 'unknown'/)
    expect(rows.map((row) => row.text)).toEqual(['CHECK failing'])
  })

  it('A statement finds which terminals are silent', async () => {
    const rows = await ask(/last_seen_at </)
    expect(rows.map((row) => row.serial_number)).toEqual(['SILENT'])
  })

  it("An app's own attendance is stored once, as the page on attendance has it", async () => {
    const [block] = blocksIn('sql', 'docs/attendance.md')
    const own = `"${database.schema}".own_attendance`
    const [create = '', insert = ''] = `${block?.text}`
      .replace('TABLE attendance', `TABLE ${own}`)
      .replace('INTO attendance', `INTO ${own}`)
      .split(';')
    await database.pool.query(create)
    const row = [SN, '7', '2026-10-05 06:58:10', '0', new Date()]
    for (const values of [row, row, row.with(1, '8')]) await database.pool.query(insert, values)
    const { rows } = await database.pool.query(`SELECT pin FROM ${own} ORDER BY pin`)
    expect(rows).toEqual([{ pin: '7' }, { pin: '8' }])
  })

  it('A statement partitions the tables, with all that is in them', async () => {
    const { pool, schema } = database
    const adapter = postgresAdapter(pool, { schema })
    const before = await keptIn(pool, schema, adapter).lines()
    const [statement = ''] = statements.filter((text) => text.includes('PARTITION BY'))
    await pool.query(statement.replaceAll('iclock', schema))
    const { rows } = await pool.query(
      `SELECT count(*)::text AS count FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid AND relkind = 'r'
      WHERE relnamespace = '${schema}'::regnamespace`,
    )
    expect(rows).toEqual([{ count: '24' }])
    await adapter.migrate()
    expect(await keptIn(pool, schema, adapter).lines()).toEqual(before)
    const { waiting, failed } = await adapter.countCommands({}, new Date())
    expect([waiting, failed]).toEqual([1, 1])
  })
})

// PGlite has no address that a driver could connect to.
describe.skipIf(url === undefined)('The ways to a pool', () => {
  const name = `iclock_docs_${process.pid}`
  const admin = new pg.Pool({ connectionString: url, max: 1 })
  beforeAll(() => admin.query(`CREATE DATABASE ${name}`))
  afterAll(async () => {
    await admin.query(`DROP DATABASE ${name}`)
    await admin.end()
  })

  it('A pool is shared with Drizzle, and connections are borrowed from Knex', async () => {
    const own = new URL(url ?? '')
    own.pathname = name
    const blocks = blocksIn('js', PAGE)
      .filter(({ mark }) => mark === 'run')
      .map((block, index) => {
        const exported =
          index === 0 ? 'drizzleAdapter as adapter, drizzleDb' : 'knexAdapter as adapter'
        return { ...block, text: `${block.text}\nexport { ${exported} }\n` }
      })
    expect(blocks).toHaveLength(2)
    expect(JSON.parse(await runScenario('pool', blocks, { DATABASE_URL: own.href }))).toEqual({
      drizzle: { terminals: ['BY DRIZZLE'], itself: 1 },
      knex: { terminals: ['BY DRIZZLE', 'BY KNEX'], idle: true },
    })
  })
  it('An app moves from its own tables, and hires in a transaction', async () => {
    const own = new URL(url ?? '')
    own.pathname = name
    const blocks = ['existing-server', 'transactions'].flatMap((page) => {
      return blocksIn('js', `docs/${page}.md`).filter(({ mark }) => mark === 'run')
    })
    expect(JSON.parse(await runScenario('jobs', blocks, { DATABASE_URL: own.href }))).toEqual({
      replies: [
        ['1', 0],
        ['77', -1],
      ],
      imported: [2, 2],
      executed: ['DATA UPDATE USERINFO PIN=7'],
      states: ['succeeded', 'succeeded'],
      hired: 'waiting',
      refused: '23505',
      long: 'VALUE_REFUSED',
      replied: [
        ['waiting', 'Ada'],
        ['succeeded', 'Ada (enrolled)'],
      ],
      together: [0, 1],
    })
  })
})
