import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { RequestListener } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type AnsweredCommand,
  type CommandReplyHandlerOptions,
  commandReplyHandler,
  memoryAdapter,
} from '../../src/index.js'
import { type Post, post, SN, serve } from '../support/terminal.js'

const bare = (options: Partial<CommandReplyHandlerOptions> = {}) => {
  const adapter = memoryAdapter()
  return { adapter, listener: commandReplyHandler({ adapter, ...options }) as RequestListener }
}

it('The handler serves node:http by itself, whatever the path', async () => {
  const { adapter, listener } = bare()
  const answer = await post(listener, { path: '/', query: 'SN=A' })
  expect(answer).toMatchObject({ status: 200, body: 'OK' })
  expect(answer.headers.date).toMatch(/GMT$/)
  expect(adapter.replies()).toHaveLength(5)
})

describe('A request that is neither a POST nor a GET with a reply', () => {
  it.each([
    ['PUT', 'SN=A'],
    ['GET', 'SN=A'],
    ['GET', 'SN=A&ID=1'],
    ['HEAD', 'SN=A&ID=1&Return=0'],
    ['DELETE', 'SN=A&ID=1&Return=0'],
  ])('The request goes on to next, or gets a 404: %s ?%s', async (method, query) => {
    const { adapter, listener } = bare({ authorize: () => false })
    const answer = await post(listener, { method, query, body: '' })
    expect(answer).toMatchObject({ status: 404 })
    const next = await post(
      (req, res) => {
        const passed = (error?: unknown) => void res.writeHead(error ? 500 : 202).end()
        ;(listener as ReturnType<typeof commandReplyHandler>)(req, res, passed)
      },
      { method, query, body: '' },
    )
    expect(next).toMatchObject({ status: 202 })
    expect(adapter.replies()).toEqual([])
  })
})

describe('A reply in the query', () => {
  it.each([
    ['POST', 'SN=A&id=k7&return=-1002&cmd=DATA', ''],
    ['GET', 'SN=A&id=k7&return=-1002&cmd=DATA', ''],
    ['POST', 'SN=A&ID=k7', 'Return=-1002&CMD=DATA'],
  ])('A reply in the query is stored: %s ?%s with the body %j', async (method, query, body) => {
    const { adapter, listener } = bare()
    expect(await post(listener, { method, query, body })).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toMatchObject([
      { serialNumber: 'A', commandId: 'k7', returnCode: -1002, commandName: 'DATA' },
    ])
    expect(adapter.unparsed()).toEqual([])
  })

  it('A reply in the query and another in the body are both stored', async () => {
    const { adapter, listener } = bare()
    for (const query of ['SN=A&ID=1', 'SN=A&ID=1&Return=0', 'SN=A&ID=2&Return=0']) {
      expect(await post(listener, { query, body: 'ID=2&Return=-1' })).toMatchObject({ status: 200 })
    }
    const stored = adapter.replies().map(({ commandId, returnCode }) => [commandId, returnCode])
    expect(stored.sort()).toEqual([
      ['1', 0],
      ['2', -1],
    ])
    expect(adapter.unparsed()).toEqual([])
  })

  it('A query with only a serial number or a token holds no reply', async () => {
    const { adapter, listener } = bare()
    for (const query of ['SN=A', 'SN=A&token=x&Return=0', 'SN=A&ID=1']) {
      expect(await post(listener, { query, body: '' })).toMatchObject({ status: 200, body: 'OK' })
    }
    expect(adapter.replies()).toEqual([])
  })
})

describe('maxRecords', () => {
  const records = (count: number) =>
    Array.from({ length: count }, (_, id) => `ID=${id}&Return=0`).join('\n')

  it('A body of more than 10,000 records is refused by default before any of it is stored', async () => {
    const { adapter, listener } = bare()
    const server = await serve(listener)
    expect(await post(server, { body: records(10_000) })).toMatchObject({ status: 200 })
    expect(adapter.replies()).toHaveLength(10_000)
    expect(await post(server, { body: `${records(10_000)}\nx`, query: 'SN=B' })).toMatchObject({
      status: 413,
      body: 'The body holds more than 10000 records and lines; a larger maxRecords would accept it.\n',
    })
    expect(adapter.replies()).toHaveLength(10_000)
  })

  it('maxRecords sets another bound', async () => {
    const { listener } = bare({ maxRecords: 5 })
    expect(await post(listener)).toMatchObject({ status: 200 })
    expect(await post(listener, { body: records(6) })).toMatchObject({ status: 413 })
  })

  it.each([0, -1, 1.5, '10', Number.POSITIVE_INFINITY, null])(
    'maxRecords cannot be %j',
    (maxRecords) => {
      expect(() => bare({ maxRecords: maxRecords as never })).toThrow(
        /^express-iclock: option "maxRecords" is .*; expected a whole number from 1 on$/,
      )
    },
  )
})

describe('afterReply', () => {
  const batch = { findCommands: () => [], onReplies: () => ['kept', 'repeated'] as const }

  it('afterReply is called once for each new reply, with its command', async () => {
    const adapter = memoryAdapter()
    const command = { serialNumber: SN, commandId: 'fp7464', text: 'CHECK' }
    adapter.issue([{ command, terms: { attempts: 1, replyWithin: 1000 }, issuedAt: new Date() }])
    const calls: [string, unknown][] = []
    const { listener } = bare({
      adapter,
      afterReply: (reply, command) => void calls.push([reply.commandId, command?.text]),
    })
    const server = await serve(listener)
    await post(server)
    await expect.poll(() => calls).toHaveLength(5)
    expect(calls[4]).toEqual(['fp7464', 'CHECK'])
    await post(server)
    await post(server, { body: 'ID=last&Return=0' })
    await expect.poll(() => calls.at(-1)).toEqual(['last', undefined])
    expect(calls).toHaveLength(6)
  })

  it('afterReply is called for the replies that a batch reports as new', async () => {
    const calls: string[] = []
    const { listener } = bare({
      adapter: { ...memoryAdapter(), ...batch },
      afterReply: ({ commandId }) => void calls.push(commandId),
    })
    await post(listener, { body: 'ID=1&Return=0\nID=2&Return=0' })
    await expect.poll(() => calls).toEqual(['1'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('mail is down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('mail is down'))],
    ['never settles', () => new Promise(() => {})],
  ])('afterReply never withholds OK when it %s', async (what, afterReply) => {
    const errors: unknown[] = []
    const { adapter, listener } = bare({
      afterReply,
      onError: (error) => void errors.push(error),
      timeout: 1000,
    })
    expect(await post(listener)).toMatchObject({ status: 200, body: 'OK' })
    expect(adapter.replies()).toHaveLength(5)
    await expect.poll(() => errors).toHaveLength(what === 'never settles' ? 0 : 5)
  })

  it.each(['afterReply', 'onError'])('%s must be a function', (name) => {
    expect(() => bare({ [name]: 'x' })).toThrow(
      `express-iclock: option "${name}" is "x"; expected a function`,
    )
  })
})

describe('The channel express-iclock:reply', () => {
  it('The channel publishes what was reported, and no values', async () => {
    const events: unknown[] = []
    const listener = (event: unknown) => void events.push(event)
    subscribe('express-iclock:reply', listener)
    onTestFinished(() => void unsubscribe('express-iclock:reply', listener))
    const body = 'ID=1&Return=0&CMD=SET OPTION Password=secret\nID=2&CMD=Shell&Content=secret'
    await post(bare().listener, { body: `what\n${body}`, query: 'SN=A' })
    await post(bare({ authorize: () => false }).listener)
    expect(events).toEqual([
      {
        serialNumber: 'A',
        replies: [
          { commandId: '1', returnCode: 0, commandName: 'SET OPTION' },
          { commandId: '2', returnCode: null, commandName: 'Shell' },
        ],
        unparsed: 1,
        bytes: 5 + body.length,
      },
    ])
  })
})

describe('Without next, the answer is the status and one line of text', () => {
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
      `Terminal "${SN}" may not report here: authorize refused it.`,
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
      'a failure whose status is not a number',
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

it('An answer that something else has given meanwhile is left alone', async () => {
  const { adapter, listener } = bare()
  const answer = await post((req, res) => {
    listener(req, res)
    res.writeHead(503).end('too slow')
  })
  expect(answer).toMatchObject({ status: 503, body: 'too slow' })
  await expect.poll(() => adapter.replies()).toHaveLength(5)
})

it('A failure after an answer has begun closes the connection', async () => {
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

describe('Storage with findCommands and onReplies', () => {
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

  it('Storage is called twice for a body of many records, with the last of each id in the order the terminal sent them', async () => {
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

  it('A single record uses the calls for one reply', async () => {
    const { adapter, calls } = counting()
    await post(bare({ adapter }).listener, { body: 'ID=1&Return=0' })
    expect(calls.map(([call]) => call)).toEqual(['findCommand', 'onReply'])
  })

  it('A batch that includes a command of another terminal is refused, and nothing is stored', async () => {
    const { adapter, calls } = counting([{ serialNumber: 'B', commandId: '1', text: 'CHECK' }])
    const body = 'ID=1&Return=0\nID=2&Return=0'
    expect(await post(bare({ adapter }).listener, { body })).toMatchObject({ status: 500 })
    expect(calls.map(([call]) => call)).toEqual(['findCommands'])
  })
})

it('Many terminals are served at once', async () => {
  const { adapter, listener } = bare()
  const server = await serve(listener)
  const terminals = Array.from({ length: 50 }, (_, terminal) => `D${terminal}`)
  const answers = await Promise.all(
    terminals.map((terminal) => post(server, { query: `SN=${terminal}` })),
  )
  expect(answers.every(({ status, body }) => status === 200 && body === 'OK')).toBe(true)
  expect(adapter.replies()).toHaveLength(250)
})

describe('The timeout', () => {
  const never = () => new Promise<never>(() => {})
  const memory = memoryAdapter()
  const batch = { findCommands: () => [], onReplies: () => {} }

  it.each([
    ['findRecord', { adapter: { ...memory, findRecord: never } }, 'storage'],
    ['findSummaries', { adapter: { ...memory, ...batch, findSummaries: never } }, 'storage'],
    ['onReply', { adapter: { ...memory, onReply: never } }, 'storage'],
    ['onUnparsed', { adapter: { ...memory, onUnparsed: never } }, 'storage'],
    ['findCommands', { adapter: { ...memory, ...batch, findCommands: never } }, 'storage'],
    ['onReplies', { adapter: { ...memory, ...batch, onReplies: never } }, 'storage'],
    ['authorize', { authorize: never }, 'authorize'],
  ] as [string, Partial<CommandReplyHandlerOptions>, string][])(
    'A request whose %s never settles ends with 503',
    async (_call, options, what) => {
      const errors: unknown[] = []
      const { listener } = bare({ timeout: 100, ...options })
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
          message: `No response from ${what} within 100 ms; the terminal will retry.`,
        },
      ])
    },
  )

  it('Storage gets nothing more of a request that has timed out', async () => {
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
    expect(await post(bare({ adapter, timeout: 100 }).listener, request)).toMatchObject({
      status: 503,
    })
    settle()
    await new Promise((done) => setImmediate(done))
    expect(calls).toEqual(['find 1', 'reply 1'])
  })

  it.each([
    ['findCommand', 'ID=1&Return=0\nID=2&Return=0', ['find 1']],
    ['onReply', 'ID=1&Return=0\nID=2&Return=0', ['find 1', 'reply 1', 'find 2']],
    ['onReply', 'ID=1&Return=0\nwhat', ['find 1', 'reply 1']],
  ])(
    'Storage gets nothing more to store after a synchronous %s that took too long: %j',
    async (slow, body, expected) => {
      const calls: string[] = []
      const work = (call: string) => {
        const end = performance.now() + (call === slow ? 110 : 0)
        while (performance.now() < end);
      }
      const adapter = {
        findCommand(_serialNumber: string, id: string) {
          calls.push(`find ${id}`)
          work('findCommand')
          return undefined
        },
        onReply({ commandId }: { commandId: string }) {
          calls.push(`reply ${commandId}`)
          work('onReply')
        },
        onUnparsed: () => void calls.push('unparsed'),
      }
      const answer = await post(bare({ adapter, timeout: 100 }).listener, { body })
      expect([answer.status, calls]).toEqual([503, expected])
    },
  )

  it('Storage gets no batch of a request that has timed out', async () => {
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
    expect(await post(bare({ adapter, timeout: 100 }).listener)).toMatchObject({ status: 503 })
    settle()
    await new Promise((done) => setImmediate(done))
    expect(calls).toEqual([])
  })

  it('The timeout is 10 seconds by default, and storage that answers at once needs no timer', async () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => setTimer.mockRestore())
    const timers = () => setTimer.mock.calls.filter(([, ms]) => Number(ms) > 9_000).length
    await post(bare().listener)
    expect(timers()).toBe(0)
    await post(bare({ adapter: { ...memory, onReply: async () => {} } }).listener)
    expect(timers()).toBe(1)
  })

  it('No timer is left behind', async () => {
    // Its own timers only: others of the process come and go.
    const timeout = 60_000
    const setTimer = vi.spyOn(globalThis, 'setTimeout')
    const clearTimer = vi.spyOn(globalThis, 'clearTimeout')
    onTestFinished(() => {
      setTimer.mockRestore()
      clearTimer.mockRestore()
    })
    const later = { ...memory, onReply: async () => {} }
    const server = await serve(
      bare({ adapter: later, timeout, authorize: async () => true }).listener,
    )
    await post(server)
    await post(server, { body: 'what' })
    const failing = await serve(
      bare({ timeout, authorize: () => Promise.reject(new Error('down')) }).listener,
    )
    expect(await post(failing)).toMatchObject({ status: 500 })
    const made = setTimer.mock.calls.flatMap(([, ms], index) =>
      Number(ms) > timeout / 2 ? [setTimer.mock.results[index]?.value] : [],
    )
    expect(made.length).toBeGreaterThan(2)
    const cleared = new Set(clearTimer.mock.calls.map(([timer]) => timer))
    expect(made.filter((timer) => !cleared.has(timer))).toEqual([])
  })

  it('A timeout of 0 disables it', async () => {
    const { adapter, listener } = bare({
      timeout: 0,
      authorize: () => new Promise((done) => setTimeout(done, 50, true)),
    })
    expect(await post(listener)).toMatchObject({ status: 200 })
    expect(adapter.replies()).toHaveLength(5)
  })
})
