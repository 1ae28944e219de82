// The listings for other hosts: a terminal speaks with Hono, and the others are called as their hosts
// do.
import { once } from 'node:events'
import { serve } from '@hono/node-server'
import { memoryAdapter } from 'express-iclock'
import { virtualTerminal } from 'express-iclock/simulator'

globalThis.adapter = memoryAdapter()
const [onHono, onSvelteKit, onWorkers] = await Promise.all(
  process.argv.slice(2).map((path) => import(path)),
)
const poll = () => new Request('http://localhost/iclock/getrequest?SN=0316144680030')

onHono.hono.get('/', (context) => context.text('a page'))
const server = serve({ fetch: onHono.hono.fetch, port: 0, hostname: '127.0.0.1' })
await once(server, 'listening')
const terminal = virtualTerminal({ server, serialNumber: '0316144680030' })
await terminal.handshake()
const page = await fetch(`http://127.0.0.1:${server.address().port}/`)

const resolve = async () => new Response('a page')
const event = (request) => ({ event: { request, getClientAddress: () => '192.0.2.1' }, resolve })
const answers = [
  await onSvelteKit.handle(event(poll())),
  await onSvelteKit.handle(event(new Request('http://localhost/'))),
  await onWorkers.default.fetch(poll(), {}, { waitUntil() {} }),
  await onWorkers.default.fetch(new Request('http://localhost/')),
]
const texts = await Promise.all([page, ...answers].map((answer) => answer.text()))
process.stdout.write(JSON.stringify({ delay: terminal.settings.Delay, texts }))
server.close()
