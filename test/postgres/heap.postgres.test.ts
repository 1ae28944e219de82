// What ended a process before: each runs in a process of its own, with a heap of 256 MB, that must
// answer and live.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type PostgresAdapter, postgresAdapter } from '../../src/postgres.js'
import { openDatabase, type TestDatabase } from '../support/postgres-database.js'

const url = inject('postgresUrl')
const PROGRAM = new URL('./program/server.js', import.meta.url)
const SN = '0316144680030'
const MB = 1024 * 1024

describe.skipIf(url === undefined)('In a heap of 256 MB', { timeout: 300_000 }, () => {
  let database: TestDatabase
  let adapter: PostgresAdapter
  let child: ChildProcess
  let origin = ''

  beforeAll(async () => {
    database = await openDatabase()
    adapter = postgresAdapter(database.pool, { schema: database.schema })
    await adapter.migrate()
  })
  afterAll(() => database.remove())
  beforeEach(async () => {
    const tables = ['commands', 'attendance', 'uploads', 'terminals']
    const emptied = tables.map((table) => `"${database.schema}".${table}`).join(', ')
    await database.pool.query(`TRUNCATE ${emptied}`)
    const execArgv = ['--max-old-space-size=256']
    child = fork(PROGRAM, [`${url}`, database.schema], { execArgv, stdio: 'inherit' })
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    origin = `http://127.0.0.1:${port}`
  })
  afterEach(async () => {
    expect(child.exitCode, 'the process has ended').toBeNull()
    const ended = once(child, 'exit')
    child.kill()
    await ended
  })

  /** A statement on the tables, in the schema of the test. */
  const fill = (statement: string) =>
    database.pool.query(statement.replaceAll('iclock.', `"${database.schema}".`))
  const post = async (path: string, body: string | Buffer, headers = {}) => {
    const response = await fetch(`${origin}${path}`, { method: 'POST', body, headers })
    return { status: response.status, text: await response.text() }
  }
  const get = async (path: string) => {
    const response = await fetch(`${origin}${path}`)
    return { status: response.status, text: await response.text() }
  }

  const fillPackets = (count: number, last: number, body: string, lines = 0) =>
    fill(`INSERT INTO iclock.uploads (serial_number, line_key, position, kind, type, type_key, packet_set, packet_index, record,
        raw, received_at)
      SELECT '${SN}', 'p' || n, nextval('iclock.positions'), 'packet', 'packet', 'packet',
        encode(sha256(convert_to('["q","user",${count}]', 'UTF8')), 'hex'), n,
        json_build_object('kind', 'packet', 'type', 'packet', 'table', 'user', 'index', n, 'count', ${count}, 'lines', ${lines}), ${body}, now()
      FROM generate_series(1, ${last}) AS n`)
  const packetPath = (index: number, count: number) =>
    `/iclock/querydata?SN=${SN}&type=tabledata&tablename=user&cmdid=q&packcnt=${count}&packidx=${index}`

  it('A hundred packets of 4 MB stay as they are when the last one comes, and conclude their query', async () => {
    await fillPackets(100, 99, `convert_to(repeat(md5(n::text), ${(4 * MB) / 32}), 'UTF8')`, 5000)
    await adapter.recordSent({
      serialNumber: SN,
      commandId: 'q',
      text: 'DATA QUERY tablename=user',
    })
    expect(await post(packetPath(100, 100), 'user pin=1\n')).toMatchObject({ status: 200 })
    const { rows } = await adapter.listUploads({ kind: 'packet', limit: 1000 })
    expect(rows).toHaveLength(100)
    expect((await adapter.findRecord(SN, 'q'))?.reply).toMatchObject({ rows: 495_001 })
  })

  it('A result of 63 MB in packets that each pass the limits is answered', async () => {
    const body = `convert_to((SELECT string_agg('user pin=' || (n * 100000 + line) || E'\\tname=' || repeat('x', 300), E'\\n')
      FROM generate_series(1, 9900) AS line), 'UTF8')`
    await fillPackets(20, 19, body)
    // A database may need longer for all of its rows than the endpoint waits.
    expectTold([{ status: 200 }, await post(packetPath(20, 20), 'user pin=1\n')])
    expect((await get(`/iclock/getrequest?SN=${SN}`)).text).toBe('OK')
  })

  it('Forty packed bodies of 100 kB, 16 MB each, are stored or refused', async () => {
    const lines = Array.from(
      { length: 9000 },
      (_, index) => `user pin=${index}\tname=${'x'.repeat(1700)}`,
    )
    const file = Buffer.from(lines.join('\n'))
    const header = Buffer.alloc(512)
    header.write('user.txt', 0)
    header.write(`${file.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    const padding = Buffer.alloc((512 - (file.length % 512)) % 512)
    const body = gzipSync(Buffer.concat([header, file, padding, Buffer.alloc(1024)]))
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const path = `/iclock/querydata?SN=S${index}&type=tabledata&tablename=user&cmdid=q${index}&ContentType=tgz`
        return post(path, body)
      }),
    )
    expectTold(answers)
  })

  it('Forty bodies of 200 records with 999 fields are stored or refused', async () => {
    const fields = Array.from({ length: 999 }, (_, index) => `f${index}=${index}`).join('\t')
    const lines = Array.from({ length: 200 }, (_, index) => `user pin=${index}\t${fields}`)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        post(
          `/iclock/cdata?SN=S${index}&table=tabledata&tablename=user&count=200`,
          lines.join('\n'),
        ),
      ),
    )
    expectTold(answers)
  })

  function expectTold(answers: readonly { status: number }[]): void {
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    for (const { status } of answers) expect([200, 413, 503]).toContain(status)
  }

  const VIEWS = [
    'view=terminals',
    'view=failures',
    'view=attendance',
    ...['commands', 'replies', 'uploads', 'unparsed'].flatMap((tab) => [
      `view=terminal&sn=${SN}&tab=${tab}`,
      `view=terminal&sn=${SN}&tab=${tab}&q=x`,
    ]),
  ]
  const expectViews = async () => {
    for (const view of VIEWS) expect(await get(`/page/view?${view}`)).toMatchObject({ status: 200 })
  }

  it('The page shows 500 replies of 0.9 MB', async () => {
    await fill(`INSERT INTO iclock.commands (serial_number, id_key, command_id, listed_at, replied_at, return_code, command_name,
        outcome, meaning, fields, raw, reply_digest)
      SELECT '${SN}', 'r' || n, 'r' || n, now(), now(), 0, 'Shell', 'succeeded', 'done', '[]',
        convert_to(repeat(md5(n::text), 28125), 'UTF8'), md5(n::text) FROM generate_series(1, 500) AS n`)
    await expectViews()
  })

  it('The page shows 1,000 waiting commands of 200 kB, and 300 terminals with 1 MB of options', async () => {
    await fill(`INSERT INTO iclock.commands (serial_number, id_key, command_id, text, terms, attempts, issued_at, listed_at)
      SELECT '${SN}', 'w' || n, 'w' || n, 'DATA ' || repeat(md5(n::text), 6250), '{"attempts":5,"replyWithin":60000}', 5, now(), now()
      FROM generate_series(1, 1000) AS n`)
    await fill(`INSERT INTO iclock.terminals (serial_number, options, first_seen_at, last_seen_at)
      SELECT CASE WHEN n = 1 THEN '${SN}' ELSE 'T' || n END, jsonb_build_object('~note', repeat(md5(n::text), 31250)), now(), now()
      FROM generate_series(1, 300) AS n`)
    await expectViews()
  })

  it('The page shows 150 photos of 3 MB, and 300 lines of 1 MB that are no records', async () => {
    await fill(`INSERT INTO iclock.uploads (serial_number, line_key, position, kind, type, type_key, record, raw, content_length,
        received_at)
      SELECT '${SN}', 'f' || n, nextval('iclock.positions'), 'file', 'attphoto', 'attphoto',
        '{"kind":"file","type":"attphoto","fields":[],"sizeMatches":true}', convert_to(repeat(md5(n::text), 93750), 'UTF8'), 10, now()
      FROM generate_series(1, 150) AS n`)
    await fill(`INSERT INTO iclock.uploads (serial_number, line_key, position, kind, type, type_key, record, raw, received_at)
      SELECT '${SN}', 'u' || n, nextval('iclock.positions'), 'unparsed', '', '', '{"kind":"unparsed","type":""}',
        convert_to(repeat(md5(n::text), 31250), 'UTF8'), now() FROM generate_series(1, 300) AS n`)
    await expectViews()
  })

  const fillTemplates = (count: number) =>
    fill(`INSERT INTO iclock.commands (serial_number, id_key, command_id, text, terms, key, attempts, issued_at, listed_at)
      SELECT '${SN}', 't' || n, 't' || n, 'DATA UPDATE BIODATA Pin=' || n || E'\\tTmp=' || repeat(md5(n::text), 28125),
        json_build_object('attempts', 5, 'replyWithin', 60000, 'key', 'template ' || n), 'template ' || n, 5, now(), now()
      FROM generate_series(1, ${count}) AS n`)

  it('A command with a key is issued behind 600 templates of 900 kB', async () => {
    await fillTemplates(600)
    const command = { text: 'DATA UPDATE BIODATA Pin=1\tTmp=x', key: 'template 1' }
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ serialNumber: SN, command })
    expect(await post('/issue', body, headers)).toMatchObject({ status: 200 })
    expect(await adapter.countCommands({}, new Date())).toMatchObject({
      waiting: 600,
      superseded: 1,
    })
  })

  it('Four polls at once, for up to 200 commands each, read a few of 300 templates of 900 kB', async () => {
    await fillTemplates(300)
    const polls = await Promise.all(
      Array.from({ length: 4 }, () => get(`/iclock/getrequest?SN=${SN}`)),
    )
    const handedOut = polls.filter(({ text }) => text.startsWith('C:'))
    expect(handedOut.length).toBeGreaterThan(0)
    for (const { text } of handedOut) expect(text.match(/^C:/gm)).toHaveLength(1)
    await expectViews()
  })
})
