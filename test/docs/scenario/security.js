// An app that ties terminals to addresses, and requests from several addresses, with and without a
// proxy before it. Prints the status of each.
import { once } from 'node:events'
import { request } from 'node:http'
import express from 'express'
import { memoryAdapter } from 'express-iclock'

process.env.TERMINAL_SECRET = 'sixteen characters'
const app = express()
Object.assign(globalThis, { app, adapter: memoryAdapter(), terminals: new Map() })
await import(process.argv[2])
app.use((error, _req, res, _next) => {
  res.sendStatus(error.status)
})
terminals.set('HERE', { address: '127.0.0.1' })
terminals.set('FAR', { address: '192.0.2.1' })
// Without a host it listens on IPv6 too, as with app.listen(3000).
const server = app.listen(0)
await once(server, 'listening')

async function statusOf(serialNumber, headers = {}, localAddress = '127.0.0.1') {
  const path = `/iclock/getrequest?SN=${serialNumber}`
  const { port } = server.address()
  const sent = request({ host: '127.0.0.1', localAddress, port, path, headers, agent: false })
  const [answer] = await once(sent.end(), 'response')
  answer.resume()
  return answer.statusCode
}

const statuses = {
  here: await statusOf('HERE'),
  elsewhere: await statusOf('HERE', {}, '127.0.0.2'),
  stranger: await statusOf('STRANGER'),
  pretender: await statusOf('FAR', { 'X-Forwarded-For': '192.0.2.1' }),
}
app.set('trust proxy', 1)
statuses.behindProxy = await statusOf('FAR', { 'X-Forwarded-For': '::ffff:192.0.2.1' })
statuses.elsewhereBehindProxy = await statusOf('FAR', { 'X-Forwarded-For': '192.0.2.2' })
process.stdout.write(JSON.stringify(statuses))
server.close()
