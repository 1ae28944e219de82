import { once } from 'node:events'
import type { RequestListener, Server, ServerOptions } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandReplyHandler, memoryAdapter, tolerateExtraBytes } from '../src/index.js'
import { type Connection, virtualTerminal } from '../src/simulator.js'
import { EXAMPLE, SN, serve } from './support/terminal.js'
import { takeWarnings } from './support/warning.js'

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
  return { adapter, server, terminal: virtualTerminal({ server, serialNumber: SN }) }
}

describe("The manual's example, 147 octets with a Content-Length of 143", () => {
  const promise = { 'Content-Length': '143' }
  const ways = {
    'in one segment': { headers: { ...promise, Connection: undefined } },
    'in one segment, where the terminal closes': { headers: promise },
    'in two segments': { headers: { ...promise, Connection: undefined }, waitAfter: -4, wait: 5 },
  }

  describe.each(Object.entries(ways))('%s', (_way, how) => {
    it.each([0, 10])(
      'The post is accepted when storage takes %d ms a reply',
      async (milliseconds) => {
        const { adapter, terminal } = await start(tolerateExtraBytes, milliseconds)
        const exchange = await terminal.exchange(EXAMPLE, how)
        expect(exchange).toMatchObject({ accepted: true, status: 200 })
        if (milliseconds > 0) expect(exchange.headers).toContainEqual(['Connection', 'close'])
        expect(adapter.replies()).toHaveLength(5)
      },
    )
  })

  it('The post gets 400 from Node alone, though storage has its replies', async () => {
    const { adapter, terminal } = await start(() => {}, 10)
    const how = { headers: { ...promise, Connection: undefined } }
    expect(await terminal.exchange(EXAMPLE, how)).toMatchObject({ status: 400 })
    await expect.poll(() => adapter.replies()).toHaveLength(5)
  })

  it('The post is accepted though more and more surplus follows, without a warning from Node', async () => {
    const { terminal } = await start(tolerateExtraBytes, 20)
    const warnings = takeWarnings()
    const how = { surplus: 'D=XX'.repeat(20), waitAfter: -80, segmentSize: 4, wait: 1 }
    expect(await terminal.exchange(EXAMPLE, how)).toMatchObject({ status: 200 })
    expect(warnings).toEqual([])
  })

  it('An answer that has begun ends whole', async () => {
    const listener: RequestListener = async (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 })
      res.write('O')
      await sleep(20)
      res.end('K')
    }
    const server = await serve(listener)
    tolerateExtraBytes(server)
    const connection = virtualTerminal({ server, serialNumber: SN }).connect()
    const how = { headers: promise, waitAfter: -4, wait: 5 }
    expect(await connection.exchange(EXAMPLE, how)).toMatchObject({ accepted: true })
    // Closed at once, or answered 400 where the surplus came late.
    expect(await connection.exchange(EXAMPLE)).toMatchObject({ accepted: false })
    connection.close()
  })

  it("The post is accepted beside the clientError listener of Node's documentation, added before or later", async () => {
    const answer400 = (server: Server) =>
      server.on('clientError', (_error, socket) => {
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
      })
    for (const prepare of [
      (server: Server) => tolerateExtraBytes(answer400(server)),
      (server: Server) => {
        tolerateExtraBytes(server)
        answer400(server)
      },
    ]) {
      const { adapter, terminal } = await start(prepare, 10)
      const exchange = await terminal.exchange(EXAMPLE, { headers: promise })
      expect(exchange).toMatchObject({ accepted: true, status: 200 })
      expect(adapter.replies()).toHaveLength(5)
    }
  })

  it('The connection is closed', async () => {
    const { terminal } = await start(tolerateExtraBytes, 10)
    const connection = terminal.connect()
    await connection.exchange(EXAMPLE, { headers: promise })
    expect(await connection.exchange(EXAMPLE)).toMatchObject({ accepted: false, status: undefined })
    connection.close()
  })
})

describe('Every other client error is treated as by Node alone', () => {
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

  it.each(Object.entries(cases))(
    'The error is treated as by Node alone: %s',
    async (_case, exchange) => {
      const options = { requestTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50 }
      const answers = await Promise.all(
        [tolerateExtraBytes, () => {}].map(async (prepare) => {
          const connection = (await start(prepare, 0, options)).terminal.connect()
          const { received } = await exchange(connection)
          connection.close()
          return received.toString()
        }),
      )
      expect(answers[0]).toMatch(/^HTTP\/1\.1 4\d\d /)
      expect(answers[0]).toBe(answers[1])
    },
  )

  it('A second call changes nothing', async () => {
    const { terminal } = await start((server) => {
      tolerateExtraBytes(server)
      tolerateExtraBytes(server)
    })
    expect(await terminal.exchange('', { method: '{}' })).toMatchObject({ status: 400 })
  })

  it('The error is left to the listener that the app has', async () => {
    const { terminal } = await start((server) => {
      tolerateExtraBytes(server)
      server.on('clientError', (_error, socket) => socket.end('mine'))
    })
    const { received } = await terminal.exchange('', { method: '{}' })
    expect(received.toString()).toBe('mine')
  })
})

/** Writes raw octets to a server, and reads until it closes. */
async function talk(server: Server, octets: string, halfClose = false): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  if (halfClose) socket.end(octets)
  else socket.write(octets)
  return text(socket).catch((error) => `reset: ${error.code}`)
}

const posting = (body: string, more = '', path = '/iclock/devicecmd') =>
  `POST ${path}?SN=${SN} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`
const brokenChunk = `POST /iclock/devicecmd?SN=${SN} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`
const statuses = (received: string) => received.match(/HTTP\/1\.1 \d+/g) ?? []

describe('Pipelined requests', () => {
  // The first answer streams until the test lets it end; every other is the endpoint's.
  async function streaming(prepare: (server: Server) => void) {
    const handler = commandReplyHandler({ adapter: memoryAdapter() })
    let finish = () => {}
    const server = await serve((req, res) => {
      if (req.method === 'POST') return handler(req, res)
      res.writeHead(200, { 'Content-Type': 'text/plain' }).write('begin ')
      finish = () => void res.end('end')
    })
    prepare(server)
    return { server, finish: () => finish() }
  }
  const get = 'GET /report HTTP/1.1\r\nHost: x\r\n\r\n'

  it.each([
    ['a broken chunk', brokenChunk],
    ['no request', '{}{}\r\n\r\n'],
  ])('A streaming answer stays whole when %s follows', async (_what, octets) => {
    const { server, finish } = await streaming(tolerateExtraBytes)
    const errors = once(server, 'clientError').catch(() => {})
    const received = talk(server, get + octets)
    await Promise.race([errors, sleep(100)])
    finish()
    const answer = await received
    expect(statuses(answer)).toEqual(['HTTP/1.1 200'])
    expect(answer).toMatch(/begin [\s\S]*end\r\n0\r\n\r\n$/)
  })

  it('Two posts and surplus after them are both answered, in order', async () => {
    const { adapter, terminal: _, server } = await start(tolerateExtraBytes, 5)
    const received = await talk(
      server,
      `${posting('ID=1&Return=0')}${posting('ID=2&Return=0')}D=XX`,
    )
    expect(statuses(received)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200'])
    expect(received.match(/^Connection: close/gm)).toHaveLength(1)
    expect(adapter.replies().map(({ commandId }) => commandId)).toEqual(['1', '2'])
  })

  it('A post followed by one that breaks off is answered', async () => {
    const { adapter, server } = await start(tolerateExtraBytes, 5)
    const received = await talk(server, posting('ID=1&Return=0') + brokenChunk)
    expect(statuses(received)[0]).toBe('HTTP/1.1 200')
    expect(adapter.replies()).toHaveLength(1)
  })

  it('A broken request after an answered one is refused as by Node alone', async () => {
    const answers = await Promise.all(
      [tolerateExtraBytes, () => {}].map(async (prepare) => {
        const { server } = await start(prepare)
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
        onTestFinished(() => void socket.destroy())
        socket.write(posting('ID=1&Return=0'))
        await once(socket, 'data')
        socket.write(brokenChunk)
        return text(socket)
      }),
    )
    expect(answers[0]).toMatch(/^HTTP\/1\.1 400 /)
    expect(answers[0]).toBe(answers[1])
  })
})

describe('A terminal that half-closes after its body', () => {
  it.each([0, 20])('The post is answered when storage takes %d ms', async (milliseconds) => {
    const { adapter, server } = await start(tolerateExtraBytes, milliseconds)
    const received = await talk(server, posting('ID=1&Return=0'), true)
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nOK$/)
    expect(adapter.replies()).toHaveLength(1)
  })

  it('A post with octets too many is answered as well', async () => {
    const { server } = await start(tolerateExtraBytes, 20)
    expect(statuses(await talk(server, `${posting('ID=1&Return=0')}D=XX`, true))).toEqual([
      'HTTP/1.1 200',
    ])
  })

  it('A post that sent less than it promised is refused as by Node alone', async () => {
    const answers = await Promise.all(
      [tolerateExtraBytes, () => {}].map(async (prepare) => {
        const { server } = await start(prepare, 20)
        return talk(server, posting('ID=1&Return=0').slice(0, -1), true)
      }),
    )
    expect(answers[0]).toBe(answers[1])
  })

  it('The connection ends without a request in flight', async () => {
    const { server } = await start(tolerateExtraBytes)
    expect(await talk(server, '', true)).toBe('')
  })

  it('Node alone gives no answer', async () => {
    const { server } = await start(() => {}, 20)
    expect(await talk(server, posting('ID=1&Return=0'), true)).toBe('')
  })
})
