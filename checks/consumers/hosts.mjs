// The conversation through a host that replays the body of a request: serverless-http or light-my-request.
import { deepEqual, equal, ok } from 'node:assert/strict'
import express from 'express'
import { commandQueue, memoryAdapter, terminalRouter } from 'express-iclock'

const adapter = memoryAdapter()
const commands = commandQueue(adapter)
const app = express()
app.use(terminalRouter({ adapter }))

const HOSTS = {
  async 'serverless-http'() {
    const { default: serverless } = await import('serverless-http')
    const handle = serverless(app)
    return async (method, path, query, body) => {
      const event = {
        ...{ httpMethod: method, path, queryStringParameters: query, headers: {} },
        ...{ body: body ?? null, isBase64Encoded: false, requestContext: {} },
      }
      const { statusCode, body: text } = await handle(event, {})
      return [statusCode, text]
    }
  },
  async 'light-my-request'() {
    const { default: inject } = await import('light-my-request')
    return async (method, path, query, payload) => {
      const url = `${path}?${new URLSearchParams(query)}`
      const answer = await inject(app, { method, url, ...(payload && { payload }) })
      return [answer.statusCode, answer.payload]
    }
  },
}

const ask = await HOSTS[process.argv[2]]()
const SN = '0316144680030'
const [status] = await ask('GET', '/iclock/cdata', { SN, options: 'all' })
equal(status, 200)
const line = '7\t2026-10-05 06:58:10\t0\t1\t0\t0\t0\n'
deepEqual(await ask('POST', '/iclock/cdata', { SN, table: 'ATTLOG', Stamp: '1' }, line), [
  200,
  'OK: 1',
])
const issued = await commands.issue(SN, { text: 'CHECK' })
const [, handed] = await ask('GET', '/iclock/getrequest', { SN })
ok(handed.includes(`C:${issued.commandId}:CHECK`), handed)
const reply = `ID=${issued.commandId}&Return=0&CMD=CHECK`
deepEqual(await ask('POST', '/iclock/devicecmd', { SN }, reply), [200, 'OK'])
equal(await commands.state(issued), 'succeeded')
process.exit()
