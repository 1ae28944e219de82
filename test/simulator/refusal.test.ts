import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DATE, GOOD, PLAIN, respondingWith, serving, terminalAt } from '../support/server.js'

const date = `Date: ${DATE}`
const type = 'Content-Type: text/plain'
const withHeaders = (...headers: string[]) =>
  `${['HTTP/1.1 200 OK', ...headers, 'Content-Length: 2'].join('\r\n')}\r\n\r\nOK`
const withBody = (body: string) =>
  GOOD.replace(/2\r\n\r\nOK$/, `${Buffer.byteLength(body)}\r\n\r\n${body}`)
const exchangeWith = async (bytes: string, options = {}) =>
  terminalAt(await respondingWith(bytes), options).exchange('ID=1&Return=0')

it.each([
  ['a Content-Type with a charset', withHeaders(date, 'Content-Type: text/plain; charset=utf-8')],
  ['Content-Encoding: identity', withHeaders(date, type, 'Content-Encoding: identity')],
])('A terminal accepts %s', async (_, bytes) => {
  expect(await exchangeWith(bytes)).toMatchObject({ refusal: undefined, accepted: true })
})

it.each([
  ['OK without Date', withHeaders(type), 'the Date is missing'],
  ['a Date that is not a date', withHeaders(type, 'Date: yesterday'), "the Date is 'yesterday'"],
  ['Invalid Date', withHeaders(type, 'Date: Invalid Date'), "the Date is 'Invalid Date'; expected"],
  ['a Date in local time', GOOD.replace('GMT', '+0200'), 'the Date is'],
  ['a Date in ISO form', withHeaders(type, 'Date: 2015-06-30T01:24:48Z'), 'the Date is'],
  [
    'a Date with the wrong weekday',
    withHeaders(type, 'Date: Wed, 30 Jun 2015 01:24:48 GMT'),
    'expected a form like',
  ],
  ['two Dates', withHeaders(type, date, date), 'the Date is'],
  ['no Content-Type', withHeaders(date), "the Content-Type is missing; expected 'text/plain'"],
  ['text/html with 200', withHeaders(date, 'Content-Type: text/html'), "Content-Type is 'text/ht"],
  ['JSON', withHeaders(date, 'Content-Type: application/json'), "'application/json'"],
  ['Text/Plain', withHeaders(date, 'Content-Type: Text/Plain'), "'Text/Plain', not 'text/plain'"],
  ['text/plainer', withHeaders(date, 'Content-Type: text/plainer'), "'text/plainer'"],
  ['a br encoding', withHeaders(date, type, 'Content-Encoding: br'), "Content-Encoding is 'br'"],
  ['ok', withBody('ok'), "the body is 'ok' (length 2), not 'OK'"],
  ['an empty body', withBody(''), "the body is '' (length 0)"],
  ['OK with a line end', withBody('OK\n'), '(length 3)'],
  ['more than OK', withBody('OK: 42'), "'OK: 42' (length 6)"],
  ['201', GOOD.replace('200', '201'), 'the status is 201'],
  ['204', `HTTP/1.1 204 No Content\r\n${date}\r\n\r\n`, 'the status is 204, not 200'],
  ['a redirect', GOOD.replace('200 OK', '302 Found\r\nLocation: /'), 'the status is 302'],
  ['404', GOOD.replace('200', '404'), 'is the endpoint mounted at this path?'],
  ['500', GOOD.replace('200', '500'), 'the status is 500'],
])('A terminal refuses %s', async (_, bytes, refusal) => {
  const exchange = await exchangeWith(bytes)
  expect(exchange.accepted).toBe(false)
  expect(exchange.refusal).toContain(refusal)
})

describe("The server's clock", () => {
  const MINUTE = 60_000
  const at = (ms: number) => GOOD.replace(DATE, new Date(Date.now() + ms).toUTCString())

  it("The server's clock may be off by minutes", async () => {
    for (const ms of [4 * MINUTE, -4 * MINUTE]) {
      expect(await exchangeWith(at(ms))).toMatchObject({ refusal: undefined })
    }
  })

  it("The server's clock is refused if it is hours off, with the error in words", async () => {
    for (const ms of [3 * 60 * MINUTE, -3 * 60 * MINUTE]) {
      expect((await exchangeWith(at(ms))).refusal).toMatch(
        /^the Date is '.*', which is off by 3 hours; the terminal would set its clock to it$/,
      )
    }
    expect((await exchangeWith(at(7 * MINUTE))).refusal).toContain('off by 7 minutes')
    expect((await exchangeWith(at(-1e12))).refusal).toContain('off by 11574 days')
  })

  it("The server's clock is held to the bound of the option", async () => {
    const strict = await exchangeWith(at(-MINUTE), { maxClockError: 1000 })
    expect(strict.refusal).toMatch(/off by (60|61|62) seconds/)
    expect(await exchangeWith(at(-1e12), { maxClockError: Infinity })).toMatchObject({
      refusal: undefined,
    })
  })
})

it('Incorrect responses of an app over node:http are refused', async () => {
  const refusalOf = async (listener: RequestListener) => {
    const { accepted, refusal } = await terminalAt(await serving(listener)).exchange(
      'ID=1&Return=0',
    )
    expect(accepted).toBe(false)
    return refusal
  }
  const html = { 'Content-Type': 'text/html; charset=utf-8' }
  const packed = gzipSync('OK')
  expect(
    await refusalOf((_, res) => {
      res.sendDate = false
      res.writeHead(200, PLAIN).end('OK')
    }),
  ).toContain('Date')
  expect(
    await refusalOf((_, res) => {
      res.writeHead(200, { ...PLAIN, 'Content-Encoding': 'gzip' }).end(packed)
    }),
  ).toBe("the Content-Encoding is 'gzip', but terminals cannot decompress")
  expect(await refusalOf((_, res) => res.writeHead(200, html).end('OK'))).toContain('text/html')
  expect(await refusalOf((_, res) => res.writeHead(204).end())).toContain('204')
  expect(await refusalOf((_, res) => res.writeHead(200, PLAIN).end('ok'))).toContain("'ok'")
  expect(await refusalOf((_, res) => res.writeHead(200, PLAIN).end('OK\n'))).toContain('length 3')
  expect(await refusalOf((req) => req.socket.destroy())).toContain('without a response')
  expect(await refusalOf((req) => req.socket.resetAndDestroy())).toContain('ECONNRESET')
})
