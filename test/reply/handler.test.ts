import type { RequestListener } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type AnsweredCommand,
  type CommandReplyHandlerOptions,
  commandReplyHandler,
  memoryAdapter,
} from '../../src/index.js'
import { type Post, post, SN, serve } from '../support/device.js'

const bare = (options: Partial<CommandReplyHandlerOptions> = {}) => {
  const adapter = memoryAdapter()
  return { adapter, listener: commandReplyHandler({ adapter, ...options }) as RequestListener }
}

it('serves node:http by itself, whatever the path', async () => {
  const { adapter, listener } = bare()
  const answer = await post(listener, { path: '/', query: 'SN=A' })
  expect(answer).toMatchObject({ status: 200, body: 'OK' })
  expect(answer.headers.date).toMatch(/GMT$/)
  expect(adapter.replies()).toHaveLength(5)
})

describe('without next, the answer is the status and one line of text:', () => {
  const fails = (error: unknown) => ({
    adapter: { ...memoryAdapter(), onReply: () => Promise.reject(error) },
  })
  const { onUnparsed: _, ...withoutUnread } = memoryAdapter()
  const withStatus = (status: unknown, expose?: boolean) =>
    Object.assign(new Error('secret'), { status, expose })

  it.each([
    [
      'no serial number',
      {},
      { query: '' },
      400,
      'The query must contain SN exactly once, e.g. ?SN=0316144680030; got "".',
    ],
    [
      'not authorized',
      { authorize: () => false },
      {},
      403,
      `Device "${SN}" may not report here: authorize refused it.`,
    ],
    [
      'unreadable',
      { adapter: withoutUnread },
      { body: 'x' },
      400,
      '1 line is not a valid reply: "x" (0 replies were stored). Add onUnparsed to the adapter to store such lines and answer OK.',
    ],
    ['too large', { limit: 10 }, {}, 413, 'request entity too large'],
    ['a failing storage', fails(new Error('secret')), {}, 500, 'Internal Server Error'],
    [
      'a failing storage that says a status',
      fails(withStatus(503)),
      {},
      503,
      'Service Unavailable',
    ],
    ['a failure that exposes its message', fails(withStatus(409, true)), {}, 409, 'secret'],
    [
      'a failure that has a statusCode',
      fails(Object.assign(new Error('secret'), { statusCode: 503 })),
      {},
      503,
      'Service Unavailable',
    ],
    ['a failure whose status is none', fails(withStatus(200, true)), {}, 500, 'secret'],
    [
      'a failure whose status is no number',
      fails(withStatus('x')),
      {},
      500,
      'Internal Server Error',
    ],
    ['a failure with nothing', fails(undefined), {}, 500, 'Internal Server Error'],
  ] as [string, Partial<CommandReplyHandlerOptions>, Post, number, string][])(
    '%s',
    async (_case, options, request, status, line) => {
      const answer = await post(bare(options).listener, request)
      expect(answer).toMatchObject({ status, body: `${line}\n` })
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8')
    },
  )
})

it('leaves the answer to whoever gave it meanwhile', async () => {
  const { adapter, listener } = bare()
  const answer = await post((req, res) => {
    listener(req, res)
    res.writeHead(503).end('too slow')
  })
  expect(answer).toMatchObject({ status: 503, body: 'too slow' })
  await expect.poll(() => adapter.replies()).toHaveLength(5)
})

it('cuts the connection where it fails behind an answer that has begun', async () => {
  const { listener } = bare({ limit: 10 })
  const begun = post((req, res) => {
    res.writeHead(200)
    res.write('beg')
    listener(req, res)
  })
  expect(await begun).toMatchObject({
    accepted: false,
    refusal: 'the connection was closed between its chunks',
  })
})

describe('storage with findCommands and onReplies', () => {
  const counting = (found: { serialNumber: string; commandId: string; text: string }[] = []) => {
    const calls: unknown[][] = []
    const adapter = {
      findCommand: (...args: unknown[]) => void calls.push(['findCommand', ...args]),
      onReply: (...args: unknown[]) => void calls.push(['onReply', ...args]),
      findCommands(...args: unknown[]) {
        calls.push(['findCommands', ...args])
        return found
      },
      onReplies: (answered: readonly AnsweredCommand[]) =>
        void calls.push([
          'onReplies',
          ...answered.map(({ reply, command }) => [reply.commandId, command?.text]),
        ]),
    }
    return { adapter, calls }
  }

  it('is asked twice for a body of many records, the last of each id, in the order of the device', async () => {
    const { adapter, calls } = counting([
      { serialNumber: SN, commandId: '1', text: 'CHECK' },
      { serialNumber: SN, commandId: '3', text: 'LOG' },
    ])
    const body = ['3', '2', '1', '3'].map((id) => `ID=${id}&Return=0`).join('\n')
    expect(await post(bare({ adapter }).listener, { body })).toMatchObject({ status: 200 })
    expect(calls).toEqual([
      ['findCommands', SN, ['2', '1', '3']],
      ['onReplies', ['2', undefined], ['1', 'CHECK'], ['3', 'LOG']],
    ])
  })

  it('is asked by the single calls for one record', async () => {
    const { adapter, calls } = counting()
    await post(bare({ adapter }).listener, { body: 'ID=1&Return=0' })
    expect(calls.map(([call]) => call)).toEqual(['findCommand', 'onReply'])
  })

  it('is refused where it finds a command of another device, and nothing is kept', async () => {
    const { adapter, calls } = counting([{ serialNumber: 'B', commandId: '1', text: 'CHECK' }])
    const body = 'ID=1&Return=0\nID=2&Return=0'
    expect(await post(bare({ adapter }).listener, { body })).toMatchObject({ status: 500 })
    expect(calls.map(([call]) => call)).toEqual(['findCommands'])
  })
})

it('serves many devices at once', async () => {
  const { adapter, listener } = bare()
  const server = await serve(listener)
  const devices = Array.from({ length: 50 }, (_, device) => `D${device}`)
  const answers = await Promise.all(
    devices.map((device) => post(server, { query: `SN=${device}` })),
  )
  expect(answers.every(({ status, body }) => status === 200 && body === 'OK')).toBe(true)
  expect(adapter.replies()).toHaveLength(250)
})

describe('the timeout', () => {
  const never = () => new Promise<never>(() => {})
  const memory = memoryAdapter()
  const batch = { findCommands: () => [], onReplies: () => {} }

  it.each([
    ['findCommand', { adapter: { ...memory, findCommand: never } }, 'storage'],
    ['onReply', { adapter: { ...memory, onReply: never } }, 'storage'],
    ['onUnparsed', { adapter: { ...memory, onUnparsed: never } }, 'storage'],
    ['findCommands', { adapter: { ...memory, ...batch, findCommands: never } }, 'storage'],
    ['onReplies', { adapter: { ...memory, ...batch, onReplies: never } }, 'storage'],
    ['authorize', { authorize: never }, 'authorize'],
  ] as [string, Partial<CommandReplyHandlerOptions>, string][])(
    'ends a request whose %s never settles with 503',
    async (_call, options, what) => {
      const errors: unknown[] = []
      const { listener } = bare({ timeout: 20, ...options })
      const answer = await post(
        (req, res) =>
          (listener as ReturnType<typeof commandReplyHandler>)(req, res, (error) => {
            errors.push(error)
            res.writeHead(503).end('refused')
          }),
        { body: 'ID=1&Return=0\nID=2&Return=0\nwhat' },
      )
      expect(answer).toMatchObject({ status: 503, body: 'refused' })
      expect(errors).toMatchObject([
        {
          code: 'STORAGE_TIMEOUT',
          status: 503,
          message: `No response from ${what} within 20 ms; the device will retry.`,
        },
      ])
    },
  )

  it('hands storage nothing more of a request that it has ended', async () => {
    const calls: string[] = []
    let settle = () => {}
    const adapter = {
      findCommand: (_serialNumber: string, id: string) => void calls.push(`find ${id}`),
      onReply({ commandId }: { commandId: string }) {
        calls.push(`reply ${commandId}`)
        return new Promise<void>((done) => {
          settle = done
        })
      },
      onUnparsed: () => void calls.push('unparsed'),
    }
    const request = { body: 'ID=1&Return=0\nID=2&Return=0\nwhat' }
    expect(await post(bare({ adapter, timeout: 20 }).listener, request)).toMatchObject({
      status: 503,
    })
    settle()
    await new Promise((done) => setImmediate(done))
    expect(calls).toEqual(['find 1', 'reply 1'])
  })

  it('hands no batch to storage either', async () => {
    const calls: string[] = []
    let settle = () => {}
    const adapter = {
      ...memoryAdapter(),
      findCommands: () =>
        new Promise<never[]>((done) => {
          settle = () => done([])
        }),
      onReplies: () => void calls.push('onReplies'),
    }
    expect(await post(bare({ adapter, timeout: 20 }).listener)).toMatchObject({ status: 503 })
    settle()
    await new Promise((done) => setImmediate(done))
    expect(calls).toEqual([])
  })

  it('is 10 seconds where none is set, and needs no timer where storage answers at once', async () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => setTimer.mockRestore())
    const timers = () => setTimer.mock.calls.filter(([, ms]) => Number(ms) > 9_000).length
    await post(bare().listener)
    expect(timers()).toBe(0)
    await post(bare({ adapter: { ...memory, onReply: async () => {} } }).listener)
    expect(timers()).toBe(1)
  })

  it('leaves no timer behind', async () => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const { listener } = bare({ timeout: 60_000, authorize: () => true })
    const server = await serve(listener)
    const before = timers()
    await post(server)
    await post(server, { body: 'what' })
    expect(timers()).toBe(before)
    const failing = await serve(
      bare({ timeout: 60_000, authorize: () => Promise.reject(new Error('down')) }).listener,
    )
    expect(await post(failing)).toMatchObject({ status: 500 })
    expect(timers()).toBe(before)
  })

  it('of 0 is none', async () => {
    const { adapter, listener } = bare({
      timeout: 0,
      authorize: () => new Promise((done) => setTimeout(done, 50, true)),
    })
    expect(await post(listener)).toMatchObject({ status: 200 })
    expect(adapter.replies()).toHaveLength(5)
  })
})
