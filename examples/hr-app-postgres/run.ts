// Runs the HR app of app.ts with two simulated terminals: `npm run example:hr-app-postgres`, on
// PGlite, or on the PostgreSQL of POSTGRES_URL. Note the finger that comes from one terminal to the
// other, and that each record is stored once, although it is sent twice.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { terminalPeople, virtualTerminal } from 'express-iclock/simulator'
import { createApp } from './app.js'
import { openDatabase } from './database.js'

const places = ['0316144680030', '0316144680031']
const [gate = '', canteen = ''] = places
const login = 'Bearer secret'

const { database, close } = await openDatabase(process.env.POSTGRES_URL)
const { app, page, people } = await createApp({
  database,
  terminals: places,
  requireAdmin: (req, res, next) => {
    if (req.headers.authorization === login) next()
    else res.sendStatus(401)
  },
  greet: (pin) => console.log(`a screen greets     ${pin}`),
  deletes: 'apply',
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const terminals = places.map((serialNumber) => {
  const memory = terminalPeople()
  return { memory, ...virtualTerminal({ server, serialNumber, people: memory }) }
})
const [atGate, atCanteen] = terminals as [(typeof terminals)[0], (typeof terminals)[0]]

// By default at most half of a terminal's people may be deleted in a day, and here that is one.
const limits = { maxDeletes: 10, maxFleetDeletes: 10 }

try {
  for (const serialNumber of places) {
    for (const [pin, name] of [
      ['7', 'Ada'],
      ['8', 'Bo'],
    ]) {
      const added = await post('employees', { pin, name, serialNumber })
      if (serialNumber === gate) console.log('an employee         ', added)
    }
  }
  const noName = { pin: '9', name: 'Bo\tPri=14', serialNumber: gate }
  console.log('a name that is none ', await post('employees', noName))
  await settle()
  console.log('where Ada stands    ', await get('employees/7/terminals'))

  const stop = new AbortController()
  const work = atGate.start(atGate.execute, { signal: stop.signal, delay: 10 })
  const finger = { serialNumber: gate, finger: 6 }
  console.log('Ada shows a finger  ', await post('employees/7/fingers', finger))
  stop.abort()
  await work
  await settle()
  console.log(
    'it came to          ',
    atCanteen.memory.templates('7').map(({ type, no }) => `${type} ${no}`),
  )

  await fetch(`${origin}/employees/8`, { method: 'DELETE' })
  await settle()
  console.log('Bo has left         ', await get('employees/8/terminals'))
  console.log('the canteen         ', await get(`terminals/${canteen}/people`))

  const punches = [
    { pin: '7', time: '2026-10-05 06:58:10', status: 0 },
    { pin: '7', time: '2026-10-05 17:02:41', status: 1 },
  ]
  await atGate.attend(punches, { repeats: 1 })
  console.log('who came and went   ', await get('employees/7/attendance'))
  console.log("a stranger's page   ", await pageStatus(''))
  console.log("an administrator's  ", await pageStatus(login))
} finally {
  page.close()
  server.close()
  server.closeAllConnections()
  await close()
}

// An app calls people.start(), and its passes run within seconds; here they run at once.
async function settle() {
  for (let round = 0; round < 5; round++) {
    for (const [index, serialNumber] of places.entries()) {
      const terminal = terminals[index] as (typeof terminals)[0]
      await terminal.start(terminal.execute, { untilIdle: true, delay: 1 })
      await people.reconcile(serialNumber, limits)
    }
  }
}

async function post(path: string, body: object) {
  const response = await fetch(`${origin}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return `${response.status} ${await response.text()}`
}

async function get(path: string) {
  return (await fetch(`${origin}/${path}`)).json()
}

async function pageStatus(authorization: string) {
  return (await fetch(`${origin}/admin/terminals/`, { headers: { authorization } })).status
}
