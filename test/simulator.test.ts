import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { parseReplies } from '../src/index.js'
import {
  batch,
  DeliveryError,
  type Exchange,
  type Manners,
  recordWriter,
  runFleet,
  type VirtualDeviceOptions,
  virtualDevice,
} from '../src/simulator.js'

const SERIAL_NUMBER = '0316144680030'
const DATE = 'Tue, 30 Jun 2015 01:24:48 GMT'
const GOOD = `HTTP/1.1 200 OK\r\nDate: ${DATE}\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK`

const listening: { server: Server; sockets: Set<Socket> }[] = []
afterEach(async () => {
  for (const { server, sockets } of listening.splice(0)) {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen<S extends Server>(server: S, host = '127.0.0.1'): Promise<S> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
  listening.push({ server, sockets })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return server
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** A server over node:http. */
const serving = (listener: RequestListener) => listen(createServer(listener))

/** A server that gives the same octets to whoever has sent anything, and closes the connection if `andCloses`. */
const answering = (octets: string | Buffer, andCloses = false) =>
  listen(
    createNetServer((socket) => {
      socket.once('data', () => {
        socket.write(octets)
        if (andCloses) socket.end()
      })
    }),
  )

/** A server that takes everything and answers as it must be; with all that it was sent. */
async function recording(): Promise<{ server: Server; segments: Buffer[]; bodies: Buffer[] }> {
  const segments: Buffer[] = []
  const bodies: Buffer[] = []
  const server = await serving((req, res) => {
    const body: Buffer[] = []
    req.on('data', (bytes) => body.push(bytes))
    req.on('error', () => {})
    req.on('end', () => {
      bodies.push(Buffer.concat(body))
      res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 }).end('OK')
    })
  })
  server.on('connection', (socket: Socket) => socket.on('data', (bytes) => segments.push(bytes)))
  return { server, segments, bodies }
}

const deviceAt = (server: Server, options: Partial<VirtualDeviceOptions> = {}) =>
  virtualDevice({ server, serialNumber: SERIAL_NUMBER, pause: 5, ...options })

const exchangeWith = async (octets: string | Buffer, andCloses = false): Promise<Exchange> =>
  deviceAt(await answering(octets, andCloses)).exchange('ID=1&Return=0')

describe('what it sends', () => {
  const sentBy = async (manners: Manners) => {
    const { server } = await recording()
    const device = deviceAt(server, { manners })
    const [exchange] = await device.reply('info8487', 0)
    return { text: String(exchange?.sent), host: `127.0.0.1:${portOf(server)}` }
  }

  it("writes as the manual's example where nothing else is said", async () => {
    const { text, host } = await sentBy('attendance')
    expect(text.split('\r\n')).toEqual([
      'POST /iclock/devicecmd?SN=0316144680030 HTTP/1.1',
      `Host: ${host}`,
      'User-Agent: iClock Proxy/1.09',
      'Connection: close',
      'Accept: */*',
      'Content-Length: 30',
      '',
      'ID=info8487&Return=0&CMD=DATA\n',
    ])
  })

  it('writes as access control devices do', async () => {
    const { text, host } = await sentBy('access')
    expect(text.split('\r\n')).toEqual([
      'POST /iclock/devicecmd?SN=0316144680030 HTTP/1.1',
      expect.stringMatching(/^Cookie: token=[0-9a-f]{32}$/),
      `Host: ${host}`,
      'User-Agent: iClock Proxy/1.09',
      'Connection: starting',
      'Accept: application/push',
      'Accept-Charset: UTF-8',
      'Accept-Language: zh-CN',
      'Content-Type: application/push;charset=UTF-8',
      'Content-Language: zh-CN',
      'Content-Length: 30',
      '',
      'ID=info8487&return=0&CMD=DATA\n',
    ])
  })

  it('posts to .aspx as clones do', async () => {
    const { text } = await sentBy('clone')
    expect(text).toMatch(/^POST \/iclock\/devicecmd\.aspx\?SN=0316144680030 HTTP/)
  })

  it('says what it sent and what came, octet by octet', async () => {
    const { server, segments } = await recording()
    const exchange = await deviceAt(server).exchange(Buffer.from([0, 255, 13, 10]))
    expect(exchange.sent).toEqual(Buffer.concat(segments))
    expect(exchange.sent.subarray(-4)).toEqual(Buffer.from([0, 255, 13, 10]))
    expect(String(exchange.received)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nOK$/)
  })

  it('lets every part of the request be changed', async () => {
    const { server } = await recording()
    const exchange = await deviceAt(server).exchange('x', {
      method: 'PUT',
      path: '/ICLOCK/DeviceCmd/',
      query: 'sn=1&sn=2',
      httpVersion: '1.0',
      headers: { 'user-agent': 'other', ACCEPT: undefined, 'X-Two': ['1', '2'] },
    })
    expect(String(exchange.sent).split('\r\n')).toEqual([
      'PUT /ICLOCK/DeviceCmd/?sn=1&sn=2 HTTP/1.0',
      `Host: 127.0.0.1:${portOf(server)}`,
      'user-agent: other',
      'Connection: close',
      'Content-Length: 1',
      'X-Two: 1',
      'X-Two: 2',
      '',
      'x',
    ])
    const bare = await deviceAt(server).exchange('', { query: '' })
    expect(String(bare.sent)).toMatch(/^POST \/iclock\/devicecmd HTTP\/1\.1\r\n/)
  })
})

describe('where it sends', () => {
  const requested = async (place: (port: number) => string) => {
    const urls: string[] = []
    const server = await serving((req, res) => {
      urls.push(`${req.headers.host} ${req.url}`)
      res.writeHead(200, { 'Content-Type': 'text/plain' }).end('OK')
    })
    const port = portOf(server)
    await virtualDevice({ url: place(port), serialNumber: 'A' }).reply('1', 0)
    return urls.map((url) => url.replace(String(port), 'PORT'))
  }

  it('posts below any path', async () => {
    const to = (url: string) => requested((port) => url.replace('PORT', String(port)))
    const path = '/iclock/devicecmd?SN=A'
    expect(await to('http://127.0.0.1:PORT')).toEqual([`127.0.0.1:PORT ${path}`])
    expect(await to('http://127.0.0.1:PORT/')).toEqual([`127.0.0.1:PORT ${path}`])
    expect(await to('http://localhost:PORT/hr')).toEqual([`localhost:PORT /hr${path}`])
    expect(await to('http://127.0.0.1:PORT/a/b/')).toEqual([`127.0.0.1:PORT /a/b${path}`])
  })

  it('posts below the path of the option', async () => {
    const { server } = await recording()
    const device = deviceAt(server, { path: '/hr/iclock/devicecmd' })
    const [exchange] = await device.reply('1', 0)
    expect(String(exchange?.sent)).toMatch(/^POST \/hr\/iclock\/devicecmd\?SN=/)
  })

  it('finds a server that listens on every address', async () => {
    for (const host of ['0.0.0.0', '::']) {
      const server = await listen(
        createServer((_, res) => res.writeHead(200, { 'Content-Type': 'text/plain' }).end('OK')),
        host,
      )
      expect(await deviceAt(server).reply('1', 0)).toHaveLength(1)
    }
  })

  it('speaks TLS, to a certificate that it is told to trust and to no other', async () => {
    // One file holds the key and a certificate for localhost that is signed by itself.
    const pem = readFileSync(new URL('fixtures/localhost.pem', import.meta.url))
    const pair = { key: pem, cert: pem }
    const server = await listen(
      createHttpsServer(pair, (_, res) => {
        res.writeHead(200, { 'Content-Type': 'text/plain' }).end('OK')
      }),
    )
    const tls = { ca: pem }
    const url = `https://localhost:${portOf(server)}`
    expect(await deviceAt(server, { tls }).exchange('')).toMatchObject({ accepted: true })
    const overUrl = virtualDevice({ url, serialNumber: 'A', tls })
    expect(await overUrl.exchange('')).toMatchObject({ accepted: true })
    const trustsNobody = virtualDevice({ url, serialNumber: 'A' })
    expect(await trustsNobody.exchange('')).toMatchObject({
      accepted: false,
      refusal: expect.stringContaining('self-signed certificate'),
    })
  })

  it('refuses options that can not be meant', () => {
    const made = (options: object) => () => virtualDevice(options as VirtualDeviceOptions)
    const url = 'http://localhost'
    expect(made({ url })).toThrow('option "serialNumber" is undefined')
    expect(made({ serialNumber: 'A' })).toThrow('either url or server')
    expect(made({ serialNumber: 'A', url, server: createServer() })).toThrow('either url or server')
    expect(made({ serialNumber: 'A', url: 'localhost:80' })).toThrow('option "url"')
    expect(made({ serialNumber: 'A', url: `${url}/iclock/devicecmd` })).toThrow('itself puts')
    expect(made({ serialNumber: 'A', server: () => {} })).toThrow('as app.listen() returns it')
    expect(made({ serialNumber: 'A', url, manners: 'polite' })).toThrow('attendance, access, clone')
    expect(made({ serialNumber: 'A', url, timeout: '2s' })).toThrow('option "timeout"')
  })

  it('says that a server does not listen yet', async () => {
    const device = virtualDevice({ server: createServer(), serialNumber: 'A' })
    await expect(device.reply('1', 0)).rejects.toThrow('call listen() first')
  })
})

describe('the answer', () => {
  const answer = (lines: string[], body = 'OK') => `${lines.join('\r\n')}\r\n\r\n${body}`
  const withHeaders = (...headers: string[]) =>
    answer(['HTTP/1.1 200 OK', ...headers, 'Content-Length: 2'])
  const date = `Date: ${DATE}`

  it('takes 200, Date, OK, and sets its clock', async () => {
    expect(await exchangeWith(GOOD)).toMatchObject({
      accepted: true,
      refusal: undefined,
      status: 200,
      headers: [
        ['Date', DATE],
        ['Content-Type', 'text/plain'],
        ['Content-Length', '2'],
      ],
      body: Buffer.from('OK'),
      clock: new Date('2015-06-30T01:24:48Z'),
      received: Buffer.from(GOOD),
    })
  })

  const taken: [what: string, octets: string, andCloses?: boolean][] = [
    ['header names in any letter case', withHeaders(`dATE:${DATE} `, 'CONTENT-TYPE:text/plain')],
    ['a Content-Type with a charset', withHeaders(date, 'Content-Type: text/plain; charset=utf-8')],
    ['no Content-Type', withHeaders(date)],
    ['HTTP/1.0', GOOD.replace('1.1', '1.0')],
    ['no reason phrase', GOOD.replace(' OK', '')],
    ['a body that ends with the connection', answer(['HTTP/1.1 200 OK', date]), true],
    [
      'chunks',
      answer(
        ['HTTP/1.1 200 OK', date, 'Transfer-Encoding: chunked'],
        '1\r\nO\r\n001;x=y\r\nK\r\n0\r\n\r\n',
      ),
    ],
    [
      'chunks with trailers',
      answer(
        ['HTTP/1.1 200 OK', date, 'Transfer-Encoding: chunked'],
        '2\r\nOK\r\n0\r\nX: 1\r\nY: 2\r\n\r\n',
      ),
    ],
    ['interim answers before it', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 x\r\n\r\n${GOOD}`],
  ]
  it.each(taken)('takes %s', async (_, octets, andCloses) => {
    expect(await exchangeWith(octets, andCloses)).toMatchObject({
      refusal: undefined,
      accepted: true,
      body: Buffer.from('OK'),
      received: Buffer.from(octets),
    })
  })

  const chunks = (body: string) =>
    answer(['HTTP/1.1 200 OK', date, 'Transfer-Encoding: chunked'], body)
  const refused: [what: string, octets: string, refusal: string, andCloses?: boolean][] = [
    ['OK without Date', withHeaders('Content-Type: text/plain'), 'there is no Date'],
    ['a Date that is none', withHeaders('Date: yesterday'), "the Date is 'yesterday'"],
    ['a Date in local time', withHeaders(`Date: ${DATE.replace('GMT', '+0200')}`), 'the Date is'],
    ['a Date in ISO form', withHeaders('Date: 2015-06-30T01:24:48Z'), 'the Date is'],
    ['a Date with the wrong weekday', withHeaders(`Date: ${DATE.replace('Tue', 'Wed')}`), 'the Da'],
    ['two Dates', withHeaders(date, date), 'the Date is'],
    [
      'text/html with 200',
      withHeaders(date, 'Content-Type: text/html'),
      "Content-Type is 'text/ht",
    ],
    ['JSON', withHeaders(date, 'Content-Type: application/json'), "'application/json'"],
    ['ok', GOOD.replace(/OK$/, 'ok'), "the body is 'ok' (length 2), not 'OK'"],
    ['an empty body', GOOD.replace(/2\r\n\r\nOK$/, '0\r\n\r\n'), "the body is '' (length 0)"],
    ['OK with a line end', GOOD.replace(/2\r\n\r\nOK$/, '3\r\n\r\nOK\n'), '(length 3)'],
    ['an answer longer than 2', GOOD.replace(/2\r\n\r\nOK$/, '6\r\n\r\nOK: 42'), "'OK: 42' (len"],
    ['204', `HTTP/1.1 204 No Content\r\n${date}\r\n\r\n`, 'the status is 204, not 200'],
    ['201', GOOD.replace('200', '201'), 'the status is 201'],
    ['a redirect', GOOD.replace('200 OK', '302 Found\r\nLocation: /'), 'the status is 302'],
    ['404', GOOD.replace('200', '404'), 'is the endpoint mounted there?'],
    ['500', GOOD.replace('200', '500'), 'the status is 500'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', "no HTTP/1.x answer: 'SSH-2.0-OpenSSH"],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n', 'no HTTP/1.x answer'],
    ['a status line that is none', 'HTTP/1.1 OK\r\n\r\n', 'the status line is'],
    ['a header that is none', withHeaders(date, 'Con tent'), 'a header of the answer'],
    ['a Content-Length that is none', GOOD.replace('h: 2', 'h: 2x'), "Content-Length is '2x'"],
    ['two Content-Lengths', withHeaders(date, 'Content-Length: 2'), 'Content-Length is'],
    ['a size of chunk that is none', chunks('z\r\nOK\r\n0\r\n\r\n'), 'chunks'],
    ['a chunk longer than its size', chunks('1\r\nOK\r\n0\r\n\r\n'), 'chunks'],
    ['another transfer coding', chunks('').replace('chunked', 'gzip'), 'chunks'],
    ['no answer', '', 'connection was closed without an answer', true],
    ['a head that is cut off', GOOD.slice(0, 40), 'connection was closed in its head', true],
    ['a body that is cut off', GOOD.slice(0, -1), 'connection was closed within its body', true],
    ['chunks that are cut off', chunks('2\r\nOK\r\n0\r\n'), 'between its chunks', true],
    ['an endless answer', withHeaders(`X: ${'x'.repeat(1_200_000)}`), 'longer than 1 MB'],
  ]
  it.each(refused)('refuses %s', async (_, octets, refusal, andCloses) => {
    const exchange = await exchangeWith(octets, andCloses)
    expect(exchange.accepted).toBe(false)
    expect(exchange.refusal).toContain(refusal)
  })

  it('refuses what an app over node:http answers wrongly', async () => {
    const refusalOf = async (listener: RequestListener) => {
      const { accepted, refusal } = await deviceAt(await serving(listener)).exchange(
        'ID=1&Return=0',
      )
      expect(accepted).toBe(false)
      return refusal
    }
    const html = { 'Content-Type': 'text/html; charset=utf-8' }
    const plain = { 'Content-Type': 'text/plain' }
    expect(
      await refusalOf((_, res) => {
        res.sendDate = false
        res.writeHead(200, plain).end('OK')
      }),
    ).toContain('Date')
    expect(await refusalOf((_, res) => res.writeHead(200, html).end('OK'))).toContain('text/html')
    expect(await refusalOf((_, res) => res.writeHead(204).end())).toContain('204')
    expect(await refusalOf((_, res) => res.writeHead(200, plain).end('ok'))).toContain("'ok'")
    expect(await refusalOf((_, res) => res.writeHead(200, plain).end('OK\n'))).toContain('length 3')
    expect(await refusalOf((req) => req.socket.destroy())).toContain('without an answer')
    expect(await refusalOf((req) => req.socket.resetAndDestroy())).toContain('ECONNRESET')
  })

  it('refuses a body that ends with the connection where the connection broke', async () => {
    const server = await listen(
      createNetServer((socket) => {
        socket.once('data', () => {
          socket.write(answer(['HTTP/1.1 200 OK', date]), () => {
            setTimeout(() => socket.resetAndDestroy(), 20)
          })
        })
      }),
    )
    const exchange = await deviceAt(server).exchange('ID=1&Return=0')
    expect(exchange).toMatchObject({ accepted: false, refusal: expect.stringContaining('RESET') })
  })

  it('reads the answer to HEAD, which has a length and no body', async () => {
    const server = await serving((_, res) => res.writeHead(200, { 'Content-Length': 2 }).end())
    expect(await deviceAt(server).exchange('', { method: 'HEAD' })).toMatchObject({
      status: 200,
      refusal: expect.stringContaining('the body'),
    })
  })

  it('reads the same however the answer is cut into segments', async () => {
    const chunkedGood = chunks('1\r\nO\r\n1\r\nK\r\n0\r\n\r\n')
    for (const octets of [GOOD, chunkedGood]) {
      const server = await listen(
        createNetServer((socket) => {
          socket.setNoDelay(true)
          socket.once('data', async () => {
            for (const octet of octets) {
              socket.write(octet)
              await new Promise((resolve) => setImmediate(resolve))
            }
          })
        }),
      )
      const exchange = await deviceAt(server).exchange('ID=1&Return=0')
      expect(exchange).toMatchObject({ accepted: true, received: Buffer.from(octets) })
    }
  })

  it('has a bound in time for a server that is silent, with what came until then', async () => {
    const device = deviceAt(await answering(GOOD.slice(0, -1)), { timeout: 50 })
    expect(await device.exchange('ID=1&Return=0')).toMatchObject({
      accepted: false,
      refusal: 'no whole answer came within 50 ms',
      status: 200,
      body: Buffer.from('O'),
    })
  })

  it('tells a connection that is refused', async () => {
    const server = await serving(() => {})
    const url = `http://127.0.0.1:${portOf(server)}`
    await new Promise((resolve) => server.close(resolve))
    expect(await virtualDevice({ url, serialNumber: 'A' }).exchange('x')).toMatchObject({
      accepted: false,
      refusal: expect.stringContaining('ECONNREFUSED'),
      status: undefined,
      sent: Buffer.alloc(0),
    })
  })

  it('never rejects, whatever octets come', async () => {
    const server = await listen(
      createNetServer((socket) => {
        socket.once('data', () => {
          socket.end(octets)
        })
      }),
    )
    let octets = Buffer.alloc(0)
    const device = deviceAt(server)
    const pieces = fc.constantFrom('HTTP/1.1 200 OK', '\r\n', 'OK', date, 'Content-Length: 2', '0')
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array(),
          fc.array(pieces).map((each) => Buffer.from(each.join(''))),
        ),
        async (bytes) => {
          octets = Buffer.from(bytes)
          const { accepted, refusal, received } = await device.exchange('x')
          expect(accepted).toBe(refusal === undefined)
          expect(octets.subarray(0, received.length)).toEqual(received)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('faults', () => {
  it('sends one octet at a time', async () => {
    const { server, segments, bodies } = await recording()
    const exchange = await deviceAt(server).exchange('ID=1&Return=0', { segmentSize: 1 })
    expect(exchange.accepted).toBe(true)
    expect(String(bodies)).toBe('ID=1&Return=0')
    expect(segments.length).toBeGreaterThan(50)
  })

  it.each([
    ['before the body', {}, /\r\n\r\n$/],
    ['after some octets', { waitAfter: 4 }, /^POST$/],
    ['before the last octets', { waitAfter: -3 }, /Retur$/],
  ])('waits %s', async (_, where, sent) => {
    const forbidding = await answering('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    const waiting = { wait: 60_000, ...where }
    const answeredEarly = await deviceAt(forbidding).exchange('ID=1&Return=0', waiting)
    expect(answeredEarly.status).toBe(403)
    expect(String(answeredEarly.sent)).toMatch(sent)

    const { server, bodies } = await recording()
    const exchange = await deviceAt(server).exchange('ID=1&Return=0', { wait: 5, ...where })
    expect(exchange.accepted).toBe(true)
    expect(String(bodies)).toBe('ID=1&Return=0')
  })

  it('pauses between two segments', async () => {
    const long = { segmentSize: 4, segmentPause: 60_000 }
    const answeredEarly = await deviceAt(await answering(GOOD)).exchange('ID=1&Return=0', long)
    expect(answeredEarly.accepted).toBe(true)
    expect(String(answeredEarly.sent)).toBe('POST')

    const { server, bodies } = await recording()
    const short = { segmentSize: 50, segmentPause: 5 }
    const exchange = await deviceAt(server).exchange('ID=1&Return=0', short)
    expect(exchange.accepted).toBe(true)
    expect(String(bodies)).toBe('ID=1&Return=0')
  })

  it('drops the connection after some octets', async () => {
    const { server, bodies, segments } = await recording()
    const device = deviceAt(server)
    const cut = await device.exchange('ID=1&Return=0', { cutAfter: -3 })
    expect(cut).toMatchObject({ accepted: false, status: undefined, received: Buffer.alloc(0) })
    expect(cut.refusal).toMatch(/^the device dropped the connection after \d+ octets, as asked$/)
    expect(String(cut.sent)).toMatch(/\r\n\r\nID=1&Retur$/)
    expect((await device.exchange('ID=1&Return=0', { cutAfter: 0 })).sent).toHaveLength(0)
    expect((await device.exchange('ID=1&Return=0', { cutAfter: 4 })).sent).toHaveLength(4)
    await device.reply('2', 0)
    expect(bodies.map(String)).toEqual(['ID=2&Return=0&CMD=DATA\n'])
    expect(String(segments[0])).toBe(String(cut.sent))
  })

  it('drops the connection after a whole request, with no answer read', async () => {
    const { server, bodies } = await recording()
    const device = deviceAt(server)
    const cut = await device.exchange('ID=1&Return=0', { cutAfter: Infinity })
    expect(cut.accepted).toBe(false)
    await expect.poll(() => bodies.map(String)).toEqual(['ID=1&Return=0'])
  })

  it('sends a wrong length, surplus octets, and chunks', async () => {
    const { server, segments, bodies } = await recording()
    const device = deviceAt(server, { timeout: 100 })
    const short = await device.exchange('ID=1&Return=0', { headers: { 'Content-Length': '20' } })
    expect(short).toMatchObject({ accepted: false, status: undefined })
    expect(short.refusal).toContain('within 100 ms')

    segments.length = 0
    await device.exchange('ID=2', { surplus: 'GARBAGE' })
    expect(String(Buffer.concat(segments))).toMatch(/Content-Length: 4\r\n\r\nID=2GARBAGE$/)

    bodies.length = 0
    const chunked = await device.exchange('ID=3&Return=0', { chunkSize: 5 })
    expect(chunked.accepted).toBe(true)
    expect(String(chunked.sent)).toMatch(
      /Transfer-Encoding: chunked\r\n\r\n5\r\nID=3&\r\n5\r\nRetur\r\n3\r\nn=0\r\n0\r\n\r\n$/,
    )
    expect(String(bodies)).toBe('ID=3&Return=0')
    await expect(device.exchange('ID=3', { chunkSize: 0 })).rejects.toThrow('"chunkSize" is 0')
  })
})

describe('a connection', () => {
  it('serves several exchanges', async () => {
    const { server, bodies } = await recording()
    let connections = 0
    server.on('connection', () => connections++)
    const connection = deviceAt(server).connect()
    const first = await connection.exchange('ID=1&Return=0')
    const second = await connection.exchange('ID=2&Return=0')
    connection.close()
    expect([first.accepted, second.accepted]).toEqual([true, true])
    expect(String(first.sent)).toContain('\r\nConnection: keep-alive\r\n')
    expect(String(second.received)).toMatch(/^HTTP\/1\.1 200[\s\S]*OK$/)
    expect(bodies.map(String)).toEqual(['ID=1&Return=0', 'ID=2&Return=0'])
    expect(connections).toBe(1)
  })

  it('keeps what follows an answer for the next exchange', async () => {
    const server = await answering(`${GOOD}${GOOD.replace('200', '500')}`)
    const connection = deviceAt(server).connect()
    expect(await connection.exchange('x')).toMatchObject({ status: 200, accepted: true })
    expect(await connection.exchange('x')).toMatchObject({ status: 500, accepted: false })
    connection.close()
  })

  it('tells that the server has closed it, or that it was closed', async () => {
    const connection = deviceAt(await answering(GOOD, true)).connect()
    await connection.exchange('x')
    await expect
      .poll(async () => (await connection.exchange('x')).refusal)
      .toMatch(/without an answer|failed/)
    const closed = deviceAt(await answering(GOOD)).connect()
    closed.close()
    expect((await closed.exchange('x')).accepted).toBe(false)
  })
})

describe('sending until it is taken', () => {
  const failing = (times: number) => {
    let requests = 0
    return serving((req, res) => {
      req.resume()
      const status = ++requests > times ? 200 : 500
      res.writeHead(status, { 'Content-Type': 'text/plain' }).end('OK')
    })
  }

  it('repeats the same until it is answered as it must be', async () => {
    const exchanges = await deviceAt(await failing(2)).reply('1', 0)
    expect(exchanges.map(({ status }) => status)).toEqual([500, 500, 200])
    const bodies = exchanges.map(({ sent }) => String(sent))
    expect(new Set(bodies).size).toBe(1)
  })

  it('gives up after its bound, and says why', async () => {
    const device = deviceAt(await failing(Infinity), { giveUpAfter: 2000, pause: 600 })
    const error = await device.reply('1', 0).catch((reason) => reason)
    expect(error).toBeInstanceOf(DeliveryError)
    expect(error.message).toMatch(
      /^Device 0316144680030 gave up after \d tries: the status is 500, not 200$/,
    )
    expect(error.exchanges.length).toBeGreaterThan(1)
  })

  it('gives up on a silent server within its bound', async () => {
    const device = deviceAt(await serving(() => {}), { giveUpAfter: 60, timeout: 60_000 })
    await expect(device.reply('1', 0)).rejects.toThrow('gave up after 1 try: no whole answer came')
  })

  it('goes wrong at the first try only', async () => {
    const { server, bodies } = await recording()
    const exchanges = await deviceAt(server).send('ID=1&Return=0', { cutAfter: -1 })
    expect(exchanges.map(({ accepted }) => accepted)).toEqual([false, true])
    expect(bodies.map(String)).toEqual(['ID=1&Return=0'])
  })

  it('repeats what was taken, if asked to', async () => {
    const { server, bodies } = await recording()
    const exchanges = await deviceAt(server).send('ID=1&Return=0', { repeats: 2 })
    expect(exchanges.map(({ accepted }) => accepted)).toEqual([true, true, true])
    expect(bodies.map(String)).toEqual(Array(3).fill('ID=1&Return=0'))
  })
})

describe('records', () => {
  const attendance = recordWriter(SERIAL_NUMBER)
  const access = recordWriter(SERIAL_NUMBER, 'access')

  it.each<[what: string, record: Buffer, text: string]>([
    ['a reply', attendance.reply('1001', -10), 'ID=1001&Return=-10&CMD=DATA\n'],
    [
      'a reply with further pairs',
      attendance.reply('1', 41, 'ACCOUNT', { RecordSum: '41' }),
      'ID=1&Return=41&CMD=ACCOUNT&RecordSum=41\n',
    ],
    ['a reply of an access device', access.reply('1', 0, 'CHECK'), 'ID=1&return=0&CMD=CHECK\n'],
    [
      'INFO',
      attendance.info('27', { MAC: '00:17:61:00:00:01', '~OEMVendor': 'ZK Inc.' }),
      'ID=27&Return=0&CMD=INFO\nMAC=00:17:61:00:00:01\n~OEMVendor=ZK Inc.\n',
    ],
    [
      'Shell',
      attendance.shell('37', 1, 'total 8\n'),
      `ID=37\nSN=${SERIAL_NUMBER}\nReturn=1\nCMD=Shell\nFILENAME=shellout.txt\nContent=total 8\n`,
    ],
    [
      'GetFile',
      attendance.getFile('1234', 'a.cfg', Buffer.from('x=1\r\n')),
      `ID=1234\nSN=${SERIAL_NUMBER}\nFILENAME=a.cfg\nCMD=GetFile\nReturn=5\nContent=x=1\r\n`,
    ],
    [
      'GetFile of an access device',
      access.getFile('1', 'a', Buffer.alloc(0)),
      `ID=1\nSN=${SERIAL_NUMBER}\nFILENAME=a\nCMD=GetFile\nreturn=0\nContent=`,
    ],
    ['PutFile', attendance.putFile('30', 262144), 'ID=30\nReturn=262144\nCMD=PutFile\n'],
    [
      'VERIFY SUM',
      attendance.verifySum('23', '2015-07-01 00:00:00', '2015-07-31 23:59:59', 42),
      'ID=23&Return=0&CMD=VERIFY SUM&StartTime=2015-07-01 00:00:00&EndTime=2015-07-31 23:59:59&AttlogSum=42\n',
    ],
    [
      'a batch',
      batch(['ID=1&Return=0', attendance.getFile('2', 'a', Buffer.from('x')), 'ID=3&Return=0\n']),
      `ID=1&Return=0\nID=2\nSN=${SERIAL_NUMBER}\nFILENAME=a\nCMD=GetFile\nReturn=1\nContent=x\nID=3&Return=0\n`,
    ],
  ])('writes %s', (_, record, text) => {
    expect(String(record)).toBe(text)
  })

  it('writes what the endpoint reads as it was meant', () => {
    const id = fc.stringMatching(/^[0-9A-Za-z]{1,16}$/)
    const record = fc.oneof(
      fc.tuple(fc.constant('reply' as const), id, fc.integer()),
      fc.tuple(fc.constant('getFile' as const), id, fc.uint8Array()),
      fc.tuple(fc.constant('putFile' as const), id, fc.nat()),
    )
    const manners = fc.constantFrom<Manners>('attendance', 'access', 'clone')
    fc.assert(
      fc.property(manners, fc.array(record), fc.uint8Array(), (how, records, output) => {
        const write = recordWriter(SERIAL_NUMBER, how)
        const body = batch([
          ...records.map((each) => {
            if (each[0] === 'getFile') return write.getFile(each[1], 'a', each[2])
            return write[each[0]](each[1], each[2])
          }),
          write.shell('last', 0, output),
        ])
        const { replies, unparsed } = parseReplies(body, SERIAL_NUMBER)
        expect(unparsed).toEqual([])
        const meant = records.map(([, commandId, value]) => {
          const isFile = value instanceof Uint8Array
          return {
            commandId,
            returnCode: isFile ? value.length : value,
            ...(isFile ? { content: Buffer.from(value) } : {}),
          }
        })
        const last = { commandId: 'last', returnCode: 0, content: Buffer.from(output) }
        expect(replies).toMatchObject([...meant, last])
      }),
    )
  })

  it('sends each of them', async () => {
    const { server, bodies } = await recording()
    const device = deviceAt(server)
    await device.reply('1', 0)
    await device.info('2', { MAC: '1' })
    await device.shell('3', 0, 'x')
    await device.getFile('4', 'a', Buffer.from([0]))
    await device.putFile('5', 1)
    await device.verifySum('6', 'a', 'b', 7)
    await device.send([device.records.reply('7', 0), device.records.reply('8', 0)])
    expect(bodies).toEqual([
      attendance.reply('1', 0),
      attendance.info('2', { MAC: '1' }),
      attendance.shell('3', 0, 'x'),
      attendance.getFile('4', 'a', Buffer.from([0])),
      attendance.putFile('5', 1),
      attendance.verifySum('6', 'a', 'b', 7),
      batch([attendance.reply('7', 0), attendance.reply('8', 0)]),
    ])
  })
})

describe('a fleet', () => {
  const byId = (a: { commandId: string }, b: { commandId: string }) =>
    a.commandId < b.commandId ? -1 : 1

  it('posts as many as it is told to, from as many devices, and knows what was acknowledged', async () => {
    const stored: string[] = []
    const server = await serving((req, res) => {
      req.setEncoding('latin1')
      req.on('data', (body) => stored.push(`${req.url} ${body}`))
      req.on('end', () => res.writeHead(200, { 'Content-Type': 'text/plain' }).end('OK'))
    })
    const report = await runFleet({ server, devices: 3, count: 10, duration: 20_000 })
    expect(report).toMatchObject({ sent: 10, answered: { 200: 10 }, unanswered: 0, repeated: 0 })
    expect(report.givenUp).toEqual([])
    expect(report.acknowledged.sort(byId)).toEqual(
      Array.from({ length: 10 }, (_, body) => {
        return { serialNumber: `SIM00000${body % 3}`, commandId: `c${body}`, returnCode: 0 }
      }),
    )
    expect(stored.sort()).toEqual(
      report.acknowledged
        .map(({ serialNumber, commandId }) => {
          return `/iclock/devicecmd?SN=${serialNumber} ID=${commandId}&Return=0&CMD=DATA\n`
        })
        .sort(),
    )
  })

  it('counts what is repeated, cut, and answered wrongly', async () => {
    const { server, bodies } = await recording()
    const report = await runFleet({
      ...{ server, devices: 2, count: 6, duration: 20_000, pause: 1 },
      serialNumber: (device) => `D${device}`,
      replies: (body) => [
        { commandId: `a${body}`, returnCode: body },
        {
          commandId: `b${body}`,
          returnCode: -body,
          record: Buffer.from(`ID=b${body}&Return=-${body}`),
        },
      ],
      faults: (body) => {
        if (body === 1) return { repeats: 2 }
        if (body === 2) return { cutAfter: -1 }
        return body === 3 ? { headers: { 'Content-Length': 'x' } } : undefined
      },
    })
    expect(report).toMatchObject({
      sent: 10,
      answered: { 200: 8, 400: 1 },
      unanswered: 1,
      repeated: 4,
      givenUp: [],
    })
    expect(report.acknowledged).toHaveLength(12)
    expect(report.acknowledged).toContainEqual({
      serialNumber: 'D1',
      commandId: 'b5',
      returnCode: -5,
    })
    expect(bodies).toHaveLength(8)
    expect(bodies.map(String)).toContain('ID=a4&Return=4&CMD=DATA\nID=b4&Return=-4')
  })

  it('gives up at the end of its time, and does not begin what is due later', async () => {
    const server = await serving((_, res) => res.writeHead(503).end())
    const settings = { server, devices: 2, duration: 200, pause: 20 }
    const report = await runFleet({ ...settings, count: 1_000_000 })
    expect(report.acknowledged).toEqual([])
    expect(report.givenUp.map(({ commandId }) => commandId).sort()).toEqual(['c0', 'c1'])
    expect(report.answered[503]).toBe(report.sent - report.unanswered)

    const slow = await runFleet({ ...settings, count: 100, rate: 0.001 })
    expect(slow.givenUp.map(({ commandId }) => commandId)).toEqual(['c0'])
  })

  it('goes on when its server is killed and comes back', async () => {
    const kept: string[] = []
    let port = 0
    const start = (killedAt: number) => {
      const server = createServer(async (req, res) => {
        const body = Buffer.concat(await req.toArray().catch(() => []))
        if (kept.push(String(body)) === killedAt) return kill(server)
        res.writeHead(200, { 'Content-Type': 'text/plain' }).end('OK')
      })
      return new Promise<Server>((resolve) => {
        server.listen(port, '127.0.0.1', () => resolve(server))
      })
    }
    const sockets = new Set<Socket>()
    const kill = (server: Server) => {
      for (const socket of sockets) socket.resetAndDestroy()
      server.close(async () => listening.push({ server: await start(Infinity), sockets }))
    }
    const first = await start(20)
    first.on('connection', (socket) => sockets.add(socket))
    port = portOf(first)

    const report = await runFleet({
      url: `http://127.0.0.1:${port}`,
      ...{ devices: 4, count: 100, duration: 30_000, pause: 10 },
    })
    expect(report.acknowledged).toHaveLength(100)
    expect(report.givenUp).toEqual([])
    expect(report.unanswered).toBeGreaterThan(0)
    expect(report.sent).toBe(100 + report.repeated)
    expect(new Set(kept).size).toBe(100)
  })

  it('refuses numbers that can not be meant', async () => {
    const fleet = { url: 'http://localhost', devices: 1, count: 1, duration: 1 }
    await expect(runFleet({ ...fleet, devices: 0 })).rejects.toThrow('option "devices" is 0')
    const unbounded = { ...fleet, count: undefined } as unknown as typeof fleet
    await expect(runFleet(unbounded)).rejects.toThrow('option "count" is undefined')
    await expect(runFleet({ ...fleet, rate: Number.NaN })).rejects.toThrow('option "rate" is NaN')
  })
})
