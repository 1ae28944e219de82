import express from 'express'
import { describe, expect, it } from 'vitest'
import {
  type CommandReplyOptions,
  commandReplyHandler,
  commandReplyRouter,
  type IclockError,
  memoryAdapter,
} from '../../src/index.js'
import { post, serve } from '../support/terminal.js'

/** An app with the router and an error handler that shows what reached it, and its storage. */
function appWith(options: Partial<CommandReplyOptions> = {}) {
  const adapter = memoryAdapter()
  const errors: IclockError[] = []
  const app = express()
  app.use(commandReplyRouter({ adapter, ...options }))
  app.use(((error, _req, res, _next) => {
    errors.push(error)
    res.status(error.status ?? 500).send('refused')
  }) as express.ErrorRequestHandler)
  return { app, adapter, errors }
}

describe('Requests that are refused before the body is read', () => {
  const promised = { body: '', headers: { 'Content-Length': '1000' } }

  it('A post without a serial number is refused', async () => {
    expect(await post(appWith().app, { ...promised, query: '' })).toMatchObject({ status: 400 })
  })

  it('A terminal that authorize refuses is refused', async () => {
    const { app, errors, adapter } = appWith({
      authorize: async (serialNumber) => serialNumber === 'B',
    })
    const server = await serve(app)
    expect(await post(server, { ...promised, query: 'SN=A' })).toMatchObject({ status: 403 })
    expect(errors).toMatchObject([{ code: 'TERMINAL_NOT_AUTHORIZED', status: 403, expose: true }])
    expect(errors[0]?.message).toBe('Terminal "A" may not report here: authorize refused it.')
    expect(await post(server, { query: 'SN=B' })).toMatchObject({ status: 200 })
    expect(adapter.replies()).toHaveLength(5)
  })
})

describe('The option authorize', () => {
  it.each([
    ['an empty list of rows', [], 'an array of 0'],
    ['rows', [{ sn: 'A' }], 'an array of 1'],
    ['an object', {}, 'an object'],
    ['text', 'false', '"false"'],
    ['a number', 1, '1'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
  ])(
    'An authorize that returns %s is an error, immediately or later, and nobody is let in',
    async (_what, answer, said) => {
      for (const given of [answer, Promise.resolve(answer)]) {
        const { app, errors, adapter } = appWith({ authorize: () => given as never })
        expect(await post(app)).toMatchObject({ status: 500, body: 'refused' })
        expect(errors[0]).toBeInstanceOf(TypeError)
        expect(errors[0]?.message).toBe(
          `express-iclock: authorize returned ${said}; expected true or false`,
        )
        expect(adapter.replies()).toEqual([])
      }
    },
  )

  it('The function authorize gets the request', async () => {
    const { app } = appWith({ authorize: (_sn, req) => req.headers['x-token'] === 'secret' })
    const server = await serve(app)
    expect(await post(server)).toMatchObject({ status: 403 })
    expect(await post(server, { headers: { 'X-Token': 'secret' } })).toMatchObject({ status: 200 })
  })
})

it('Options may be an object of a class, with its authorize', async () => {
  class Options {
    adapter = memoryAdapter()
    #known = new Set(['B'])
    authorize(serialNumber: string) {
      return this.#known.has(serialNumber)
    }
  }
  const app = express().use(commandReplyRouter(new Options()))
  expect(await post(app, { query: 'SN=A' })).toMatchObject({ status: 403 })
  expect(await post(app, { query: 'SN=B' })).toMatchObject({ status: 200 })
})

describe('Errors of the app reach its error handler', () => {
  const failure = new Error('no disk')
  it.each([
    [
      'authorize throws',
      {
        authorize: () => {
          throw failure
        },
      },
    ],
    [
      'authorize rejects',
      {
        authorize: async () => {
          throw failure
        },
      },
    ],
    [
      'findRecord throws',
      {
        adapter: {
          ...memoryAdapter(),
          findRecord: () => {
            throw failure
          },
        },
      },
    ],
    [
      'findRecord rejects',
      { adapter: { ...memoryAdapter(), findRecord: () => Promise.reject(failure) } },
    ],
    [
      'onReply throws',
      {
        adapter: {
          ...memoryAdapter(),
          onReply: () => {
            throw failure
          },
        },
      },
    ],
    [
      'onReply rejects',
      { adapter: { ...memoryAdapter(), onReply: () => Promise.reject(failure) } },
    ],
    [
      'onUnparsed rejects',
      { adapter: { ...memoryAdapter(), onUnparsed: () => Promise.reject(failure) } },
    ],
  ] as [string, Partial<CommandReplyOptions>][])(
    'The error is passed on unchanged when %s, and the answer is not OK',
    async (_when, options) => {
      const { app, errors } = appWith(options)
      expect(await post(app, { body: 'ID=1&Return=0\nwhat' })).toMatchObject({
        status: 500,
        body: 'refused',
      })
      expect(errors).toEqual([failure])
      expect(errors[0]).toBe(failure)
    },
  )

  it.each([undefined, null, '', 'route', 'router', 0, false])(
    'A rejection with %j, which next() does not treat as an error, becomes one',
    async (reason) => {
      const onReply = () => Promise.reject(reason)
      const { app, errors } = appWith({ adapter: { ...memoryAdapter(), onReply } })
      expect(await post(app)).toMatchObject({ status: 500, body: 'refused' })
      expect(errors[0]).toBeInstanceOf(Error)
      expect(errors[0]?.cause).toBe(reason)
    },
  )

  it('Later replies of the body are not tried after an error', async () => {
    const asked: string[] = []
    const { app } = appWith({
      adapter: {
        findCommand: () => undefined,
        onReply({ commandId }) {
          asked.push(commandId)
          if (commandId === 'info8488') throw failure
        },
      },
    })
    expect(await post(app)).toMatchObject({ status: 500 })
    expect(asked).toEqual(['info8487', 'info8488'])
  })

  it.each([
    ['of another terminal', { serialNumber: 'B', commandId: '12', text: '' }, 'serialNumber: "B"'],
    ['with another id', { serialNumber: 'A', commandId: '12abc', text: '' }, 'commandId: "12abc"'],
    [
      'with a number for id',
      { serialNumber: 'A', commandId: 12 as never, text: '' },
      'commandId: 12',
    ],
  ])('A command that storage finds %s is an error', async (_which, command, said) => {
    let kept = 0
    const { app, errors } = appWith({
      adapter: { findCommand: () => command, onReply: () => void kept++ },
    })
    expect(await post(app, { query: 'SN=A', body: 'ID=12&Return=0' })).toMatchObject({
      status: 500,
    })
    expect(errors).toMatchObject([{ code: 'COMMAND_MISMATCH', status: 500, expose: false }])
    expect(errors[0]?.message).toContain(said)
    expect(kept).toBe(0)
  })
})

it('The path may be left to the handler, in front of Express on the same server', async () => {
  const adapter = memoryAdapter()
  const handler = commandReplyHandler({ adapter })
  const app = express().use((_req, res) => void res.send('the app'))
  const server = await serve((req, res) => {
    const isReply =
      req.method === 'POST' && /^\/iclock\/devicecmd(\.aspx)?\/?\?/i.test(req.url ?? '')
    return isReply ? handler(req, res) : app(req, res)
  })
  expect(await post(server)).toMatchObject({ accepted: true })
  expect(adapter.replies()).toHaveLength(5)
  for (const other of [{ method: 'GET' }, { path: '/' }, { path: '/iclock/devicecmdx' }]) {
    expect(await post(server, other)).toMatchObject({ status: 200, body: 'the app' })
  }
})
