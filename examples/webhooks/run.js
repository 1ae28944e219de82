// Webhooks, end to end: `npm run example:webhooks`. A terminal uploads, and each arrival is posted to a
// receiver that fails at first.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import express from 'express'
import { memoryAdapter, terminalRouter } from 'express-iclock'
import { virtualTerminal } from 'express-iclock/simulator'
import Database from 'libsql'
import { webhookOf } from './receiver.js'
import { sendWebhooks } from './sender.js'

const secret = `whsec_${randomBytes(24).toString('base64')}`
const stop = new AbortController()

let requests = 0
const receiver = createServer(async (request, response) => {
  const webhook = webhookOf(request.headers, await text(request), secret)
  response.statusCode = webhook === undefined ? 400 : requests++ === 0 ? 500 : 204
  response.end()
  if (response.statusCode === 500) console.log('receiver  answers 500')
  if (response.statusCode !== 204) return
  console.log(`receiver  reads ${webhook.type} of ${webhook.data.punch.pin}`)
  if (webhook.data.punch.pin === '8') stop.abort()
}).listen(0, '127.0.0.1')
await once(receiver, 'listening')

const adapter = memoryAdapter({ events: true })
const server = express().use(terminalRouter({ adapter })).listen(0, '127.0.0.1')
await once(server, 'listening')
const urlOf = (each) => `http://127.0.0.1:${each.address().port}`

// The app's own table.
const db = new Database(':memory:')
db.exec('CREATE TABLE webhooks (name TEXT PRIMARY KEY, cursor TEXT NOT NULL)')
const find = db.prepare("SELECT cursor FROM webhooks WHERE name = 'payroll'")
const keep = db.prepare("INSERT OR REPLACE INTO webhooks VALUES ('payroll', ?)")
const table = { read: () => find.get()?.cursor, write: (cursor) => keep.run(cursor) }

const options = { url: urlOf(receiver), secret, table, pause: 100, timeout: 5000 }
const sending = sendWebhooks(adapter, { ...options, types: ['punch'], signal: stop.signal })
const terminal = virtualTerminal({ server, serialNumber: '0316144680030' })
await terminal.handshake()
for (const pin of ['7', '8']) await terminal.attend({ pin })
await sending
console.log(`app       keeps a cursor of ${find.get().cursor.length} characters`)
server.close()
receiver.close()
