// An app with every recipe of the diagnostics page, and a terminal that sends secrets.
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import express from 'express'
import { commandQueue, memoryAdapter, terminalRouter } from 'express-iclock'
import { virtualTerminal } from 'express-iclock/simulator'

const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)
// The context manager of @opentelemetry/sdk-trace-node, in short.
const storage = new AsyncLocalStorage()
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, run, self, ...values) => storage.run(active, () => run.call(self, ...values)),
  bind: (_active, target) => target,
  enable() {
    return this
  },
  disable() {
    return this
  },
})

const app = express()
globalThis.app = app
for (const path of process.argv.slice(2)) await import(path)

const adapter = memoryAdapter()
const commands = commandQueue(adapter)
app.use(terminalRouter({ adapter, authorize: (serialNumber) => serialNumber !== 'STRANGER00001' }))
app.use((error, _req, res, _next) => res.status(error.status ?? 500).end())
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${server.address().port}`

const terminal = virtualTerminal({ server, serialNumber: '0316144680030' })
await terminal.handshake()
await terminal.attend({ pin: 'SECRET7', time: new Date() })
await terminal.uploadTable('OPERLOG', ['USER PIN=SECRET7\tName=SECRET Ada\tPasswd=SECRET1'])
await commands.issue('0316144680030', { text: 'SHELL echo SECRET' })
const handed = await terminal.poll()
await terminal.shell(handed.commands[0].commandId, 0, 'SECRET output')
await terminal.send('ID=SECRETid&Return=-1&CMD=SET OPTION SECRET=1')
await fetch(`${url}/iclock/cdata?SN=STRANGER00001&options=SECRET`)
await fetch(`${url}/iclock/mystery?SN=0316144680030&key=SECRET`)

const metrics = await (await fetch(`${url}/metrics`)).text()
// A span ends when its response has been sent.
await new Promise((resolve) => server.close(resolve))
const spans = exporter.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))
process.stdout.write(`\n${JSON.stringify({ metrics, spans })}\n`)
