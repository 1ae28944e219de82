// Age and size: what calls of storage cost on years of history, over a store that holds only what
// they return. Both are schemas of one PostgreSQL, and take turns call by call. And what the views of
// the page take on years of history.
import { once } from 'node:events'
import express from 'express'
import { commandQueue, parseReplies, parseUpload } from 'express-iclock'
import { monitorRouter } from 'express-iclock/monitor'
import { postgresAdapter } from 'express-iclock/postgres'
import { roster } from 'express-iclock/roster'
import pg from 'pg'
import { fillHistory } from '../test/support/postgres-history.js'
import { withDatabases } from './database.js'
import { brief, median, progress, rounded, rounds, row } from './measure.js'

const HOUR = 3_600_000
// Noon: a bare store has all of its rows on one day.
const END = new Date(Math.floor(Date.now() / (24 * HOUR)) * 24 * HOUR - 12 * HOUR)
const DAY = END.toISOString().slice(0, 10)
const PAGE = 101
const SIZE = brief ? 100 : 1
const HISTORY = {
  ...{ days: 200, terminals: 10_000 / SIZE, persons: 5000 / SIZE },
  ...{
    settled: 2_000_000 / SIZE,
    own: 20_000 / SIZE,
    waiting: 100_000 / SIZE,
    expired: 50_000 / SIZE,
  },
  ...{ attendance: 3_000_000 / SIZE, uploads: 500_000 / SIZE, roster: 20_000 / SIZE },
}
// One command of 25 failed.
const BARE = {
  ...{ days: 0.1, terminals: PAGE, persons: 1, settled: 25 * PAGE, own: PAGE, waiting: PAGE },
  ...{ expired: PAGE, attendance: PAGE * PAGE, uploads: PAGE },
}
const CALLS = brief ? 5 : 60 * rounds
const BOUNDS = { limit: 9, maxBytes: 40_000 }
let last = 0

/** A terminal of many: no two calls in a row are about the same. */
const someTerminal = () => `T${1 + ((last * 37) % HISTORY.terminals)}`

async function issued(adapter, serialNumber, count = 1) {
  const commands = Array.from({ length: count }, () => {
    return { serialNumber, commandId: `x${last++}`, text: 'DATA UPDATE USERINFO PIN=7\tName=Ada' }
  })
  const terms = { attempts: 5, replyWithin: 60_000 }
  const issuedAt = new Date()
  await adapter.issue(commands.map((command) => ({ command, terms, issuedAt })))
  return commands
}

function claimsOf(commands) {
  const sentAt = new Date()
  const replyDueAt = new Date(sentAt.getTime() + 60_000)
  return commands.map(({ commandId }) => ({ commandId, attempt: 1, sentAt, replyDueAt }))
}

function uploadOf(serialNumber, count) {
  const time = new Date().toISOString().slice(0, 19).replace('T', ' ')
  const lines = Array.from({ length: count }, () => `${last++}\t${time}\t0\t1\t0`)
  const body = Buffer.from(lines.join('\n'))
  const about = { serialNumber, table: 'ATTLOG', query: {}, receivedAt: new Date(), body }
  return { ...about, ...parseUpload(body, { table: 'ATTLOG' }) }
}

// Each makes ready what is measured.
const ENDPOINTS = {
  async claim(adapter) {
    const serialNumber = someTerminal()
    const commands = await issued(adapter, serialNumber)
    return () => adapter.claim(serialNumber, claimsOf(commands))
  },
  async reply(adapter) {
    const [command] = await issued(adapter, someTerminal())
    const { serialNumber, commandId } = command
    await adapter.claim(serialNumber, claimsOf([command]))
    const body = Buffer.from(`ID=${commandId}&Return=0&CMD=DATA`)
    const { replies } = parseReplies(body, { serialNumber })
    return async () => {
      await adapter.findCommand(serialNumber, commandId)
      await adapter.onReply(replies[0], command)
    }
  },
  async 'upload of a line'(adapter) {
    const upload = uploadOf(someTerminal(), 1)
    return () => adapter.onUpload(upload)
  },
  async 'upload of 20 lines'(adapter) {
    const upload = uploadOf(someTerminal(), 20)
    return () => adapter.onUpload(upload)
  },
  async poll(adapter) {
    const serialNumber = someTerminal()
    await issued(adapter, serialNumber)
    return () => adapter.openCommands(serialNumber, new Date(), BOUNDS)
  },
  'idle poll': (adapter) => () => adapter.openCommands('OWN', new Date(), BOUNDS),
  async 'look at 200'(adapter) {
    const { rows } = await adapter.listCommands({ state: 'succeeded', limit: 200 }, new Date())
    return () => adapter.findSummaries(rows)
  },
}

const LONG = {
  'poll behind the long queue': (adapter) => () => adapter.openCommands('LONG', new Date(), BOUNDS),
}

const page = (list) => (adapter) => () => list(adapter, new Date())
const LISTS = {
  commands: page((adapter, now) => adapter.listCommands({}, now)),
  'commands of a terminal': page((adapter, now) =>
    adapter.listCommands({ serialNumber: 'OWN' }, now),
  ),
  'commands that wait': page((adapter, now) => adapter.listCommands({ state: 'waiting' }, now)),
  'commands that expired': page((adapter, now) => adapter.listCommands({ state: 'expired' }, now)),
  'commands that failed': page((adapter, now) => adapter.listCommands({ state: 'failed' }, now)),
  replies: page((adapter) => adapter.listReplies({})),
  'replies that failed': page((adapter) => adapter.listReplies({ outcome: 'failed' })),
  'unparsed lines': page((adapter) => adapter.listUnparsed({})),
  attendance: page((adapter) => adapter.listAttendance({})),
  'attendance of a terminal': page((adapter) => adapter.listAttendance({ serialNumber: 'T1' })),
  'attendance of a person': page((adapter) => adapter.listAttendance({ pin: '0' })),
  'attendance of a day': page((adapter) => adapter.listAttendance({ day: DAY })),
  uploads: page((adapter) => adapter.listUploads({})),
  'uploads of a type': page((adapter) => adapter.listUploads({ type: 'user' })),
  terminals: page((adapter) => adapter.listTerminals({})),
}

const OF_TERMINALS = Object.entries({
  OWN: ['commands', 'replies'],
  LONG: ['commands', 'replies'],
  T1: ['punches', 'uploads', 'unparsed'],
}).flatMap(([serialNumber, tabs]) => tabs.map((tab) => `terminal&sn=${serialNumber}&tab=${tab}`))
const VIEWS = [
  'terminals',
  'terminals&q=99',
  'terminals&show=silent',
  'commands',
  'commands&q=nothing',
  'commands&person=7',
  'work',
  'failures',
  'attendance',
  `attendance&day=${DAY}`,
  ...OF_TERMINALS,
  'terminal&sn=OWN&tab=commands&q=7',
  'terminal&sn=ALL&tab=people',
  'terminal&sn=ALL&tab=people&standing=failed',
  ...['commands', 'punches', 'uploads'].map((tab) => `person&pin=7&tab=${tab}`),
  'send',
  'sending&id=none',
]

/** How long a view of the page takes, in milliseconds, and its size in kB. */
async function printViews(adapter) {
  const people = roster({ adapter, desired: () => [] })
  const commands = commandQueue(adapter)
  const app = express().use(monitorRouter({ adapter, commands, roster: people }))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  for (const view of VIEWS) {
    const url = `http://127.0.0.1:${server.address().port}/view?view=${view}`
    const times = []
    let bytes = 0
    for (let call = 0; call <= CALLS; call++) {
      const start = performance.now()
      const response = await fetch(url)
      if (response.status !== 200) throw new Error(`${url}: ${response.status}`)
      bytes = (await response.arrayBuffer()).byteLength
      // The first is a warm-up.
      if (call > 0) times.push(performance.now() - start)
    }
    row(`ms of the view ${view}`, median(times), '<= 100')
    row(`kB of the view ${view}`, bytes / 1000, '<= 100')
  }
  server.closeAllConnections()
  server.close()
}

/** How long each of two stores takes, in milliseconds, the median of calls in which they take turns. */
async function compared(stores, prepare) {
  const times = stores.map(() => [])
  for (let call = 0; call <= CALLS; call++) {
    for (const turn of call % 2 ? [0, 1] : [1, 0]) {
      const measured = await prepare(stores[turn])
      const start = performance.now()
      await measured()
      // The first of each is a warm-up.
      if (call > 0) times[turn].push(performance.now() - start)
    }
  }
  return times.map(median)
}

async function filled(url, schema, amounts) {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  const adapter = postgresAdapter(pool, { schema })
  await adapter.migrate()
  const client = await pool.connect()
  await fillHistory(client, schema, amounts, END)
  client.release()
  return { adapter, pool, schema }
}

export async function measure() {
  await withDatabases(['postgresql'], async ({ url }) => {
    progress('filling PostgreSQL: some minutes without --brief')
    const full = await filled(url, `full${process.pid}`, HISTORY)
    const bare = await filled(url, `bare${process.pid}`, BARE)
    await printSizes(full)
    await full.pool.query('CHECKPOINT')
    const stores = [full.adapter, bare.adapter]
    for (const [calls, aim] of [
      [ENDPOINTS, '<= 1.2'],
      [LONG, '<= 1.5'],
      [LISTS, '<= 1.5'],
    ]) {
      for (const [what, prepare] of Object.entries(calls)) {
        const [most, least] = await compared(stores, prepare)
        const ms = [most, least].map((each) => rounded(each)).join(' : ')
        row(`${what} on years of history : on a bare store`, most / least, aim, `${ms} ms`)
      }
    }
    await printViews(full.adapter)
    // A server of POSTGRES_URL stays.
    for (const { pool, schema } of [full, bare]) {
      await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
      await pool.end()
    }
  })
}

async function printSizes({ pool, schema }) {
  for (const [table, count] of [
    ['attendance', HISTORY.attendance],
    ['commands', HISTORY.settled],
  ]) {
    const { rows } = await pool.query(
      `SELECT pg_total_relation_size('"${schema}".${table}')::text AS bytes`,
    )
    row(`bytes of a row of ${table}, with its indexes`, Number(rows[0].bytes) / count)
  }
}
