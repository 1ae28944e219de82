// A terminal connects through nginx in every way that iclock.conf has: it starts, uploads
// attendance, gets a command, and replies. Prints the requests of the app and the answers to the
// terminal. Note the path that reaches the app, `over https`, and the 413 that the app never saw.
import { once } from 'node:events'
import { commandQueue, memoryAdapter } from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { virtualTerminal } from 'express-iclock/simulator'
import { createApp } from './app.js'
import { startNginx } from './nginx.js'

const storage = memoryAdapter()
const seen = []
const server = createApp(storage, (line) => seen.push(line)).listen(0, '127.0.0.1')
await once(server, 'listening')
const nginx = await startNginx(server.address().port)

const ways = [
  { way: 'path kept', url: `${nginx.http}/hr` },
  { way: 'path rewritten', url: `${nginx.http}/terminals` },
  { way: 'TLS', url: `${nginx.https}/hr` },
  { way: 'too large', url: `${nginx.http}/hr`, size: 4 * 1024 * 1024 },
]

try {
  await converse(`${nginx.http}/hr`)
  for (const [index, { way, url, size = 0 }] of ways.entries()) {
    const tls = { ca: nginx.certificate }
    const terminal = virtualTerminal({ url, serialNumber: '0316144680030', tls })
    const record = terminal.records.getFile(`100${index}`, 'log.txt', Buffer.alloc(size))
    const { accepted, refusal, clock } = await terminal.exchange(record)
    console.log(`${way}: ${url}`)
    console.log(`  the app saw       ${seen.splice(0).join('') || 'nothing'}`)
    console.log(`  the terminal read ${accepted ? `OK, ${clock.toUTCString()}` : refusal}`)
  }
  console.log(`stored: ${storage.replies().map(({ commandName }) => commandName)}`)
} finally {
  await nginx.stop()
  server.close()
}

async function converse(url) {
  const serialNumber = '0316144680030'
  const terminal = virtualTerminal({ url, serialNumber })
  await commandQueue(storage).issue(serialNumber, attendance.putUser({ pin: '7', name: 'Ada' }))
  await terminal.handshake()
  await terminal.attend({ pin: '7', time: '2026-10-05 06:58:10' })
  await terminal.serve(() => 0, { untilIdle: true })
  console.log(`the whole conversation: ${url}`)
  for (const line of seen.splice(0))
    console.log(`  the app saw       ${line.replace(/\?.*? from/, ' from')}`)
}
