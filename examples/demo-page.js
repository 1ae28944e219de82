// The page on which people watch terminals, with simulated terminals that punch, reply and fail, and a roster
// in step but for one person, for whom the workshop's terminal has no place.
// `npm run demo:page`, and PORT=8090 in front of it for another port, or HOST=0.0.0.0 to let terminals in
// from the network.
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import express from 'express'
import { commandQueue, terminalRouter } from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { monitorRouter } from 'express-iclock/monitor'
import { roster } from 'express-iclock/roster'
import { terminalPeople, virtualTerminal } from 'express-iclock/simulator'
import { openStorage } from './demo-storage.js'

const NAMES = new Map([
  ['0316144680030', 'Main entrance'],
  ['0316144680031', 'Workshop'],
  ['CKJF201260099', 'Canteen'],
])
const PEOPLE = new Map([
  ...[
    ['7', 'Ada Reyes'],
    ['8', 'Bo Lindqvist'],
    ['12', 'Carmen Diaz'],
    ['15', 'Dodong Santos'],
  ],
  ...[
    ['103', 'Emre Aydin'],
    ['104', 'Fumiko Abe'],
    ['220', 'Grace Okafor'],
  ],
])
const PINS = [...PEOPLE.keys()]
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const host = process.env.HOST ?? '127.0.0.1'
const { adapter, where, close } = await openStorage()
const commands = commandQueue(adapter)
const app = express()
const people = roster({
  adapter,
  desired: () => Array.from(PEOPLE, ([pin, name]) => ({ pin, person: pin, name })),
})
app.use(terminalRouter({ adapter: people.adapter, timeZone: 'Asia/Manila' }))
// A real app puts its login before it: app.use('/admin/terminals', requireAdmin, …).
const page = monitorRouter({
  adapter,
  commands,
  nameOf: (serialNumbers) => serialNumbers.map((serialNumber) => NAMES.get(serialNumber)),
  personOf: (asked) => asked.map(({ pin }) => PEOPLE.get(pin)),
  roster: people,
  ...(host === '127.0.0.1' && { hosts: [host, 'localhost'] }),
  timeZone: 'Asia/Manila',
})
app.use('/admin/terminals', page)

const server = app.listen(Number(process.env.PORT ?? 8081), host)
await once(server, 'listening')
const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => over.abort())

people.start({ signal: over.signal })
await Promise.all([...NAMES.keys()].map((serialNumber, index) => work(serialNumber, index)))
page.close()
server.close()
server.closeAllConnections()
await close()

/** A terminal's day: people come and go, and it executes its commands. */
async function work(serialNumber, index) {
  // The workshop's terminal has a place too few, and somebody on it whom nobody asked for.
  const kept =
    index === 1
      ? { capacity: PINS.length, users: [{ pin: '900', name: 'Old Visitor' }] }
      : { users: [{ pin: '7', name: 'Ada Reyes' }] }
  const terminal = virtualTerminal({ server, serialNumber, people: terminalPeople(kept) })
  await terminal.handshake()
  await fill(terminal, serialNumber)
  if (index === 1) await commands.issue(serialNumber, attendance.info())
  await attendFirst(terminal, index)
  if (index === NAMES.size - 1) say()
  const execute = async (command) => {
    await pause(500)
    return terminal.execute(command)
  }
  for (let turn = 0; !over.signal.aborted; turn++) {
    await terminal.serve(execute, { untilIdle: true })
    if (turn % 4 === index) {
      const pin = PINS[(turn + index) % PINS.length]
      await terminal.attend({ pin, time: clock(), status: turn % 8 < 4 ? 0 : 1 })
    }
    await pause(1500, undefined, { signal: over.signal }).catch(() => {})
  }
}

/** Everybody gets onto the terminal now, and not within a minute as `people.start` does it. */
async function fill(terminal, serialNumber) {
  for (let round = 0; round < 5; round++) {
    await people.reconcile(serialNumber)
    await terminal.serve(terminal.execute, { untilIdle: true, delay: 1 })
  }
}

/** The day so far: some come late, and some have left already. */
async function attendFirst(terminal, index) {
  const own = PINS.filter((_, at) => at % NAMES.size === index)
  const records = own.flatMap((pin, at) => [
    { pin, time: clock(4 * HOUR - at * 7 * MINUTE), status: 0 },
    ...(at === 0 ? [{ pin, time: clock(20 * MINUTE), status: 1 }] : []),
  ])
  await terminal.attend(records)
}

/** The time on a clock in Manila, or some milliseconds earlier. */
function clock(before = 0) {
  return new Date(Date.now() + 8 * HOUR - before).toISOString().slice(0, 19).replace('T', ' ')
}

function say() {
  const { port } = server.address()
  console.log(`The page:           http://127.0.0.1:${port}/admin/terminals/
Your own terminal:  ${host === '127.0.0.1' ? 'start with HOST=0.0.0.0' : "server: this computer's address"}, port ${port}
Stored ${where}.
Ctrl+C ends it.`)
}
