// Posts through nginx in every way that iclock.conf has, and prints what the app saw and what the terminal was answered.
// Look at: the path that reaches the app, `over https`, and the 413 that the app never saw.
import { once } from 'node:events'
import { memoryAdapter } from 'express-iclock'
import { virtualDevice } from 'express-iclock/simulator'
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
  { way: 'too large', url: `${nginx.http}/hr`, size: 1024 * 1024 },
]

try {
  for (const [index, { way, url, size = 0 }] of ways.entries()) {
    const tls = { ca: nginx.certificate }
    const device = virtualDevice({ url, serialNumber: '0316144680030', tls })
    const record = device.records.getFile(`100${index}`, 'log.txt', Buffer.alloc(size))
    const { accepted, refusal, clock } = await device.exchange(record)
    console.log(`${way}: ${url}`)
    console.log(`  the app saw       ${seen.splice(0).join('') || 'nothing'}`)
    console.log(`  the terminal read ${accepted ? `OK, ${clock.toUTCString()}` : refusal}`)
  }
  console.log(`stored: ${storage.replies().map(({ commandId }) => commandId)}`)
} finally {
  await nginx.stop()
  server.close()
}
