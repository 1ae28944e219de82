// The page on which people watch terminals, with simulated terminals that punch, reply and fail.
// `npm run demo:page`, and PORT=8090 in front of it for another port, or HOST=0.0.0.0 to let terminals in
// from the network.
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import express from 'express'
import { commandQueue, terminalRouter } from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { monitorRouter } from 'express-iclock/monitor'
import { virtualTerminal } from 'express-iclock/simulator'
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
const FULL = -1001
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const host = process.env.HOST ?? '127.0.0.1'
const { adapter, where, close } = await openStorage()
const commands = commandQueue(adapter)
const app = express()
app.use(terminalRouter({ adapter, timeZone: 'Asia/Manila' }))
// A real app puts its login before it: app.use('/admin/terminals', requireAdmin, …).
const page = monitorRouter({
  adapter,
  commands,
  nameOf: (serialNumbers) => serialNumbers.map((serialNumber) => NAMES.get(serialNumber)),
  personOf: (people) => people.map(({ pin }) => PEOPLE.get(pin)),
  ...(host === '127.0.0.1' && { hosts: [host, 'localhost'] }),
  timeZone: 'Asia/Manila',
})
app.use('/admin/terminals', page)

const server = app.listen(Number(process.env.PORT ?? 8081), host)
await once(server, 'listening')
const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => over.abort())

await Promise.all([...NAMES.keys()].map((serialNumber, index) => work(serialNumber, index)))
page.close()
server.close()
server.closeAllConnections()
await close()

/** A terminal's day: people come and go, and it executes its commands, or fails to. */
async function work(serialNumber, index) {
  const terminal = virtualTerminal({ server, serialNumber })
  await terminal.handshake()
  await giveFirst(serialNumber, index)
  await attendFirst(terminal, index)
  if (index === NAMES.size - 1) say()
  for (let turn = 0; !over.signal.aborted; turn++) {
    const polled = await terminal.poll()
    for (const { commandId, text } of polled.commands) {
      await pause(500)
      await terminal.reply(commandId, returnCodeOf(text, index))
    }
    if (turn % 4 === index) {
      const pin = PINS[(turn + index) % PINS.length]
      await terminal.attend({ pin, time: clock(), status: turn % 8 < 4 ? 0 : 1 })
    }
    await pause(1500, undefined, { signal: over.signal }).catch(() => {})
  }
}

async function giveFirst(serialNumber, index) {
  for (const pin of ['7', '8']) {
    const name = PEOPLE.get(pin)
    const members = { employee: Number(pin) }
    await commands.issue(serialNumber, attendance.putUser({ pin, name }), { members })
  }
  if (index === 1) await commands.issue(serialNumber, attendance.info())
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

/** The workshop's terminal is full. */
function returnCodeOf(text, index) {
  return index === 1 && text.includes('USERINFO') ? FULL : 0
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
