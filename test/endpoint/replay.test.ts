import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { commandReplyHandler, memoryAdapter } from '../../src/index.js'
import { EXAMPLE } from '../support/terminal.js'

interface Host {
  /** What the host emits to those that listen, once they do. */
  replay?: readonly (Buffer | string)[]
  headers?: Record<string, string>
  ends?: boolean
}

/**
 * Passes the endpoint a request whose body the host has already read, like serverless platforms.
 */
async function receive({ replay = [], headers = {}, ends = true }: Host) {
  const req = Object.assign(new IncomingMessage(new Socket()), {
    ...{ method: 'POST', url: '/iclock/devicecmd?SN=A' },
    headers: { 'content-length': `${EXAMPLE.length}`, ...headers },
    complete: true,
  })
  req.push(null)
  req.resume()
  await new Promise((done) => req.once('end', done))
  expect(req.readableEnded).toBe(true)
  const { on } = req
  req.on = function (this: typeof req, event: string, listener: () => void) {
    on.call(this, event, listener)
    if (event === 'end') {
      setImmediate(() => {
        for (const chunk of replay) this.emit('data', chunk)
        if (ends && replay.length > 0) this.emit('end')
      })
    }
    return this
  } as typeof req.on
  const adapter = memoryAdapter()
  const error = await new Promise<unknown>((done) => {
    const res = new ServerResponse(req)
    res.end = (() => {
      done(undefined)
      return res
    }) as typeof res.end
    commandReplyHandler({ adapter, limit: 1000 })(req, res, done)
  })
  return { replies: adapter.replies(), error, listeners: req.listenerCount('data') }
}

const halves = [Buffer.from(EXAMPLE.slice(0, 70)), Buffer.from(EXAMPLE.slice(70))]
const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' } as never

describe('A body that the host has read and replays to late listeners', () => {
  it.each([
    ['with its length', {}],
    ['in chunks', { headers: chunked }],
    ['without an end, which the length tells', { ends: false }],
  ] as [string, Host][])('The body is read %s', async (_how, host) => {
    const { replies, error, listeners } = await receive({ replay: halves, ...host })
    expect(error).toBeUndefined()
    expect(replies).toHaveLength(5)
    expect(listeners).toBe(0)
  })

  it.each([
    ['nothing comes', {}],
    ['an end comes alone', { replay: [''] }],
    ['less comes than was promised', { replay: [halves[0] as Buffer] }],
    ['more comes than was promised', { replay: [...halves, Buffer.from('x')] }],
    ['text comes', { replay: [EXAMPLE] }],
    ['nothing comes of a body in chunks', { headers: chunked }],
  ] as [string, Host][])('The body is refused as already read if %s', async (_what, host) => {
    const { replies, error } = await receive(host)
    expect(error).toMatchObject({ code: 'BODY_ALREADY_READ', status: 500 })
    expect(replies).toEqual([])
  })

  it('The limit holds for the body', async () => {
    const body = Buffer.alloc(1001, 'x')
    const { error } = await receive({ replay: [body], headers: { 'content-length': '1001' } })
    expect(error).toMatchObject({ status: 413 })
  })
})
