// The complete loop on real requests: an app issues commands, a simulated terminal polls, executes
// and replies; then a terminal is replaced, and filled again. `npm run demo -- --wire` shows the bytes as well.
import { once } from 'node:events'
import express from 'express'
import { commandQueue, terminalRouter } from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { roster } from 'express-iclock/roster'
import { terminalPeople, virtualTerminal } from 'express-iclock/simulator'
import { openStorage } from './demo-storage.js'

const SN = '0316144680030'
const showsWire = process.argv.includes('--wire')

const { adapter, where, close } = await openStorage()
console.log(`Stored ${where}.`)
const employees = ['Ada', 'Bo', 'Chen'].map((name, n) => ({ pin: `${n + 1}`, person: name, name }))
const people = roster({ adapter, desired: () => employees })
const app = express()
app.use(terminalRouter({ adapter: people.adapter }))
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

const commands = commandQueue(adapter)
const terminal = virtualTerminal({ server, serialNumber: SN, onExchange: showWire })
await terminal.handshake()

heading('An employee is added')
const ada = await add('7', 'Ada')
const [command] = await poll()
await reply(command, 0)
await read(ada)

heading('The terminal loses power before it has executed the command')
const bo = await add('8', 'Bo')
await poll()
terminal.crash()
say('terminal', 'has lost power, and starts anew')
await terminal.handshake()
const [again] = await poll()
await reply(again, 0)
await read(bo)

heading('The terminal refuses a command')
const chen = await add('9', 'Chen')
const [refused] = await poll()
await reply(refused, -1001)
await read(chen)

heading('People are kept on another terminal by the roster')
await show(terminalPeople({ users: [{ pin: '9', name: 'Visitor' }] }))

heading('That terminal breaks, and an empty one takes its place')
await show(terminalPeople())
server.close()
server.closeAllConnections()
await close()

console.log(`
Next: npm run demo -- --wire          the same, with every request and answer
      npm run example:hr-app-jest     an app with routes, and its tests
      README.md                       the same in your app`)

async function add(pin, name) {
  const issued = await commands.issue(SN, attendance.putUser({ pin, name }))
  say('app', `adds employee ${pin}, ${name}: ${await commands.state(issued)}`)
  return issued
}

async function poll() {
  const polled = await terminal.poll()
  for (const { text } of polled.commands) say('terminal', `receives ${JSON.stringify(text)}`)
  return polled.commands
}

async function reply(command, returnCode) {
  await terminal.reply(command.commandId, returnCode)
  say('terminal', `replies Return=${returnCode}`)
}

async function read(issued) {
  const { state, meaning } = await commands.result(issued, { timeout: 5000 })
  say('app', `reads "${state}": ${meaning}`)
}

/** Lets the roster and a terminal work until everybody is there. */
async function show(held) {
  const serialNumber = '0316144680031'
  const one = virtualTerminal({ server, serialNumber, people: held, onExchange: showWire })
  say('terminal', `holds ${namesOn(held)}`)
  let told = ''
  for (let round = 0; round < 20; round++) {
    await one.start(one.execute, { untilIdle: true, delay: 1 })
    const { notice } = await people.reconcile(serialNumber)
    const { present, wanted } = await people.count(serialNumber)
    const now = notice ?? `${present} of ${employees.length} are on the terminal`
    if (now !== told) say('roster', now)
    told = now
    if (wanted === employees.length && present === wanted && held.users().length >= wanted) break
  }
  say('terminal', `holds ${namesOn(held)}`)
}

function namesOn(held) {
  const names = held.users().map(({ name }) => name)
  return names.length === 0 ? 'nobody' : names.join(', ')
}

function heading(title) {
  console.log(`\n${title}`)
}

function say(who, what) {
  console.log(`  ${who.padEnd(8)}  ${what}`)
}

function showWire({ sent, received }) {
  if (!showsWire) return
  for (const [octets, mark] of [
    [sent, '>'],
    [received, '<'],
  ]) {
    const lines = octets.toString().replaceAll('\r\n', '\n').trimEnd().split('\n')
    console.log(lines.map((line) => `            ${mark} ${line}`).join('\n'))
  }
}
