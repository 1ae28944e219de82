import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import {
  type CommandReplyOptions,
  commandReplyHandler,
  commandReplyRouter,
  type IclockError,
  memoryAdapter,
} from '../src/index.js'
import { virtualDevice } from '../src/simulator.js'
import { EXAMPLE, type Post, post, SN, serve } from './support/device.js'

/** An app with the router and an error handler that tells what reached it, and its storage. */
function appWith(
  options: Partial<CommandReplyOptions> = {},
  before: RequestHandler[] = [],
  mount = '/',
) {
  const adapter = memoryAdapter()
  const errors: IclockError[] = []
  const app = express()
  for (const middleware of before) app.use(middleware)
  app.use(mount, commandReplyRouter({ adapter, ...options }))
  app.use(((error, _req, res, _next) => {
    errors.push(error)
    res.status(error.status ?? 500).send('refused')
  }) as express.ErrorRequestHandler)
  return { app, adapter, errors }
}

it('runs on the Express that its project names', () => {
  expect('query' in express ? '4' : '5').toBe(process.env.EXPRESS)
})

describe('the answer', () => {
  it('is 200, a GMT Date and OK, header by header', async () => {
    const { app } = appWith()
    app.disable('x-powered-by')
    const { status, headers, body } = await post(app)
    expect({ status, body }).toEqual({ status: 200, body: 'OK' })
    const { date, ...others } = headers
    expect(others).toEqual({
      'content-type': 'text/plain',
      'content-length': '2',
      pragma: 'no-cache',
      'cache-control': 'no-store',
      connection: 'close',
    })
    expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
  })

  it('has its Date where the app switched the one of Node off', async () => {
    const { app } = appWith()
    const server = await serve((req, res) => {
      res.sendDate = false
      app(req, res)
    })
    expect((await post(server)).headers.date).toMatch(/GMT$/)
  })

  it('comes after storage has kept the replies', async () => {
    const order: string[] = []
    const { app } = appWith({
      adapter: {
        async findCommand(_serialNumber, id) {
          order.push(`find ${id}`)
          await new Promise((done) => setImmediate(done))
          return undefined
        },
        async onReply({ commandId }) {
          await new Promise((done) => setImmediate(done))
          order.push(`kept ${commandId}`)
        },
      },
    })
    await post(app, { body: 'ID=2&Return=0\nID=1&Return=0' })
    expect(order).toEqual(['find 2', 'kept 2', 'find 1', 'kept 1'])
  })

  it('is OK to an empty body', async () => {
    const { app, adapter } = appWith()
    expect(await post(app, { body: '' })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toEqual([])
  })

  it('is OK to a reply to a command that nobody knows, and onReply learns so', async () => {
    const commands: unknown[] = []
    const { app } = appWith({
      adapter: {
        findCommand: (_serialNumber, id) => (id === '1' ? null : undefined),
        onReply: (_reply, command) => void commands.push(command),
      },
    })
    expect(await post(app, { body: 'ID=1&Return=0\nID=2&Return=0' })).toMatchObject({ status: 200 })
    expect(commands).toEqual([undefined, undefined])
  })

  it('hands onReply the command that was issued, of the type of the app', async () => {
    const issued = { serialNumber: SN, commandId: '1', text: 'CHECK', employee: 7 }
    const employees: (number | undefined)[] = []
    const { app } = appWith()
    app.use(
      '/typed',
      commandReplyRouter({
        adapter: {
          findCommand: (serialNumber: string, id: string) =>
            serialNumber === SN && id === '1' ? issued : undefined,
          onReply: (_reply, command) => void employees.push(command?.employee),
        },
      }),
    )
    await post(app, { path: '/typed/iclock/devicecmd', body: 'ID=1&Return=0' })
    expect(employees).toEqual([7])
  })
})

describe('a device posts', () => {
  it.each([
    '/iclock/devicecmd',
    '/iclock/devicecmd/',
    '/iclock/devicecmd.aspx',
    '/ICLOCK/DeviceCmd',
    '/iclock/devicecmd.ASPX/',
  ])('to %s', async (path) => {
    const { app, adapter } = appWith()
    expect(await post(app, { path })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toHaveLength(5)
  })

  it.each(['/push', ['/a', '/b/push']])('to the path that the app sets: %j', async (path) => {
    const { app, adapter } = appWith({ path }, [], '/sub')
    for (const one of [path].flat())
      await post(app, { path: `/sub${one}`, query: `SN=${one}`, body: 'ID=1&Return=0' })
    expect(adapter.replies().map(({ serialNumber }) => serialNumber)).toEqual([path].flat())
  })

  it.each([
    { path: '/iclock/getrequest' },
    { path: '/iclock/devicecmdx' },
    { method: 'GET' },
    { method: 'PUT' },
  ])('elsewhere, and the app answers: %j', async (request: Post) => {
    const { app, adapter } = appWith()
    expect(await post(app, request)).toMatchObject({ status: 404 })
    expect(adapter.replies()).toEqual([])
  })

  it.each([
    undefined,
    'application/push;charset=UTF-8',
    'application/octet-stream',
    'text/plain',
    'text/html; charset=x-unknown',
    'application/x-www-form-urlencoded',
    'application/json',
    'multipart/form-data',
    'nonsense',
  ])('with Content-Type %s', async (type) => {
    const { app, adapter } = appWith()
    const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type }
    expect(await post(app, { headers })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toHaveLength(5)
  })

  it('the same again, and nothing changes', async () => {
    const { app, adapter } = appWith()
    const server = await serve(app)
    for (let time = 0; time < 3; time++) await post(server)
    expect(adapter.replies()).toHaveLength(5)
  })

  it('143 octets of the example, as its Content-Length says, and the last of five records has no CMD', async () => {
    const { app, adapter } = appWith()
    await post(app, { body: EXAMPLE.slice(0, 143) })
    expect(adapter.replies()).toHaveLength(5)
    expect(adapter.replies().at(-1)).toMatchObject({
      commandId: 'fp7464',
      returnCode: 0,
      commandName: '',
    })
  })

  it('in chunks', async () => {
    const { app, adapter } = appWith()
    await post(app, { chunkSize: 40 })
    expect(adapter.replies()).toHaveLength(5)
  })

  it('with text in the encoding that the app sets', async () => {
    const { app, adapter } = appWith({ encoding: 'gb18030' })
    const name = Buffer.from([0xbf, 0xbc, 0xc7, 0xda])
    await post(app, { body: Buffer.concat([Buffer.from('ID=1&Return=0&CMD=INFO\nName='), name]) })
    expect(adapter.replies()[0]?.fields).toEqual({ Name: '考勤' })
  })
})

describe('lines that are no reply', () => {
  const body = 'ID=1&Return=0&CMD=DATA\nwhat is "this"\x1b\nand this\nID=2&Return=0&CMD=DATA'

  it('are kept by onUnparsed, after the replies, and the answer is OK', async () => {
    const { app, adapter } = appWith()
    expect(await post(app, { body })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toHaveLength(2)
    expect(adapter.unparsed().map(({ serialNumber, line }) => `${serialNumber} ${line}`)).toEqual([
      `${SN} what is "this"\x1b`,
      `${SN} and this`,
    ])
  })

  it('are refused where the adapter has no onUnparsed, and the good replies are kept', async () => {
    const { onUnparsed: _, ...adapter } = memoryAdapter()
    const { app, errors } = appWith({ adapter })
    expect(await post(app, { body })).toMatchObject({ status: 400 })
    expect(adapter.replies()).toHaveLength(2)
    expect(errors).toMatchObject([{ code: 'UNREADABLE_REPLY', status: 400, expose: true }])
    expect(errors[0]?.message).toBe(
      '2 lines are not valid replies, the first is "what is \\"this\\"\\u001b" (2 replies were stored). ' +
        'Add onUnparsed to the adapter to store such lines and answer OK.',
    )
  })
})

describe('the serial number', () => {
  const serialNumbers = async (query: string) => {
    const { app, adapter, errors } = appWith()
    const { status } = await post(app, { query, body: 'ID=1&Return=0' })
    return { status, errors, said: adapter.replies().map(({ serialNumber }) => serialNumber) }
  }

  it.each([
    ['SN=A1', 'A1'],
    ['sn=A1', 'A1'],
    ['Sn=A1', 'A1'],
    ['SN=a%20b', 'a b'],
    ['a=1&SN=A1&snx=2&DSN=3', 'A1'],
    ['a=b?c&SN=A1', 'A1'],
    ['SN=__proto__', '__proto__'],
  ])('is read from %s', async (query, said) => {
    expect(await serialNumbers(query)).toEqual({ status: 200, errors: [], said: [said] })
  })

  it.each([
    '',
    'SN',
    'SN=',
    'SN=%20',
    'SN=a&SN=b',
    'SN=a&sn=a',
    'SN[$ne]=1',
    'SN=a&SN[x]=1',
    'SN[]=a',
    'sn%5B%5D=a',
  ])('is missed in "%s"', async (query) => {
    const { status, errors, said } = await serialNumbers(query)
    expect({ status, said }).toEqual({ status: 400, said: [] })
    expect(errors).toMatchObject([{ code: 'SERIAL_NUMBER_MISSING', status: 400, expose: true }])
  })

  it('is read wherever the app moved its query parser', async () => {
    const { app, adapter } = appWith()
    app.set('query parser', false)
    await post(app)
    expect(adapter.replies()).toHaveLength(5)
  })
})

describe('what is refused before the body is read', () => {
  const promised = { body: '', headers: { 'Content-Length': '1000' } }

  it('is a post without serial number', async () => {
    expect(await post(appWith().app, { ...promised, query: '' })).toMatchObject({ status: 400 })
  })

  it('is a device that authorize refuses', async () => {
    const { app, errors, adapter } = appWith({
      authorize: async (serialNumber) => serialNumber === 'B',
    })
    const server = await serve(app)
    expect(await post(server, { ...promised, query: 'SN=A' })).toMatchObject({ status: 403 })
    expect(errors).toMatchObject([{ code: 'DEVICE_NOT_AUTHORIZED', status: 403, expose: true }])
    expect(errors[0]?.message).toBe('Device "A" may not report here: authorize refused it.')
    expect(await post(server, { query: 'SN=B' })).toMatchObject({ status: 200 })
    expect(adapter.replies()).toHaveLength(5)
  })
})

it('may leave the path to the handler, before Express on the same server', async () => {
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

it('takes options from an object of a class, with its authorize', async () => {
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

it('hands on what another middleware throws while the answer is written', async () => {
  const failure = new Error('a header hook failed')
  const { app, errors } = appWith({}, [
    (_req, res, next) => {
      const { writeHead } = res
      res.writeHead = () => {
        res.writeHead = writeHead
        throw failure
      }
      next()
    },
  ])
  expect(await post(app)).toMatchObject({ status: 500, body: 'refused' })
  expect(errors[0]).toBe(failure)
})

it('gives authorize the request', async () => {
  const { app } = appWith({
    authorize: (_serialNumber, req) => req.headers['x-token'] === 'secret',
  })
  const server = await serve(app)
  expect(await post(server)).toMatchObject({ status: 403 })
  expect(await post(server, { headers: { 'X-Token': 'secret' } })).toMatchObject({ status: 200 })
})

describe('what goes wrong in the app reaches its error handler', () => {
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
      'findCommand throws',
      {
        adapter: {
          ...memoryAdapter(),
          findCommand: () => {
            throw failure
          },
        },
      },
    ],
    [
      'findCommand rejects',
      { adapter: { ...memoryAdapter(), findCommand: () => Promise.reject(failure) } },
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
    'when %s, unchanged, and the answer is not OK',
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
    'when storage rejects with %j, which next() takes for no error',
    async (reason) => {
      const onReply = () => Promise.reject(reason)
      const { app, errors } = appWith({ adapter: { ...memoryAdapter(), onReply } })
      expect(await post(app)).toMatchObject({ status: 500, body: 'refused' })
      expect(errors[0]).toBeInstanceOf(Error)
      expect(errors[0]?.cause).toBe(reason)
    },
  )

  it('and later replies of the body are not tried', async () => {
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
    ['of another device', { serialNumber: 'B', commandId: '12', text: '' }, 'serialNumber: "B"'],
    ['with another id', { serialNumber: 'A', commandId: '12abc', text: '' }, 'commandId: "12abc"'],
    [
      'with a number for id',
      { serialNumber: 'A', commandId: 12 as never, text: '' },
      'commandId: 12',
    ],
  ])('when storage finds a command %s', async (_which, command, said) => {
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

describe('a body over the limit', () => {
  it.each([
    ['by its length', {}],
    ['by its chunks', { chunkSize: 50_000 }],
  ])('is answered 413 %s, and the connection takes the next post', async (_by, how) => {
    const { app, adapter, errors } = appWith({ limit: '1kb' })
    const device = virtualDevice({ server: await serve(app), serialNumber: SN })
    const connection = device.connect()
    const oversize = await connection.exchange('x'.repeat(300_000), how)
    const next = await connection.exchange(EXAMPLE)
    connection.close()
    expect([oversize.status, next.status]).toEqual([413, 200])
    expect(errors).toMatchObject([{ status: 413, type: 'entity.too.large', limit: 1024 }])
    expect(adapter.replies()).toHaveLength(5)
  })

  it('is answered 413 by default from 1 MB on', async () => {
    const { app } = appWith()
    const server = await serve(app)
    const body = Buffer.alloc(1024 * 1024 + 1, '\n')
    expect(await post(server, { body })).toMatchObject({ status: 413 })
    expect(await post(server, { body: body.subarray(1) })).toMatchObject({ status: 200 })
  })
})

it('keeps nothing of a chunked body that breaks off', async () => {
  const { app, adapter } = appWith()
  const answer = await post(app, {
    headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
    body: '19\r\nID=1&Return=0&CMD=DATA\n\n\n\r\nbroken',
  })
  expect(answer.status).toBe(400)
  expect(adapter.replies()).toEqual([])
})
