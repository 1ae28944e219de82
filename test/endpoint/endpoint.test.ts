import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { Bodies } from '../../src/endpoint/bodies.js'
import { Target } from '../../src/endpoint/query.js'
import type { TerminalRequest } from '../../src/endpoint/request.js'
import { handshakeEndpoints } from '../../src/handshake/handler.js'
import {
  type CommandReplyHandlerOptions,
  commandReplyHandler,
  memoryAdapter,
} from '../../src/index.js'
import { deliveryEndpoint } from '../../src/queue/handler.js'
import { replyEndpoint } from '../../src/reply/handler.js'
import { receptionOf, uploadEndpoint } from '../../src/upload/handler.js'
import { type Post, post, serve } from '../support/terminal.js'
import { takeWarnings } from '../support/warning.js'

const failing = (error: unknown): CommandReplyHandlerOptions => ({
  adapter: { ...memoryAdapter(), onReply: () => Promise.reject(error) },
})
const bare = (options: CommandReplyHandlerOptions) => {
  const handler = commandReplyHandler(options)
  return (req: IncomingMessage, res: ServerResponse) => handler(req, res)
}

const rejections: unknown[] = []
process.on('unhandledRejection', (reason) => void rejections.push(reason))
afterEach(() => expect(rejections).toEqual([]))

describe('An error without next', () => {
  it.each([
    ['a BigInt for status', Object.assign(new Error('x'), { status: 404n }), 500],
    ['text for status', Object.assign(new Error('x'), { status: '404' }), 500],
    ['a fraction for status', Object.assign(new Error('x'), { status: 404.5 }), 500],
    ['a status that is not an error', Object.assign(new Error('x'), { status: 200 }), 500],
    ['a status beyond HTTP', Object.assign(new Error('x'), { status: 1000 }), 500],
    [
      'a symbol for message',
      Object.assign(new Error(), { message: Symbol('x'), expose: true }),
      500,
    ],
    ['the status of http-errors', Object.assign(new Error('x'), { statusCode: 507 }), 507],
    ['a status without a name', Object.assign(new Error('x'), { status: 499 }), 499],
    ['no prototype', Object.create(null), 500],
  ])('An error with %s is answered', async (_what, error, status) => {
    const answer = await post(bare(failing(error)))
    expect(answer.status).toBe(status)
    expect(answer.body).toMatch(/^[\w ]+\n$/)
  })

  it('An error that cannot even be looked at closes the connection', async () => {
    const hostile = {
      get status(): number {
        throw new Error('not today')
      },
    }
    const warnings = takeWarnings()
    expect(await post(bare(failing(hostile)))).toMatchObject({ status: undefined })
    expect(warnings[0]?.message).toContain('the response threw not today')
  })
})

it('A next that throws closes the connection, with a warning', async () => {
  const warnings = takeWarnings()
  const handler = commandReplyHandler(failing(new Error('no disk')))
  const server = await serve((req, res) =>
    handler(req, res, () => {
      throw new Error('next is broken')
    }),
  )
  expect(await post(server)).toMatchObject({ status: undefined })
  expect(warnings[0]?.message).toContain('next threw next is broken')
})

describe('Any method but POST', () => {
  it.each(['GET', 'HEAD', 'PUT'])('%s goes on to next, with no error', async (method) => {
    const handler = commandReplyHandler({ adapter: memoryAdapter() })
    const server = await serve((req, res) =>
      handler(req, res, (error) => {
        res.writeHead(error === undefined ? 299 : 500).end()
      }),
    )
    expect(await post(server, { method, body: '' })).toMatchObject({ status: 299 })
  })

  it('Any method but POST is not found without next', async () => {
    const answer = await post(bare({ adapter: memoryAdapter() }), { method: 'GET', body: '' })
    expect(answer).toMatchObject({ status: 404, body: 'Not Found\n' })
  })
})

describe('The channel express-iclock:refusal', () => {
  const { onUnparsed: _, ...withoutUnparsed } = memoryAdapter()
  const path = '/iclock/devicecmd'
  const known = { method: 'POST', path, serialNumber: '0316144680030' }

  it.each([
    ['no serial number', {}, { query: '' }, 400, 'SERIAL_NUMBER_MISSING', undefined],
    ['a refused terminal', { authorize: () => false }, {}, 403, 'TERMINAL_NOT_AUTHORIZED', known],
    ['a body that is too large', { limit: 3 }, {}, 413, 'entity.too.large', known],
    [
      'unreadable lines',
      { adapter: withoutUnparsed },
      { body: 'secret' },
      400,
      'UNREADABLE_REPLY',
      known,
    ],
    ['a failing storage', failing(new Error('secret')), {}, 500, undefined, known],
    [
      'an error of a driver',
      failing(Object.assign(new Error('secret'), { code: 'ECONNREFUSED' })),
      {},
      500,
      'ECONNREFUSED',
      known,
    ],
    [
      'a number for code',
      failing(Object.assign(new Error(), { code: 11000 })),
      {},
      500,
      undefined,
      known,
    ],
  ] as [string, Partial<CommandReplyHandlerOptions>, Post, number, string | undefined, object][])(
    'The channel publishes %s, without the body and the text of the error',
    async (_what, options, request, status, code, more) => {
      const published: unknown[] = []
      const onMessage = (message: unknown) => void published.push(message)
      subscribe('express-iclock:refusal', onMessage)
      onTestFinished(() => void unsubscribe('express-iclock:refusal', onMessage))
      const answer = await post(bare({ adapter: memoryAdapter(), ...options }), request)
      expect(answer.status).toBe(status)
      expect(published).toEqual([
        { serialNumber: undefined, method: 'POST', path, ...more, code, status },
      ])
    },
  )

  it('The channel publishes nothing about a good reply', async () => {
    const published: unknown[] = []
    const onMessage = (message: unknown) => void published.push(message)
    subscribe('express-iclock:refusal', onMessage)
    onTestFinished(() => void unsubscribe('express-iclock:refusal', onMessage))
    expect(await post(bare({ adapter: memoryAdapter() }))).toMatchObject({ status: 200 })
    expect(published).toEqual([])
  })

  it('A subscriber that throws spoils no answer', async () => {
    const onMessage = () => {
      throw new Error('a careless subscriber')
    }
    const thrown: unknown[] = []
    const onThrown = (error: unknown) => void thrown.push(error)
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', onThrown)
    subscribe('express-iclock:refusal', onMessage)
    onTestFinished(() => {
      unsubscribe('express-iclock:refusal', onMessage)
      process.off('uncaughtException', onThrown)
      for (const other of others) process.on('uncaughtException', other)
    })
    const answer = await post(bare({ adapter: memoryAdapter() }), { query: '' })
    expect(answer).toMatchObject({ status: 400 })
  })
})

describe('An endpoint answers a request of any server', () => {
  const adapter = memoryAdapter()
  const { cdata, registry, push, rtdata, ping } = handshakeEndpoints({
    adapter,
    timeZone: '+00:00',
  })
  const endpoints = {
    poll: deliveryEndpoint({ adapter }),
    reply: replyEndpoint({ adapter }, {}, new Bodies({})),
    upload: uploadEndpoint({}, receptionOf({ adapter }, {}, new Bodies({}))),
    ...{ cdata, registry, push, rtdata, ping },
  }

  it.each([
    ['poll', 'GET', '/iclock/getrequest?SN=A', '', /^OK$/],
    ['reply', 'POST', '/iclock/devicecmd?SN=A', 'ID=1&Return=0&CMD=DATA', /^OK$/],
    [
      'upload',
      'POST',
      '/iclock/cdata?SN=A&table=ATTLOG',
      '7\t2026-01-01 08:00:00\t0\t1\n',
      /^OK: 1$/,
    ],
    ['cdata', 'GET', '/iclock/cdata?SN=A&options=all', '', /^GET OPTION FROM: A\n/],
    ['registry', 'POST', '/iclock/registry?SN=B', '~DeviceName=X', /^RegistryCode=\w{32}$/],
    ['push', 'POST', '/iclock/push?SN=B', '', /^ServerVersion=/],
    ['rtdata', 'GET', '/iclock/rtdata?SN=B&type=time', '', /^DateTime=\d+,ServerTZ=\+0000$/],
    ['ping', 'GET', '/iclock/ping?SN=A', '', /^OK$/],
  ] as const)('%s', async (name, method, target, body, text) => {
    const request: TerminalRequest = {
      method,
      target: new Target(target),
      path: '/',
      peer: '192.0.2.7',
      address: '192.0.2.7',
      raw: undefined,
      size: body.length,
      header: () => undefined,
      body: async () => Buffer.from(body),
    }
    expect(endpoints[name].accepts(request)).toBe(true)
    const answer = await endpoints[name].answer(request)
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'Content-Type': 'text/plain',
      'Content-Length': String(Buffer.byteLength(String(answer.body))),
    })
    expect(String(answer.body)).toMatch(text)
  })
})
