import compression from 'compression'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { type CommandReplyOptions, commandReplyRouter, memoryAdapter } from '../../src/index.js'
import { post, SN, serve } from '../support/terminal.js'

function appWith(options: Partial<CommandReplyOptions> = {}, before: RequestHandler[] = []) {
  const errors: unknown[] = []
  const app = express().disable('x-powered-by')
  for (const middleware of before) app.use(middleware)
  app.use(commandReplyRouter({ adapter: memoryAdapter(), ...options }))
  app.use(((error, _req, res, _next) => {
    errors.push(error)
    res.status(500).send('refused')
  }) as express.ErrorRequestHandler)
  return { app, errors }
}

const PRINTED = {
  'content-type': 'text/plain',
  'content-length': '2',
  pragma: 'no-cache',
  'cache-control': 'no-store',
  connection: 'close',
}

describe('The answer', () => {
  it('The answer is 200, a GMT Date and OK, header by header', async () => {
    const { status, headers, body } = await post(appWith().app)
    expect({ status, body }).toEqual({ status: 200, body: 'OK' })
    const { date, ...others } = headers
    expect(others).toEqual(PRINTED)
    expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
  })

  it("The answer has its Date even if the app switched off Node's", async () => {
    const { app } = appWith()
    const server = await serve((req, res) => {
      res.sendDate = false
      app(req, res)
    })
    expect((await post(server)).headers.date).toMatch(/GMT$/)
  })

  it.each(['gzip', 'br, gzip', '*'])(
    'The answer is two plain octets behind a middleware that compresses, for Accept-Encoding: %s',
    async (coding) => {
      const { app } = appWith({}, [compression({ threshold: 0 })])
      app.get('/page', (_req, res) => void res.type('text/plain').send('x'.repeat(99)))
      const headers = { 'Accept-Encoding': coding }
      const answer = await post(app, { headers })
      expect(answer).toMatchObject({ status: 200, body: 'OK' })
      const { date: _, vary, ...others } = answer.headers
      expect(others).toEqual(PRINTED)
      // The middleware's own word, which says nothing about the body.
      expect(vary).toBe('Accept-Encoding')
      const page = await post(app, { method: 'GET', path: '/page', body: '', headers })
      expect(page.headers['content-encoding']).toMatch(/br|gzip/)
    },
  )

  it('The answer comes after storage has the replies', async () => {
    const order: string[] = []
    const turn = () => new Promise((done) => setImmediate(done))
    const { app } = appWith({
      adapter: {
        async findCommand(_serialNumber, id) {
          order.push(`find ${id}`)
          await turn()
          return undefined
        },
        async onReply({ commandId }) {
          await turn()
          order.push(`kept ${commandId}`)
        },
      },
    })
    await post(app, { body: 'ID=2&Return=0\nID=1&Return=0' })
    expect(order).toEqual(['find 2', 'kept 2', 'find 1', 'kept 1'])
  })

  it('An empty body gets OK', async () => {
    const adapter = memoryAdapter()
    const { app } = appWith({ adapter })
    expect(await post(app, { body: '' })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toEqual([])
  })

  it('A reply to an unknown command gets OK, and onReply gets no command', async () => {
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

  it("onReply gets the command that was issued, with the app's type", async () => {
    const issued = { serialNumber: SN, commandId: '1', text: 'CHECK', employee: 7 }
    const employees: (number | undefined)[] = []
    const router = commandReplyRouter({
      adapter: {
        findCommand: (serialNumber: string, id: string) =>
          serialNumber === SN && id === '1' ? issued : undefined,
        onReply: (_reply, command) => void employees.push(command?.employee),
      },
    })
    await post(express().use(router), { body: 'ID=1&Return=0' })
    expect(employees).toEqual([7])
  })

  it('The answer fails with what another middleware throws while it is written', async () => {
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
})
