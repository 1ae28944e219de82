import type { RequestListener, Server, ServerOptions } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandReplyHandler, memoryAdapter, tolerateSurplus } from '../src/index.js'
import { type Connection, virtualDevice } from '../src/simulator.js'
import { EXAMPLE, SN, serve } from './support/device.js'

async function start(prepare: (server: Server) => void, milliseconds = 0, options?: ServerOptions) {
  const adapter = memoryAdapter()
  const slow = {
    ...adapter,
    async onReply(...args: Parameters<typeof adapter.onReply>) {
      if (milliseconds > 0) await sleep(milliseconds)
      await adapter.onReply(...args)
    },
  }
  const server = await serve(commandReplyHandler({ adapter: slow }) as RequestListener, options)
  prepare(server)
  return { adapter, device: virtualDevice({ server, serialNumber: SN }) }
}

describe("the manual's example, 147 octets of which it promises 143,", () => {
  const promise = { 'Content-Length': '143' }
  const ways = {
    'in one segment': { headers: { ...promise, Connection: undefined } },
    'in one segment, where the device closes': { headers: promise },
    'in two segments': { headers: { ...promise, Connection: undefined }, waitAfter: -4, wait: 5 },
  }

  describe.each(Object.entries(ways))('%s', (_way, how) => {
    it.each([0, 10, 100])('is accepted when storage takes %d ms a reply', async (milliseconds) => {
      const { adapter, device } = await start(tolerateSurplus, milliseconds)
      const exchange = await device.exchange(EXAMPLE, how)
      expect(exchange).toMatchObject({ accepted: true, status: 200 })
      if (milliseconds > 0) expect(exchange.headers).toContainEqual(['Connection', 'close'])
      expect(adapter.replies()).toHaveLength(5)
    })
  })

  it('is answered 400 by Node alone, though storage keeps its replies', async () => {
    const { adapter, device } = await start(() => {}, 10)
    const how = { headers: { ...promise, Connection: undefined } }
    expect(await device.exchange(EXAMPLE, how)).toMatchObject({ status: 400 })
    await expect.poll(() => adapter.replies()).toHaveLength(5)
  })

  it('is accepted though more and more surplus follows, and Node warns of nothing', async () => {
    const { device } = await start(tolerateSurplus, 20)
    const warnings: Error[] = []
    const onWarning = (warning: Error) => void warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const how = { surplus: 'D=XX'.repeat(20), waitAfter: -80, segmentSize: 4, wait: 1 }
    expect(await device.exchange(EXAMPLE, how)).toMatchObject({ status: 200 })
    expect(warnings).toEqual([])
  })

  it('has an answer that has begun end whole', async () => {
    const listener: RequestListener = async (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 })
      res.write('O')
      await sleep(20)
      res.end('K')
    }
    const server = await serve(listener)
    tolerateSurplus(server)
    const connection = virtualDevice({ server, serialNumber: SN }).connect()
    const how = { headers: promise, waitAfter: -4, wait: 5 }
    expect(await connection.exchange(EXAMPLE, how)).toMatchObject({ accepted: true })
    expect(await connection.exchange(EXAMPLE)).toMatchObject({ status: undefined })
    connection.close()
  })

  it('closes the connection', async () => {
    const { device } = await start(tolerateSurplus, 10)
    const connection = device.connect()
    await connection.exchange(EXAMPLE, { headers: promise })
    expect(await connection.exchange(EXAMPLE)).toMatchObject({ accepted: false, status: undefined })
    connection.close()
  })
})

describe('every other client error is treated as by Node alone:', () => {
  const cases: Record<string, (connection: Connection) => Promise<{ received: Buffer }>> = {
    'no request at all': (connection) => connection.exchange('', { method: '{}' }),
    async 'no request behind an answered one'(connection) {
      await connection.exchange(EXAMPLE)
      return connection.exchange('', { method: '{}' })
    },
    'headers that are too large': (connection) =>
      connection.exchange('', { headers: { X: 'x'.repeat(20_000) } }),
    'a chunk that breaks off': (connection) =>
      connection.exchange('zz\r\n', {
        headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
      }),
    'a body that never comes whole': (connection) =>
      connection.exchange('ID=1', { headers: { 'Content-Length': '50' } }),
    'chunk extensions that are too large': (connection) =>
      connection.exchange(`5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`, {
        headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
      }),
    'headers that never end': (connection) =>
      connection.exchange(EXAMPLE, { waitAfter: 30, wait: 5000 }),
  }

  it.each(Object.entries(cases))('%s', async (_case, exchange) => {
    const options = { requestTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50 }
    const answers = await Promise.all(
      [tolerateSurplus, () => {}].map(async (prepare) => {
        const connection = (await start(prepare, 0, options)).device.connect()
        const { received } = await exchange(connection)
        connection.close()
        return received.toString()
      }),
    )
    expect(answers[0]).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answers[0]).toBe(answers[1])
  })

  it('where it is called twice, too', async () => {
    const { device } = await start((server) => {
      tolerateSurplus(server)
      tolerateSurplus(server)
    })
    expect(await device.exchange('', { method: '{}' })).toMatchObject({ status: 400 })
  })

  it('and left to the listener that the app has', async () => {
    const { device } = await start((server) => {
      tolerateSurplus(server)
      server.on('clientError', (_error, socket) => socket.end('mine'))
    })
    const { received } = await device.exchange('', { method: '{}' })
    expect(received.toString()).toBe('mine')
  })
})
