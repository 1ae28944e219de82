// An app that captures requests, and one request with bytes and a header that a shell would read.
import { once } from 'node:events'
import express from 'express'
import { commandReplyRouter, memoryAdapter } from 'express-iclock'

const app = express()
globalThis.app = app
await import(process.argv[2])
const adapter = memoryAdapter()
app.use(commandReplyRouter({ adapter }))
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
await fetch(`http://127.0.0.1:${server.address().port}/iclock/devicecmd?SN=0316144680030`, {
  method: 'POST',
  headers: { 'X-Note': "it's $(date)" },
  body: Buffer.from('ID=1&Return=0&CMD=DATA\n\xff', 'latin1'),
})
process.stdout.write(`kept ${adapter.replies().length}\n`)
server.close()
server.closeAllConnections()
