// Runs the HR app of app.ts with a simulated terminal: `npm run example:hr-app-postgres`, on
// PGlite, or on the PostgreSQL of POSTGRES_URL. Note the route that waits for its terminal, and
// that each record is stored once, although it is sent twice.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { virtualTerminal } from 'express-iclock/simulator'
import { createApp } from './app.js'
import { openDatabase } from './database.js'

const serialNumber = '0316144680030'
const login = 'Bearer secret'

const { database, close } = await openDatabase(process.env.POSTGRES_URL)
const { app, page } = await createApp({
  database,
  terminals: [serialNumber],
  requireAdmin: (req, res, next) => {
    if (req.headers.authorization === login) next()
    else res.sendStatus(401)
  },
  greet: (pin) => console.log(`a screen greets     ${pin}`),
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

try {
  const terminal = virtualTerminal({ server, serialNumber })
  const stop = new AbortController()
  const work = terminal.start(() => 0, { signal: stop.signal })
  console.log('an employee         ', await add({ pin: '7', name: 'Ada', serialNumber }))
  console.log('a name that is none ', await add({ pin: '8', name: 'Bo\tPri=14', serialNumber }))
  stop.abort()
  await work

  const punches = [
    { pin: '7', time: '2026-10-05 06:58:10', status: 0 },
    { pin: '7', time: '2026-10-05 17:02:41', status: 1 },
  ]
  await terminal.attend(punches, { repeats: 1 })
  console.log('who came and went   ', await attendance('7'))
  console.log("a stranger's page   ", await pageStatus(''))
  console.log("an administrator's  ", await pageStatus(login))
} finally {
  page.close()
  server.close()
  server.closeAllConnections()
  await close()
}

async function add(employee: object) {
  const response = await fetch(`${origin}/employees`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(employee),
  })
  return `${response.status} ${await response.text()}`
}

async function attendance(pin: string) {
  const response = await fetch(`${origin}/employees/${pin}/attendance`)
  return response.json()
}

async function pageStatus(authorization: string) {
  return (await fetch(`${origin}/admin/terminals/`, { headers: { authorization } })).status
}
