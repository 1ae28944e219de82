// A terminal in an app with the middleware of most apps, and in one of many customers; and an app that
// stops while somebody waits.
import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import { memoryAdapter } from 'express-iclock'
import { virtualTerminal } from 'express-iclock/simulator'

process.env.SESSION_SECRET = 'of this test'
process.env.PORT = '0'
const blocks = await Promise.all(process.argv.slice(2).map((path) => import(path)))
const { createApp, mount, serve } = Object.assign({}, ...blocks)
const found = {}
const SN = '0316144680030'

const listen = async (app) => {
  const server = createServer(app).listen(0)
  await once(server, 'listening')
  return server
}

// morgan writes to stdout, which is for what was found.
const { write } = process.stdout
const log = []
process.stdout.write = (text) => log.push(String(text))
const kept = memoryAdapter()
const stack = await listen(createApp(kept, (req, res) => res.json({ body: req.body })))
const terminal = virtualTerminal({ server: stack, serialNumber: SN })
await terminal.handshake()
await terminal.attend({ pin: '7', time: '2026-10-05 06:58:10' })
found.kept = (await kept.listAttendance({})).rows.length
const employee = await fetch(`http://localhost:${stack.address().port}/employees`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: '{"pin":"7"}',
})
found.employee = [await employee.json(), employee.headers.has('content-security-policy')]
stack.close()
process.stdout.write = write
found.isLogged = log.join('').includes('/iclock/cdata')

const shared = memoryAdapter()
const customer = { serialNumbers: [SN], timeZone: 'Asia/Manila' }
const app = express()
mount(app, shared, {
  byKey: async (key) => (key === '9f86' ? customer : undefined),
  ofTerminal: async () => customer,
})
const tenants = await listen(app)
const statusOf = async (key, serialNumber) => {
  const path = `/t/${key}/iclock/getrequest?SN=${serialNumber}`
  return (await fetch(`http://localhost:${tenants.address().port}${path}`)).status
}
found.customers = [
  await statusOf('9f86', SN),
  await statusOf('9f86', 'OTHER'),
  await statusOf('aaaa', SN),
]
tenants.close()
tenants.closeAllConnections()

let isClosed = false
const server = await serve(express(), memoryAdapter(), () => {
  isClosed = true
})
const waiting = fetch(`http://localhost:${server.address().port}/check/${SN}`, { method: 'POST' })
setTimeout(() => process.kill(process.pid, 'SIGTERM'), 300)
found.stopped = (await waiting).status
process.once('exit', () => {
  process.stdout.write(JSON.stringify({ ...found, isClosed }))
})
