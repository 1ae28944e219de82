import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandQueue, memoryAdapter } from '../src/index.js'
import { virtualTerminal } from '../src/simulator.js'
import { WebRequest } from '../src/web/request.js'
import { commandReplyFetch, type TerminalFetchOptions, terminalFetch } from '../src/web.js'
import { takeWarnings } from './support/warning.js'

const SN = '0316144680030'
const HOST = 'http://192.0.2.7:8080'

const ask = (path: string, init: RequestInit = {}) => new Request(`${HOST}${path}`, init)
const poll = (before = '') => ask(`${before}/iclock/getrequest?SN=${SN}`)
const reply = (body = 'ID=1&Return=0&CMD=DATA') => {
  return ask(`/iclock/devicecmd?SN=${SN}`, { method: 'POST', body })
}
const web = (options: Partial<TerminalFetchOptions> = {}) => {
  const adapter = memoryAdapter()
  return { adapter, answer: terminalFetch({ adapter, ...options }) }
}

it('A terminal that speaks with an app on Hono executes its commands', async () => {
  const { adapter, answer } = web({ timeZone: 'Asia/Manila' })
  const hono = new Hono()
  hono.use(async (context, next) => (await answer(context.req.raw)) ?? next())
  hono.get('/', (context) => context.text('the app'))
  const server = serve({ fetch: hono.fetch, port: 0, hostname: '127.0.0.1' })
  onTestFinished(() => void server.close())
  await new Promise((done) => server.once('listening', done))
  const terminal = virtualTerminal({ server: server as never, serialNumber: SN, pause: 1 })
  const commands = commandQueue(adapter)
  const issued = await commands.issue(SN, { text: 'CHECK' })
  await terminal.attend([{ pin: '7', time: '2026-10-05 06:58:10' }])
  await terminal.start(() => 0, { untilIdle: true })
  expect(await commands.state(issued)).toBe('succeeded')
  expect((await adapter.listAttendance({})).rows).toHaveLength(1)
  expect(await adapter.findTerminal(SN)).toMatchObject({ utcOffset: 480 })
})

describe("A request that is not a terminal's", () => {
  it.each([
    ['/', {}],
    ['/iclock/', {}],
    ['/iclock/getrequests?SN=1', {}],
    ['/evil/iclock/getrequest?SN=1', {}],
    ['/iclock/fdata?SN=1', {}],
    ['/iclock/devicecmd?SN=1', { method: 'PUT', body: 'ID=1' }],
  ] as [string, RequestInit][])('The request %s is left to the app', async (path, init) => {
    expect(await web().answer(ask(path, init))).toBeUndefined()
  })

  it('It is answered 404 if the app wants that', async () => {
    const answer = await web({ notFound: true }).answer(ask('/'))
    expect([answer?.status, await answer?.text()]).toEqual([404, 'Not Found\n'])
  })

  it('A path counts from basePath', async () => {
    const { answer } = web({ basePath: '/a.b/c' })
    expect(await (await answer(poll('/a.b/c')))?.text()).toBe('OK')
    expect(await (await answer(poll('//A.B/C')))?.text()).toBe('OK')
    expect(await answer(poll())).toBeUndefined()
    expect(await answer(poll('/aXb/c'))).toBeUndefined()
  })
})

describe('The host', () => {
  it('The host learns of all work that goes on after the answer', async () => {
    const order: string[] = []
    const { adapter, answer } = web({ afterReply: () => void order.push('hook') })
    const works: Promise<unknown>[] = []
    const context = { waitUntil: (work: Promise<unknown>) => void works.push(work) }
    const answered = await answer(reply(), context)
    order.push('answer')
    expect(answered?.status).toBe(200)
    await Promise.all(works)
    expect(order).toEqual(['answer', 'hook'])
    expect(await adapter.findTerminal(SN)).toBeDefined()
  })

  it('A hook is called where the host takes no work', async () => {
    const called = new Promise((done) => void web({ afterReply: done }).answer(reply()))
    expect(await called).toMatchObject({ commandId: '1' })
  })

  it('The function authorize gets the request, and the address in a form that can be compared', async () => {
    const asked: unknown[] = []
    const { answer } = web({
      authorize(...args) {
        asked.push(...args)
        return false
      },
    })
    const request = poll()
    const answered = await answer(request, { address: '::ffff:192.0.2.1' })
    expect(answered?.status).toBe(403)
    expect(asked).toEqual([SN, request, { address: '192.0.2.1' }])
  })
})

describe('An error', () => {
  const broken = { ...memoryAdapter(), onReply: () => Promise.reject(new Error('no disk')) }

  it('An error of storage is answered in one line, and goes to onError', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown) => void errors.push((error as Error).message)
    const answered = await web({ adapter: broken, onError }).answer(reply())
    expect([answered?.status, await answered?.text()]).toEqual([500, 'Internal Server Error\n'])
    await new Promise((done) => setImmediate(done))
    expect(errors).toEqual(['no disk'])
  })

  it('Headers that an error of storage carries are not sent', async () => {
    const error = Object.assign(new Error('403'), { headers: { Authorization: 'a secret' } })
    const adapter = { ...memoryAdapter(), onReply: () => Promise.reject(error) }
    const answered = await web({ adapter }).answer(reply())
    expect([answered?.status, answered?.headers.has('Authorization')]).toEqual([500, false])
  })

  it('A host whose waitUntil throws does not make a terminal send again what is stored', async () => {
    const { answer } = web({ afterReply() {} })
    const waitUntil = () => {
      throw new Error('outside of a request')
    }
    const warnings = takeWarnings()
    const answered = await answer(reply(), { waitUntil })
    expect(answered?.status).toBe(200)
    await new Promise((done) => setImmediate(done))
    expect(warnings.map(({ message }) => message)).toContain(
      'express-iclock: waitUntil threw: outside of a request',
    )
  })

  it('A body that is too large is refused, and not read to its end', async () => {
    let isCancelled = false
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel() {
        isCancelled = true
      },
    })
    const { answer } = web({ reply: { limit: 5000 } })
    const init = { method: 'POST', body, duplex: 'half' }
    const answered = await answer(ask(`/iclock/devicecmd?SN=${SN}`, init as RequestInit))
    expect(answered?.status).toBe(413)
    expect(isCancelled).toBe(true)
  })

  it('A body that something has read before is an error, and never OK', async () => {
    const errors: unknown[] = []
    const { answer } = web({ onError: (error) => void errors.push(error) })
    const request = reply()
    await request.text()
    expect((await answer(request))?.status).toBe(500)
    await new Promise((done) => setImmediate(done))
    expect(errors).toMatchObject([{ code: 'BODY_ALREADY_READ' }])
  })

  it('A terminal that may try again later learns when', async () => {
    const { answer } = web({
      adapter: { ...memoryAdapter(), onUpload: () => new Promise(() => {}) },
      timeout: 50,
    })
    const body = 'x'.repeat(4_000_000)
    const upload = () =>
      answer(ask(`/iclock/cdata?SN=${SN}&table=OPERLOG`, { method: 'POST', body }))
    const answers = await Promise.all([upload(), upload()])
    const busy = answers.find((one) => one?.headers.has('Retry-After'))
    expect(busy?.status).toBe(503)
  })
})

describe('The Command Reply alone', () => {
  it('The Command Reply is answered at its path, and nothing else is', async () => {
    const adapter = memoryAdapter()
    const answer = commandReplyFetch({ adapter, path: '/api/replies' })
    const body = 'ID=1&Return=0&CMD=DATA'
    const answered = await answer(ask(`/api/replies?SN=${SN}`, { method: 'POST', body }))
    expect(await answered?.text()).toBe('OK')
    expect(adapter.replies()).toHaveLength(1)
    expect(await answer(reply())).toBeUndefined()
  })

  it("By default it is at the manual's path", async () => {
    const answer = commandReplyFetch({ adapter: memoryAdapter() })
    expect(await (await answer(reply()))?.text()).toBe('OK')
  })
})

it.each([
  ['a base path without a slash', () => web({ basePath: 'api' }), 'option "basePath" is "api"'],
  ['a base path with one too many', () => web({ basePath: '/api/' }), 'option "basePath"'],
  ['another name', () => web({ basepath: '/api' } as object), 'did you mean "basePath"'],
  ['no truth', () => web({ notFound: 1 as never }), 'option "notFound" is 1'],
  [
    'a path without a slash',
    () => commandReplyFetch({ adapter: memoryAdapter(), path: [] }),
    'option "path" is an array of 0',
  ],
])('Options with %s are refused', (_, make, message) => expect(make).toThrow(message))

it.each([
  ['no request', () => web().answer({} as never), 'a Request is expected, not'],
  ['a number for waitUntil', () => web().answer(poll(), { waitUntil: 5 as never }), '"waitUntil"'],
  ['a number for the address', () => web().answer(poll(), { address: 5 as never }), '"address"'],
])('A call with %s is refused', async (_, call, message) => {
  await expect(call()).rejects.toThrow(message)
})

it('Nothing of Express is loaded', () => {
  const src = fileURLToPath(new URL('../src', import.meta.url))
  const seen = new Set<string>()
  const packages = new Set<string>()
  const walk = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const imports = readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) (?!type)[^']*from '([^']+)'/gm,
    )
    for (const [, name = ''] of imports) {
      if (name.startsWith('.')) walk(join(dirname(file), name.replace(/\.js$/, '.ts')))
      else packages.add(name)
    }
  }
  walk(join(src, 'web.ts'))
  expect(seen.size).toBeGreaterThan(50)
  expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual([
    '@date-fns/tz',
    'bytes',
    'iconv-lite',
    'raw-body',
  ])
})

it.each(['x', '-1', '1e3', ''])('A Content-Length of %j says nothing about the size', (length) => {
  const headers = { 'Content-Length': length }
  const request = ask('/iclock/devicecmd', { method: 'POST', body: 'ID=1', headers })
  expect(new WebRequest(request, '').size).toBeUndefined()
})
