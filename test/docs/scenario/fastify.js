// Fastify's own route, and a terminal, on the same server.
import express from 'express'
import { memoryAdapter, terminalRouter } from 'express-iclock'
import { virtualTerminal } from 'express-iclock/simulator'

globalThis.terminals = express().use(terminalRouter({ adapter: memoryAdapter() }))
const [path] = process.argv.slice(2)
const { fastify } = await import(path)
fastify.get('/', async () => 'a page')
await fastify.listen({ port: 0, host: '127.0.0.1' })
const { port } = fastify.server.address()

const terminal = virtualTerminal({ server: fastify.server, serialNumber: '0316144680030' })
await terminal.handshake()
const page = await fetch(`http://127.0.0.1:${port}/`)
process.stdout.write(JSON.stringify({ delay: terminal.settings.Delay, page: await page.text() }))
await fastify.close()
