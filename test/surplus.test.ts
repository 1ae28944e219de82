import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandReplyHandler, memoryAdapter, tolerateSurplus } from '../src/index.js'
import { EXAMPLE, SN } from './wire.js'

const head = (length: number, more = '') =>
  `POST /iclock/devicecmd?SN=${SN} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: iClock Proxy/1.09\r\n${more}` +
  `Content-Length: ${length}\r\n\r\n`

async function serverWith(prepare: (server: Server) => void, milliseconds = 0, options = {}) {
  const adapter = memoryAdapter()
  const slow = {
    ...adapter,
    async onReply(...args: Parameters<typeof adapter.onReply>) {
      if (milliseconds > 0) await new Promise((done) => setTimeout(done, milliseconds))
      await adapter.onReply(...args)
    },
  }
  const server = createServer(options, commandReplyHandler({ adapter: slow }) as RequestListener)
  prepare(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { adapter, server }
}

/** What comes back, until the server closes, for octets in segments of their own. */
async function exchange(server: Server, ...segments: string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.setNoDelay(true)
  const answer = text(socket).catch((error: NodeJS.ErrnoException) => String(error.code))
  for (const segment of segments) {
    socket.write(segment)
    await new Promise((done) => setTimeout(done, 5))
  }
  return answer
}

describe("the manual's example, 147 octets of which it promises 143,", () => {
  const example = head(143, 'Accept: */*\r\n') + EXAMPLE
  const ways = {
    'in one segment': [example],
    'in two segments': [example.slice(0, -4), example.slice(-4)],
  }

  describe.each(Object.entries(ways))('%s', (_way, segments) => {
    it.each([0, 10, 100])(
      'is answered OK when storage takes %d ms a reply',
      async (milliseconds) => {
        const { server, adapter } = await serverWith(tolerateSurplus, milliseconds)
        const answer = await exchange(server, ...segments)
        expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
        expect(answer).toMatch(
          /\r\n\r\nOK($|HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n$)/,
        )
        if (milliseconds > 0) expect(answer).toMatch(/\r\nConnection: close\r\n(.*\r\n)*\r\nOK$/)
        expect(adapter.replies()).toHaveLength(5)
      },
    )
  })

  it('is answered 400 by Node alone, though storage keeps its replies', async () => {
    const { server, adapter } = await serverWith(() => {}, 10)
    expect(await exchange(server, example)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    await expect.poll(() => adapter.replies()).toHaveLength(5)
  })
})

describe('every other client error is treated as by Node alone:', () => {
  const good = `${head(25)}ID=1&Return=0&CMD=DATA\n\n\n`
  const cases: Record<string, string[]> = {
    'no request at all': ['hello\r\n\r\n'],
    'no request behind an answered one': [good, 'hello\r\n\r\n'],
    'headers that are too large': [
      `POST /?SN=1 HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    ],
    'a chunk that breaks off': [
      'POST /?SN=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
    'a body that never comes whole': [`${head(50)}ID=1`],
    'headers that never end': ['POST /?SN=1 HTTP/1.1\r\nHost: x\r\n'],
  }

  it.each(Object.entries(cases))('%s', async (_case, segments) => {
    const options = { requestTimeout: 300, headersTimeout: 200, connectionsCheckingInterval: 50 }
    const answers = await Promise.all(
      [tolerateSurplus, () => {}].map(async (prepare) => {
        const { server } = await serverWith(prepare, 0, options)
        return (await exchange(server, ...segments)).replace(/Date: .*/, 'Date')
      }),
    )
    expect(answers[0]).toMatch(/HTTP\/1\.1 4\d\d /)
    expect(answers[0]).toBe(answers[1])
  })

  it('and left to the listener that the app has', async () => {
    const { server } = await serverWith((server) => {
      tolerateSurplus(server)
      server.on('clientError', (_error, socket) => socket.end('mine'))
    })
    expect(await exchange(server, 'hello\r\n\r\n')).toBe('mine')
  })
})
