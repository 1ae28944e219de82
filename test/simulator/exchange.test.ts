import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { GOOD, recording, respondingWith, serving, terminalAt } from '../support/server.js'

describe('Faults', () => {
  it('The request is sent one byte at a time', async () => {
    const { server, segments, bodies } = await recording()
    const exchange = await terminalAt(server).exchange('ID=1&Return=0', { segmentSize: 1 })
    expect(exchange.refusal).toBeUndefined()
    expect(String(bodies)).toBe('ID=1&Return=0')
    expect(segments.length).toBeGreaterThan(50)
  })

  it.each([
    ['before the body', {}, /\r\n\r\n$/],
    ['after some bytes', { waitAfter: 4 }, /^POST$/],
    ['before the last bytes', { waitAfter: -3 }, /Retur$/],
  ])('The request pauses %s', async (_, where, sent) => {
    const forbidding = await respondingWith('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    const waiting = { wait: 60_000, ...where }
    const answeredEarly = await terminalAt(forbidding).exchange('ID=1&Return=0', waiting)
    expect(answeredEarly.refusal).toContain('the status is 403, not 200')
    expect(String(answeredEarly.sent)).toMatch(sent)

    const { server, bodies } = await recording()
    const exchange = await terminalAt(server).exchange('ID=1&Return=0', { wait: 5, ...where })
    expect(exchange.refusal).toBeUndefined()
    expect(String(bodies)).toBe('ID=1&Return=0')
  })

  it('The request pauses between two segments', async () => {
    const { server, bodies } = await recording()
    const short = { segmentSize: 50, segmentPause: 5 }
    const exchange = await terminalAt(server).exchange('ID=1&Return=0', short)
    expect(exchange.refusal).toBeUndefined()
    expect(String(bodies)).toBe('ID=1&Return=0')
  })

  it('The connection drops after some bytes', async () => {
    const { server, bodies, segments } = await recording()
    const terminal = terminalAt(server)
    const cut = await terminal.exchange('ID=1&Return=0', { cutAfter: -3 })
    expect(cut).toMatchObject({ accepted: false, status: undefined, received: Buffer.alloc(0) })
    expect(cut.refusal).toMatch(
      /^the terminal dropped the connection after \d+ bytes, as requested$/,
    )
    expect(String(cut.sent)).toMatch(/\r\n\r\nID=1&Retur$/)
    expect((await terminal.exchange('ID=1&Return=0', { cutAfter: 0 })).sent).toHaveLength(0)
    expect((await terminal.exchange('ID=1&Return=0', { cutAfter: 4 })).sent).toHaveLength(4)
    await terminal.reply('2', 0)
    expect(bodies.map(String)).toEqual(['ID=2&Return=0&CMD=DATA\n'])
    expect(String(segments[0])).toBe(String(cut.sent))
  })

  it('The connection drops after a complete request, without reading the response', async () => {
    const { server, bodies } = await recording()
    const cut = await terminalAt(server).exchange('ID=1&Return=0', { cutAfter: Infinity })
    expect(cut.accepted).toBe(false)
    await expect.poll(() => bodies.map(String)).toEqual(['ID=1&Return=0'])
  })
})

describe('A response before the request was sent', () => {
  it('The early response is refused, since the server has not read the body', async () => {
    const early = await terminalAt(await respondingWith(GOOD)).exchange('ID=1', { wait: 60_000 })
    expect(early).toMatchObject({ accepted: false, status: 200 })
    expect(early.refusal).toMatch(
      /^the response came after (\d+) of \d+ bytes of the request, so the server has not read it$/,
    )
    const long = { segmentSize: 4, segmentPause: 60_000 }
    const afterFour = await terminalAt(await respondingWith(GOOD)).exchange('ID=1', long)
    expect(String(afterFour.sent)).toBe('POST')
    expect(afterFour.refusal).toContain('came after 4 of ')
  })

  it('The early response is accepted if only bytes beyond the Content-Length are missing', async () => {
    const short = { headers: { 'Content-Length': '4' }, waitAfter: -3, wait: 60_000 }
    const exchange = await terminalAt((await recording()).server).exchange('ID=1xyz', short)
    expect(exchange.refusal).toBeUndefined()
  })

  it('The early response is refused for a large body that the server leaves unread, without a wait', async () => {
    const server = await serving((req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain' }).end('OK')
      req.pause()
    })
    const { accepted, refusal } = await terminalAt(server).exchange(Buffer.alloc(50_000_000))
    expect(accepted).toBe(false)
    expect(refusal).toMatch(/the response came after|connection/)
  })
})

it('A silent server is bounded in time, and what arrived until then is reported', async () => {
  const terminal = terminalAt(await respondingWith(GOOD.slice(0, -1)), { timeout: 300 })
  expect(await terminal.exchange('ID=1&Return=0')).toMatchObject({
    accepted: false,
    refusal: 'no complete response within 300 ms',
    status: 200,
    body: Buffer.from('O'),
  })
})

describe('A connection', () => {
  it('A connection serves several exchanges', async () => {
    const { server, bodies } = await recording()
    let connections = 0
    server.on('connection', () => connections++)
    const connection = terminalAt(server).connect()
    const first = await connection.exchange('ID=1&Return=0')
    const second = await connection.exchange('ID=2&Return=0')
    connection.close()
    expect([first.refusal, second.refusal]).toEqual([undefined, undefined])
    expect(String(first.sent)).toContain('\r\nConnection: keep-alive\r\n')
    expect(String(second.received)).toMatch(/^HTTP\/1\.1 200[\s\S]*OK$/)
    expect(bodies.map(String)).toEqual(['ID=1&Return=0', 'ID=2&Return=0'])
    expect(connections).toBe(1)
  })

  it('A response that came before its request is refused', async () => {
    const server = await respondingWith(GOOD)
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    const connection = terminalAt(server).connect()
    expect(await connection.exchange('x')).toMatchObject({ refusal: undefined })
    const socket = await accepted
    await new Promise((resolve) => socket.write(GOOD, resolve))
    // The bytes are in the kernel by now: the terminal reads them within a few turns.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
    const second = await connection.exchange('x')
    expect(second.refusal).toMatch(/^the response came after 0 of \d+ bytes of the request/)
    connection.close()
  })

  it('The bytes after the response to a request with surplus bytes are kept', async () => {
    const server = await respondingWith(`${GOOD}${GOOD.replace('200', '500')}`)
    const connection = terminalAt(server).connect()
    const first = await connection.exchange('x', { surplus: 'y' })
    expect(first).toMatchObject({ status: 200, refusal: undefined })
    expect(await connection.exchange('x')).toMatchObject({ status: 500, accepted: false })
    connection.close()
  })

  it('A closed connection is reported, whoever closed it', async () => {
    const connection = terminalAt(await respondingWith(GOOD, true)).connect()
    await connection.exchange('x')
    await expect
      .poll(async () => (await connection.exchange('x')).refusal)
      .toMatch(/without a response|failed/)
    const closed = terminalAt(await respondingWith(GOOD)).connect()
    closed.close()
    expect((await closed.exchange('x')).accepted).toBe(false)
  })
})
