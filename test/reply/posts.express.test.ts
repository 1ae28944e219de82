import express from 'express'
import { describe, expect, it } from 'vitest'
import {
  type CommandReplyOptions,
  commandReplyRouter,
  type IclockError,
  memoryAdapter,
} from '../../src/index.js'
import { virtualTerminal } from '../../src/simulator.js'
import { EXAMPLE, post, SN, serve } from '../support/terminal.js'

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

describe('A terminal posts', () => {
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
  ])('A post with Content-Type %s is stored', async (type) => {
    const { app, adapter } = appWith()
    const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type }
    expect(await post(app, { headers })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toHaveLength(5)
  })

  it('The same post again changes nothing', async () => {
    const { app, adapter } = appWith()
    const server = await serve(app)
    for (let time = 0; time < 3; time++) await post(server)
    expect(adapter.replies()).toHaveLength(5)
  })

  it("The manual's example is read up to its Content-Length of 143 octets, and the last of its five records has no CMD", async () => {
    const { app, adapter } = appWith()
    await post(app, { body: EXAMPLE.slice(0, 143) })
    expect(adapter.replies()).toHaveLength(5)
    expect(adapter.replies().at(-1)).toMatchObject({
      commandId: 'fp7464',
      returnCode: 0,
      commandName: '',
    })
  })

  it('A chunked post is stored', async () => {
    const { app, adapter } = appWith()
    await post(app, { chunkSize: 40 })
    expect(adapter.replies()).toHaveLength(5)
  })

  it("Text in the app's encoding is stored", async () => {
    const { app, adapter } = appWith({ encoding: 'gb18030' })
    const name = Buffer.from([0xbf, 0xbc, 0xc7, 0xda])
    await post(app, { body: Buffer.concat([Buffer.from('ID=1&Return=0&CMD=INFO\nName='), name]) })
    expect(adapter.replies()[0]?.fields).toEqual({ Name: '考勤' })
  })
})

describe('Lines that are not valid replies', () => {
  const body = 'ID=1&Return=0&CMD=DATA\nwhat is "this"\x1b\nand this\nID=2&Return=0&CMD=DATA'

  it('Such lines are stored by onUnparsed, after the replies, and the answer is OK', async () => {
    const { app, adapter } = appWith()
    expect(await post(app, { body })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toHaveLength(2)
    expect(adapter.unparsed().map(({ serialNumber, line }) => `${serialNumber} ${line}`)).toEqual([
      `${SN} what is "this"\x1b`,
      `${SN} and this`,
    ])
  })

  it('Such lines are refused if the adapter has no onUnparsed, and the good replies are stored', async () => {
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

describe('A body over the limit', () => {
  it.each([
    ['by its length', {}],
    ['by its chunks', { chunkSize: 50_000 }],
  ])(
    'A body over the limit gets 413 %s, and the connection takes the next post',
    async (_by, how) => {
      const { app, adapter, errors } = appWith({ limit: '1kb' })
      const terminal = virtualTerminal({ server: await serve(app), serialNumber: SN })
      const connection = terminal.connect()
      const oversize = await connection.exchange('x'.repeat(300_000), how)
      const next = await connection.exchange(EXAMPLE)
      connection.close()
      expect([oversize.status, next.status]).toEqual([413, 200])
      expect(errors).toMatchObject([{ status: 413, type: 'entity.too.large', limit: 1024 }])
      expect(adapter.replies()).toHaveLength(5)
    },
  )

  it('A body over 1 MB gets 413 by default', async () => {
    const { app } = appWith()
    const server = await serve(app)
    const body = Buffer.alloc(1024 * 1024 + 1, '\n')
    expect(await post(server, { body })).toMatchObject({ status: 413 })
    expect(await post(server, { body: body.subarray(1) })).toMatchObject({ status: 200 })
  })
})

it('A chunked body that breaks off is not stored', async () => {
  const { app, adapter } = appWith()
  const answer = await post(app, {
    headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
    body: '19\r\nID=1&Return=0&CMD=DATA\n\n\n\r\nbroken',
  })
  expect(answer.status).toBe(400)
  expect(adapter.replies()).toEqual([])
})
