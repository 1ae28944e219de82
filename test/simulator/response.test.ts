import { createServer as createNetServer } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseResponse } from '../../src/simulator/response.js'
import { DATE, GOOD, listen, respondingWith, serving, terminalAt } from '../support/server.js'

const response = (lines: string[], body = 'OK') => `${lines.join('\r\n')}\r\n\r\n${body}`
const date = `Date: ${DATE}`
const type = 'Content-Type: text/plain'
const withHeaders = (...headers: string[]) =>
  response(['HTTP/1.1 200 OK', ...headers, 'Content-Length: 2'])
const chunks = (body: string, ...headers: string[]) =>
  response(['HTTP/1.1 200 OK', date, type, 'Transfer-Encoding: chunked', ...headers], body)
const exchangeWith = async (bytes: string | Buffer, andCloses = false) =>
  terminalAt(await respondingWith(bytes, andCloses), { timeout: 30_000 }).exchange('ID=1&Return=0')

it('The status, headers, body and Date are read', async () => {
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
    clock: new Date(DATE),
    received: Buffer.from(GOOD),
  })
})

const accepted: [what: string, bytes: string, andCloses?: boolean][] = [
  ['header names in any letter case', withHeaders(`dATE:\t ${DATE} `, 'CONTENT-TYPE:text/plain')],
  ['HTTP/1.0', GOOD.replace('1.1', '1.0')],
  ['no reason phrase', GOOD.replace('200 OK', '200 ')],
  ['a body that ends with the connection', response(['HTTP/1.1 200 OK', date, type]), true],
  ['chunks', chunks('1\r\nO\r\n001;x=y\r\nK\r\n0\r\n\r\n')],
  ['chunks with trailers', chunks('2\r\nOK\r\n0\r\nX: 1\r\nY: 2\r\n\r\n')],
  ['interim responses before it', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 x\r\n\r\n${GOOD}`],
]
it.each(accepted)('A response with %s is accepted', async (_, bytes, andCloses) => {
  expect(await exchangeWith(bytes, andCloses)).toMatchObject({
    refusal: undefined,
    accepted: true,
    body: Buffer.from('OK'),
    received: Buffer.from(bytes),
  })
})

const refused: [what: string, bytes: string, refusal: string, andCloses?: boolean][] = [
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', "not an HTTP/1.x response: 'SSH-2.0-OpenSSH"],
  ['HTTP/2', 'HTTP/2 200\r\n\r\n', 'not an HTTP/1.x response'],
  ['a status line without a status', 'HTTP/1.1 OK\r\n\r\n', 'the status line is'],
  ['a status without a space behind it', GOOD.replace(' OK', ''), 'the status line is'],
  ['a line that is not a header', withHeaders(date, 'Con tent'), "response header 'Con tent'"],
  ['a space in a header name', withHeaders(date, 'Con tent: x'), 'invalid response header'],
  ['an invalid Content-Length', GOOD.replace('h: 2', 'h: 2x'), "the Content-Length is '2x'"],
  ['two Content-Lengths', withHeaders(date, 'Content-Length: 2'), 'the Content-Length is'],
  ['both lengths', chunks('2\r\nOK\r\n0\r\n\r\n', 'Content-Length: 2'), 'both a Content-Length'],
  ['an invalid chunk size', chunks('z\r\nOK\r\n0\r\n\r\n'), 'chunks'],
  ['a chunk longer than its size', chunks('1\r\nOK\r\n0\r\n\r\n'), 'chunks'],
  ['another transfer coding', chunks('').replace('chunked', 'gzip'), 'chunks'],
  ['no response', '', 'connection was closed without a response', true],
  ['a head that is cut off', GOOD.slice(0, 40), 'closed within the response head', true],
  ['a body that is cut off', GOOD.slice(0, -1), 'closed within the response body', true],
  ['chunks that are cut off', chunks('2\r\nOK\r\n0\r\n'), 'between its chunks', true],
  ['an endless head', withHeaders(`X: ${'x'.repeat(100_000)}`), 'exceeds 64 kB'],
  ['an endless body', response(['HTTP/1.1 200 OK', date], 'x'.repeat(4_200_000)), 'exceeds 4 MB'],
  ['bytes behind the response', `${GOOD}\n`, '1 bytes follow the response'],
  ['a second response', `${GOOD}${GOOD}`, `${GOOD.length} bytes follow the response`],
]
it.each(refused)('A response with %s is refused', async (_, bytes, refusal, andCloses) => {
  const exchange = await exchangeWith(bytes, andCloses)
  expect(exchange.accepted).toBe(false)
  expect(exchange.refusal).toContain(refusal)
})

it('A long run of blanks in a header is read in linear time', async () => {
  const start = performance.now()
  const blanks = ' '.repeat(60_000)
  const exchange = await exchangeWith(withHeaders(date, type, `X:${blanks}x${blanks.slice(60)}y`))
  expect(exchange.refusal).toContain('exceeds 64 kB')
  const { refusal } = await exchangeWith(withHeaders(date, type, `X:${blanks}x `))
  expect(refusal).toBeUndefined()
  // The quadratic expression took 12 s for 100,000 blanks on a quiet machine.
  expect(performance.now() - start).toBeLessThan(3000)
})

it('Each chunk is read once, however many there are', () => {
  const whole = Buffer.from(chunks(`${'1\r\nx\r\n'.repeat(100_000)}0\r\n\r\n`))
  const timeOf = (segment: number) => {
    const start = performance.now()
    const memory = {}
    for (let end = segment; end < whole.length; end += segment) {
      expect(parseResponse(whole.subarray(0, end), false, 'POST', memory).size).toBeUndefined()
    }
    const { body, size, problem } = parseResponse(whole, false, 'POST', memory)
    expect([body.length, size, problem]).toEqual([100_000, whole.length, undefined])
    return performance.now() - start
  }
  timeOf(Infinity)
  // Reading all chunks again for each of 73 segments takes 36 times as long.
  expect(timeOf(8192)).toBeLessThan(12 * timeOf(Infinity) + 100)
})

it('A body that ends with the connection is refused if the connection broke', async () => {
  const server = await listen(
    createNetServer((socket) => {
      socket.once('data', () => {
        socket.write(response(['HTTP/1.1 200 OK', date]), () => {
          setTimeout(() => socket.resetAndDestroy(), 20)
        })
      })
    }),
  )
  const exchange = await terminalAt(server).exchange('ID=1&Return=0')
  expect(exchange).toMatchObject({ accepted: false, refusal: expect.stringContaining('RESET') })
})

it('The response to HEAD, which has a length and no body, is read', async () => {
  const server = await serving((_, res) => {
    res.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 }).end()
  })
  expect(await terminalAt(server).exchange('', { method: 'HEAD' })).toMatchObject({
    status: 200,
    refusal: expect.stringContaining('the body'),
  })
})

it('A response is read the same however it is split into segments', async () => {
  for (const bytes of [GOOD, chunks('1\r\nO\r\n1\r\nK\r\n0\r\n\r\n')]) {
    const server = await listen(
      createNetServer((socket) => {
        socket.setNoDelay(true)
        socket.once('data', async () => {
          for (const byte of bytes) {
            socket.write(byte)
            await new Promise((resolve) => setImmediate(resolve))
          }
        })
      }),
    )
    const exchange = await terminalAt(server).exchange('ID=1&Return=0')
    expect(exchange).toMatchObject({ refusal: undefined, received: Buffer.from(bytes) })
  }
})

it('A response never makes the exchange reject, whatever bytes arrive', async () => {
  let bytes = Buffer.alloc(0)
  const server = await listen(
    createNetServer((socket) => {
      socket.once('data', () => socket.end(bytes))
    }),
  )
  const terminal = terminalAt(server)
  const pieces = fc.constantFrom('HTTP/1.1 200 OK', '\r\n', 'OK', date, 'Content-Length: 2', '0')
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array(),
        fc.array(pieces).map((each) => Buffer.from(each.join(''))),
      ),
      async (sent) => {
        bytes = Buffer.from(sent)
        const exchange = await terminal.exchange('x')
        expect(exchange.accepted).toBe(exchange.refusal === undefined)
        expect(bytes.subarray(0, exchange.received.length)).toEqual(exchange.received)
      },
    ),
    { numRuns: 100 },
  )
})
