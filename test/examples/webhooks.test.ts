import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { attendance, hand } from '../../src/contract/upload/sample.js'
import { memoryAdapter } from '../../src/index.js'

// The programs of the example have no types.
const example = (name: string) => {
  return import(new URL(`../../examples/webhooks/${name}.js`, import.meta.url).href)
}
const { sendWebhooks } = await example('sender')
const { webhookOf } = await example('receiver')

const secret = `whsec_${Buffer.from('a key of the app').toString('base64')}`
const PINS = ['1', '2', '3', '4', '5', '6']

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

type Fault = '500' | 'hang' | 'redirect' | 'reset'

/** A receiver that fails in these ways, one request after the other, and then accepts everything. */
async function receive(faults: Fault[]) {
  const tried: { id: string; isAccepted: boolean; pin: string }[] = []
  let isRedirected = false
  const server = createServer(async (request, response) => {
    if (request.url === '/elsewhere') isRedirected = true
    const webhook = webhookOf(request.headers, await text(request), secret)
    const fault = faults.shift()
    const isAccepted = fault === undefined
    tried.push({ id: webhook.id, isAccepted, pin: webhook.data.punch.pin })
    if (fault === 'hang') return
    if (fault === 'reset') request.socket.destroy()
    if (fault === '500') response.writeHead(500).end()
    if (fault === 'redirect') response.writeHead(307, { location: '/elsewhere' }).end()
    if (isAccepted) response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, tried, isRedirected: () => isRedirected }
}

/** The app's own table, which ends the sending after some events. */
function ownTable(most: number, stop: AbortController) {
  const cursors: string[] = []
  return {
    cursors,
    read: () => cursors.at(-1),
    write(cursor: string) {
      cursors.push(cursor)
      if (cursors.length === most) stop.abort()
    },
  }
}

const times = { pause: 1, timeout: 1500 }

it('A receiver that answers 500, hangs, redirects and resets reads each event in order, signed', async () => {
  const adapter = memoryAdapter({ events: true })
  const faults: Fault[] = ['500', 'hang', 'redirect', 'reset', '500']
  const { url, tried, isRedirected } = await receive(faults)
  const stop = new AbortController()
  const table = ownTable(PINS.length, stop)
  for (const pin of PINS) await hand({ adapter }, attendance('A', [pin]))
  await sendWebhooks(adapter, { ...times, url, secret, table, signal: stop.signal })
  expect(tried.map(({ pin }) => pin)).toEqual(['1', '1', '1', '1', '1', ...PINS])
  expect(tried.filter(({ isAccepted }) => isAccepted).map(({ pin }) => pin)).toEqual(PINS)
  expect(new Set(tried.map(({ id }) => id)).size).toBe(PINS.length)
  expect(isRedirected()).toBe(false)
})

it('An app that restarts goes on after the cursor in its own table', async () => {
  const adapter = memoryAdapter({ events: true })
  const { url, tried } = await receive([])
  for (const pin of PINS) await hand({ adapter }, attendance('A', [pin]))
  const first = new AbortController()
  const table = ownTable(2, first)
  await sendWebhooks(adapter, { ...times, url, secret, table, signal: first.signal })
  const second = new AbortController()
  const write = (cursor: string) => {
    table.write(cursor)
    if (table.cursors.length === PINS.length) second.abort()
  }
  const restarted = { read: table.read, write }
  await sendWebhooks(adapter, { ...times, url, secret, table: restarted, signal: second.signal })
  expect(tried.map(({ pin }) => pin)).toEqual(PINS)
})

it.each([
  ['another secret', {}, `whsec_${Buffer.from('another').toString('base64')}`],
  ['an old time', { 'webhook-timestamp': '1700000000' }, secret],
  ['no signature', { 'webhook-signature': undefined }, secret],
  ['a short signature', { 'webhook-signature': 'v1,AAAA' }, secret],
])('A webhook with %s is refused', async (_, changed, key) => {
  const adapter = memoryAdapter({ events: true })
  await hand({ adapter }, attendance('A', ['1']))
  const taken: [object, string][] = []
  const server = createServer(async (request, response) => {
    taken.push([request.headers, await text(request)])
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const stop = new AbortController()
  const table = ownTable(1, stop)
  await sendWebhooks(adapter, { ...times, url, secret, table, signal: stop.signal })
  const [headers, body] = taken[0] as [object, string]
  expect(webhookOf(headers, body, secret)).toMatchObject({ type: 'punch' })
  expect(webhookOf({ ...headers, ...changed }, body, key)).toBeUndefined()
  expect(webhookOf(headers, `${body} `, secret)).toBeUndefined()
})
