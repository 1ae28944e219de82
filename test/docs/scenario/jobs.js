// The app that moves from an old server, and the one that hires in a transaction, on the database of
// DATABASE_URL.
import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import { commandQueue, parseReplies, terminalRouter } from 'express-iclock'
import { postgresAdapter } from 'express-iclock/postgres'
import { virtualTerminal } from 'express-iclock/simulator'
import pg from 'pg'

const SN = '0316144680030'
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const blocks = await Promise.all(process.argv.slice(2).map((path) => import(path)))
const { repliesOn, importOpen, hire } = Object.assign({}, ...blocks)
const found = {}

// An old server: one command was sent, one waits.
await pool.query(
  'CREATE TABLE device_commands (id serial, sn text, command text, sent_at timestamptz)',
)
const old = 'INSERT INTO device_commands (sn, command, sent_at) VALUES ($1, $2, $3)'
await pool.query(old, [SN, 'CHECK', new Date()])
await pool.query(old, [SN, 'INFO', new Date()])
await pool.query(old, [SN, 'DATA UPDATE USERINFO PIN=7', null])
let server = createServer(express().use(await repliesOn(pool))).listen(0)
await once(server, 'listening')
const report = (text) => {
  const url = `http://localhost:${server.address().port}/iclock/devicecmd?SN=${SN}`
  return fetch(url, { method: 'POST', body: text })
}
const answers = [
  'ID=1&Return=0&CMD=CHECK\n',
  'ID=1&Return=-5000&CMD=CHECK\n',
  'ID=77&Return=-1&CMD=X\n',
]
for (const answer of answers) await report(answer)
const { rows } = await pool.query(
  'SELECT command_id, return_code::int FROM terminal_replies ORDER BY 1',
)
found.replies = rows.map((row) => [row.command_id, row.return_code])
server.close()

const adapter = postgresAdapter(pool)
await adapter.migrate()
found.imported = [await importOpen(pool, adapter), await importOpen(pool, adapter)]
server = createServer(express().use(terminalRouter({ adapter }))).listen(0)
await once(server, 'listening')
const terminal = virtualTerminal({ server, serialNumber: SN })
const executed = []
await terminal.start(
  ({ text }) => {
    executed.push(text)
    return 0
  },
  { untilIdle: true, delay: 1 },
)
await report('ID=2&Return=0&CMD=INFO\n')
const commands = commandQueue(adapter)
const ids = ['2', '3'].map((commandId) => ({ serialNumber: SN, commandId }))
found.executed = executed
found.states = (await commands.look(ids)).map(({ state }) => state)

await pool.query('CREATE TABLE employees (id serial, pin text UNIQUE, name text)')
const issued = await hire(pool, SN, { pin: '8', name: 'Ada' })
found.hired = await commands.state(issued)
await hire(pool, SN, { pin: '8', name: 'Bo' }).catch(({ code }) => {
  found.refused = code
})
await hire(pool, SN, { pin: '9', name: 'x'.repeat(99) }).catch(({ code }) => {
  found.long = code
})
// A reply and a row of the app's own are stored together, or neither is.
const { replies } = parseReplies(Buffer.from(`ID=${issued.commandId}&Return=0&CMD=DATA\n`), {
  serialNumber: SN,
})
found.replied = []
for (const end of ['ROLLBACK', 'COMMIT']) {
  const client = await pool.connect()
  await client.query('BEGIN')
  await postgresAdapter(client).onReply(replies[0], issued)
  await client.query("UPDATE employees SET name = name || ' (enrolled)'")
  await client.query(end)
  client.release()
  const own = await pool.query('SELECT name FROM employees')
  found.replied.push([await commands.state(issued), own.rows[0].name])
}
const { waiting } = await commands.count({ state: 'waiting' })
const { rowCount } = await pool.query('SELECT FROM employees')
found.together = [waiting, rowCount]
process.stdout.write(JSON.stringify(found))
server.close()
await pool.end()
