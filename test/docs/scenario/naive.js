// Posts every documented body to a server with these lines, and to the router, and compares what
// they store.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import express from 'express'
import { commandReplyRouter, memoryAdapter } from 'express-iclock'

const vectors = JSON.parse(
  readFileSync(new URL('../../fixtures/documented.json', import.meta.url), 'utf8'),
)
let kept = []

const naive = express()
Object.assign(globalThis, {
  ...{ express, app: naive, nextCommand: async () => 'OK' },
  saveReply: async (serialNumber, commandId, returnCode) => {
    kept.push({ serialNumber, commandId, returnCode })
  },
})
await import(process.argv[2])

const ours = express()
const adapter = memoryAdapter()
ours.use(
  commandReplyRouter({
    adapter: {
      ...adapter,
      onReply(reply, command) {
        kept.push(reply)
        return adapter.onReply(reply, command)
      },
    },
  }),
)

process.stdout.write(JSON.stringify({ naive: await account(naive), ours: await account(ours) }))

async function account(app) {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const counts = { bodies: 0, replies: 0, right: 0, wrong: 0, lost: 0 }
  for (const { query, headers, body, bodyBase64, replies } of vectors) {
    kept = []
    const bytes = bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64')
    const status = await post(server.address().port, query, headers, bytes)
    counts.bodies++
    for (const { commandId, returnCode } of replies) {
      counts.replies++
      const found = kept.findLast((reply) => reply.commandId === commandId)
      if (found?.returnCode === returnCode) counts.right++
      else if (found !== undefined) counts.wrong++
      else if (status === 200) counts.lost++
    }
  }
  server.close()
  server.closeAllConnections()
  return counts
}

async function post(port, query, headers, bytes) {
  const asked = request({
    ...{ port, method: 'POST', path: `/iclock/devicecmd?${query}`, agent: false },
    headers: { ...headers, 'Content-Length': bytes.length },
  })
  asked.end(bytes)
  const [answer] = await once(asked, 'response')
  answer.resume()
  return answer.statusCode
}
