import { once } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { describe, expect, it } from 'vitest'
import {
  type CommandReplyHandlerOptions,
  commandReplyHandler,
  commandReplyRouter,
  type IclockError,
  memoryAdapter,
  tolerateExtraBytes,
} from '../../src/index.js'
import { type Connection, virtualTerminal } from '../../src/simulator.js'
import { EXAMPLE, SN, serve } from '../support/terminal.js'

type Refusal = (error: unknown) => void
type Way = (options: CommandReplyHandlerOptions, onError: Refusal) => RequestListener

// Every way in: through Express, whose major the project names, and without it.
const ways: Record<string, Way> = {
  Express: (options, onError) =>
    express()
      .use(commandReplyRouter(options))
      .use(((error, _req, res, _next) => {
        onError(error)
        res.status(error.status ?? 500).end()
      }) as express.ErrorRequestHandler),
  'node:http': (options, onError) => {
    const handler = commandReplyHandler(options)
    return (req, res) =>
      handler(req, res, (error) => {
        if (error !== undefined) onError(error)
        res.writeHead(error === undefined ? 404 : ((error as IclockError).status ?? 500)).end()
      })
  },
}

async function start(
  way: Way,
  options: Partial<CommandReplyHandlerOptions> = {},
  patience = 30_000,
) {
  const adapter = memoryAdapter()
  const errors: Partial<IclockError & { type: string }>[] = []
  const server = await serve(
    way({ adapter, limit: '10kb', ...options }, (error) => errors.push(error as IclockError)),
    { requestTimeout: patience, headersTimeout: patience, connectionsCheckingInterval: 50 },
  )
  tolerateExtraBytes(server)
  const terminal = virtualTerminal({ server, serialNumber: SN, timeout: 4000 })
  return { adapter, terminal, errors, server }
}

describe.each(Object.entries(ways))('Through %s', (_wayName, way) => {
  type Exchanging = (connection: Connection) => Promise<{ status: number | undefined }>
  const second =
    `POST /iclock/devicecmd?SN=${SN} HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n` +
    'ID=1&Return=0'
  const big = 'x'.repeat(20_000)

  const cases: [what: string, exchange: Exchanging, status: number, kept: number, code?: string][] =
    [
      ['a chunked body', (c) => c.exchange(EXAMPLE, { chunkSize: 50 }), 200, 5],
      ['chunks that are too many', (c) => c.exchange(big, { chunkSize: 999 }), 413, 0],
      ['a body that is too large', (c) => c.exchange(big), 413, 0],
      ['100-continue', (c) => c.exchange(EXAMPLE, { headers: { Expect: '100-continue' } }), 200, 5],
      ['HTTP/1.0', (c) => c.exchange(EXAMPLE, { httpVersion: '1.0' }), 200, 5],
      ['two requests in one segment', (c) => c.exchange(EXAMPLE, { surplus: second }), 200, 6],
      ['one octet at a time', (c) => c.exchange(EXAMPLE, { segmentSize: 1 }), 200, 5],
      [
        'a body larger than said',
        (c) => c.exchange(EXAMPLE, { headers: { 'Content-Length': '143' } }),
        200,
        5,
      ],
      [
        'a body that never comes',
        (c) => c.exchange('', { headers: { 'Content-Length': '99' } }),
        408,
        0,
      ],
      [
        'a body that never ends',
        (c) => c.exchange(EXAMPLE, { headers: { 'Content-Length': '999' } }),
        408,
        0,
      ],
      ['headers that never end', (c) => c.exchange(EXAMPLE, { waitAfter: 40, wait: 3000 }), 408, 0],
      [
        'a gzip body',
        (c) => c.exchange(gzipSync(EXAMPLE), { headers: { 'Content-Encoding': 'gzip' } }),
        415,
        0,
        'ENCODING_UNSUPPORTED',
      ],
      [
        'the coding that is none',
        (c) => c.exchange(EXAMPLE, { headers: { 'Content-Encoding': 'Identity' } }),
        200,
        5,
      ],
      [
        'a coding that is empty',
        (c) => c.exchange(EXAMPLE, { headers: { 'Content-Encoding': '' } }),
        200,
        5,
      ],
      ['GET', (c) => c.exchange('', { method: 'GET' }), 404, 0],
      ['HEAD', (c) => c.exchange('', { method: 'HEAD' }), 404, 0],
      ['PUT', (c) => c.exchange('', { method: 'PUT' }), 404, 0],
      [
        'a query of 1 MB',
        (c) => c.exchange(EXAMPLE, { query: `SN=${'x'.repeat(1 << 20)}` }),
        431,
        0,
      ],
      ...[
        '%00',
        'a%0D%0AID=1',
        '%1b',
        '%7f',
        '%c2%85',
        '%ff',
        'x'.repeat(65),
        big.slice(10_000),
      ].map((sn): [string, Exchanging, number, number, string] => [
        `the serial number ${sn.slice(0, 70)}`,
        (c) => c.exchange(EXAMPLE, { query: `SN=${sn}` }),
        400,
        0,
        'SERIAL_NUMBER_INVALID',
      ]),
      [
        '64 characters of serial number',
        (c) => c.exchange(EXAMPLE, { query: `SN=${'x'.repeat(64)}` }),
        200,
        5,
      ],
    ]

  it.each(cases)(
    'Every peer is answered, and the next post is served: %s',
    async (_what, exchange, status, kept, code) => {
      const { adapter, terminal, errors } = await start(way, {}, status === 408 ? 300 : undefined)
      const connection = terminal.connect()
      expect((await exchange(connection)).status).toBe(status)
      connection.close()
      await expect.poll(() => adapter.replies()).toHaveLength(kept)
      expect(code === undefined || errors[0]?.code === code).toBe(true)
      await terminal.reply('next', 0)
    },
  )

  it('Names are treated as text, wherever they are, and paths as well', async () => {
    const names = [
      '__proto__',
      'constructor',
      '$where',
      'a.b.$ne',
      'toString',
      '../../etc/passwd',
      "';--",
    ]
    const { adapter, terminal } = await start(way)
    for (const name of names) {
      const query = `SN=${encodeURIComponent(name)}`
      const body = `ID=${name}&Return=0&CMD=${name}&FILENAME=${name}&${name}=${name}`
      expect(await terminal.exchange(body, { query })).toMatchObject({ accepted: true })
    }
    expect(
      adapter.replies().map(({ serialNumber, commandId, commandName, fields }) => {
        return [serialNumber, commandId, commandName, Object.entries(fields)]
      }),
    ).toEqual(
      names.map((name) => [
        name,
        name,
        name,
        [
          ['FILENAME', name],
          [name, name],
        ],
      ]),
    )
    expect(adapter.findRecord('__proto__', '__proto__')?.command).toBeUndefined()
    expect(({} as Record<string, unknown>).$where).toBeUndefined()
  })

  it('Text from a terminal is escaped and cut short in errors', async () => {
    const { onUnparsed: _, ...adapter } = memoryAdapter()
    const { terminal, errors } = await start(way, { adapter })
    const hostile = `\x1b]0;\u202e\r${'x'.repeat(5000)}`
    await terminal.exchange(hostile)
    await terminal.exchange(EXAMPLE, { query: `SN=${encodeURIComponent(hostile)}` })
    await terminal.exchange(EXAMPLE, { query: `x=${encodeURIComponent(hostile)}` })
    expect(errors).toHaveLength(3)
    for (const { message } of errors) {
      expect(message).not.toMatch(/[\p{C}\p{Z}](?<! )/u)
      expect(message?.length).toBeLessThan(250)
    }
  })

  describe('A terminal that goes away', () => {
    it.each([0, 60, 170, -100, -1])(
      'A connection dropped after %d octets stores nothing of an incomplete body',
      async (cutAfter) => {
        const { adapter, terminal, errors } = await start(way)
        await terminal.exchange(EXAMPLE, { cutAfter })
        expect(await terminal.exchange('ID=next&Return=0')).toMatchObject({ accepted: true })
        expect(adapter.replies()).toHaveLength(1)
        for (const { status } of errors) expect(status).toBe(400)
      },
    )

    it('A reset connection stores nothing either', async () => {
      const { adapter, terminal, errors, server } = await start(way)
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      const request = once(server, 'request')
      socket.write(
        `POST /iclock/devicecmd?SN=${SN} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nID=1`,
      )
      const [req] = (await request) as [IncomingMessage]
      socket.resetAndDestroy()
      await once(req, 'close').catch(() => {})
      await expect.poll(() => errors).toMatchObject([{ status: 400 }])
      expect(await terminal.exchange('ID=next&Return=0')).toMatchObject({ accepted: true })
      expect(adapter.replies()).toHaveLength(1)
    })

    it('A complete body is stored even if the connection then drops', async () => {
      const adapter = memoryAdapter()
      let isGone = () => {}
      const gone = new Promise<void>((done) => {
        isGone = done
      })
      const { terminal, errors } = await start(way, {
        adapter: {
          ...adapter,
          async onReply(...answered) {
            await gone
            await adapter.onReply(...answered)
          },
        },
      })
      await terminal.exchange(EXAMPLE, { cutAfter: Number.POSITIVE_INFINITY })
      isGone()
      await expect.poll(() => adapter.replies()).toHaveLength(5)
      expect(errors).toEqual([])
    })

    it('A connection dropped while authorize works is not mistaken for a body that a parser consumed', async () => {
      let isGone = () => {}
      const { adapter, terminal, errors } = await start(way, {
        authorize: (_serialNumber, req) =>
          new Promise((done) => {
            isGone = () => done(true)
            req.once('close', isGone)
          }),
      })
      await terminal.exchange(EXAMPLE, { headers: { 'Content-Length': '999' }, cutAfter: -10 })
      await expect.poll(() => errors).toMatchObject([{ code: 'TERMINAL_GONE', status: 400 }])
      expect(adapter.replies()).toEqual([])
    })

    it('A terminal that half-closes and still reads is answered', async () => {
      const { server } = await start(way)
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.end(
        `POST /iclock/devicecmd?SN=${SN} HTTP/1.1\r\nHost: x\r\nContent-Length: ${EXAMPLE.length}\r\n\r\n${EXAMPLE}`,
      )
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nOK$/)
    })
  })
})
