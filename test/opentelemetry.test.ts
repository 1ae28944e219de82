import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileOffers } from '../src/files.js'
import { commandQueue, type IssuedCommand, memoryAdapter, type ReplyStorage } from '../src/index.js'
import { observeRequests, observeStorage } from '../src/opentelemetry.js'
import { terminalFetch } from '../src/web.js'

const SN = 'SECRET0316144680030'
const contexts = new AsyncLocalStorageContextManager()
beforeAll(() => {
  context.setGlobalContextManager(contexts.enable())
})
afterAll(() => context.disable())

class Reader extends MetricReader {
  protected async onForceFlush() {}
  protected async onShutdown() {}
}

function world(adapter: ReturnType<typeof memoryAdapter> = memoryAdapter()) {
  const reader = new Reader()
  const meterProvider = new MeterProvider({ readers: [reader] })
  const spans = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spans)],
  })
  const stop = new AbortController()
  const { signal } = stop
  observeRequests({ meterProvider, signal })
  const watched = observeStorage(adapter, { meterProvider, tracerProvider, signal })
  const terminal = terminalFetch({
    adapter: watched,
    delivery: { maxCommands: 3 },
    verification: { decide: () => ({ allow: true }) },
    openFile: (_offer, { start, end }) => Buffer.alloc(end + 1 - start),
  })
  const send = (target: string, body?: string) => {
    const request = new Request(`http://x/iclock/${target}`, {
      ...(body !== undefined && { method: 'POST', body }),
    })
    return terminal(request) as Promise<Response>
  }
  /** Each metric with its attributes and its value, or of a histogram its count. */
  const metrics = async () => {
    const { resourceMetrics } = await reader.collect()
    const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
    return points.flatMap(({ descriptor, dataPoints }) => {
      return dataPoints.map(({ attributes, value }) => {
        const about = Object.values(attributes).join(' ')
        return `${descriptor.name} ${about}: ${typeof value === 'object' ? value.count : value}`
      })
    })
  }
  return { watched, send, metrics, spans, stop, tracer: tracerProvider.getTracer('app') }
}

describe('Metrics', () => {
  it('Requests, records and lines are counted', async () => {
    const { send, metrics, stop } = world()
    await send(`cdata?SN=${SN}&options=all`)
    await send(`getrequest?SN=${SN}`)
    const line = '7\t2026-10-05 06:58:10\t0\t1\t0\t0\t0\n'
    await send(`cdata?SN=${SN}&table=ATTLOG`, `${line}nonsense\n`)
    await send(`cdata?SN=${SN}&table=ATTLOG`, line)
    await send(`devicecmd?SN=${SN}`, 'nonsense\n')
    await send('getrequest')
    await send(
      `cdata?SN=${SN}&AuthType=device`,
      'time=2026-03-01 08:15:00\tpin=7\tcardno=0\taddrtype=2\teventaddr=3\tevent=0',
    )
    const measured = await metrics()
    stop.abort()
    expect(measured).toEqual(
      expect.arrayContaining([
        'iclock.requests handshake: 1',
        'iclock.requests poll: 1',
        'iclock.requests upload: 2',
        'iclock.requests reply: 1',
        'iclock.requests decision: 1',
        'iclock.records true: 1',
        'iclock.records false: 1',
        'iclock.unparsed upload: 1',
        'iclock.unparsed reply: 1',
        'iclock.refusals SERIAL_NUMBER_MISSING 400: 1',
        'iclock.decision.duration allowed: 1',
        'iclock.terminals.online : 1',
      ]),
    )
    expect(measured.join()).not.toContain(SN)
  })

  it('Files are counted by request and by the bytes that were sent', async () => {
    const { watched, send, metrics, stop } = world()
    const md5 = '0'.repeat(32)
    const { url } = await fileOffers({ adapter: watched as never }).offer(SN, {
      ...{ name: 'a.jpg', size: 5000, md5 },
    })
    await (await send(`${url}?SN=${SN}`)).arrayBuffer()
    await (await send(url)).arrayBuffer()
    const measured = await metrics()
    stop.abort()
    expect(measured).toEqual(
      expect.arrayContaining(['iclock.requests file: 2', 'iclock.files.sent : 10000']),
    )
  })

  it('Commands are counted from issue to reply, and a repeated reply once', async () => {
    const { watched, send, metrics, stop } = world()
    const commands = commandQueue(watched)
    const texts = ['A', 'B', 'C', 'D'].map((name) => `SET OPTION ${name}=1`)
    const issued = []
    for (const text of texts) issued.push(await commands.issue(SN, { text }))
    await commands.cancel(issued[3] as IssuedCommand)
    await send(`getrequest?SN=${SN}`)
    const ids = issued.map(({ commandId }) => commandId)
    const replies = `ID=${ids[0]}&Return=0&CMD=SET\nID=${ids[1]}&Return=-1&CMD=SET\n`
    await send(`devicecmd?SN=${SN}`, replies)
    await send(`devicecmd?SN=${SN}`, replies)
    await send(`devicecmd?SN=${SN}`, `ID=${ids[0]}&Return=0&CMD=SET\n`)
    const measured = await metrics()
    stop.abort()
    expect(measured).toEqual(
      expect.arrayContaining([
        'iclock.commands.issued : 4',
        'iclock.commands.sent : 3',
        'iclock.commands.closed cancelled: 1',
        'iclock.replies succeeded: 1',
        'iclock.replies failed: 1',
        'iclock.reply.duration succeeded: 1',
        'iclock.reply.duration failed: 1',
        'iclock.commands.open waiting: 0',
        'iclock.commands.open sent: 1',
      ]),
    )
  })

  it('A body of more replies than storage is asked for at once is counted whole', async () => {
    const memory = memoryAdapter()
    let most = 0
    const adapter: typeof memory & ReplyStorage = {
      ...memory,
      findCommands: () => [],
      onReplies: (all) => all.map(({ reply, command }) => memory.onReply(reply, command)),
      findSummaries(identities) {
        most = Math.max(most, identities.length)
        return memory.findSummaries(identities)
      },
    }
    const { send, metrics, stop } = world(adapter)
    const lines = Array.from({ length: 2500 }, (_, index) => `ID=x${index}&Return=0&CMD=CHECK\n`)
    await send(`devicecmd?SN=${SN}`, lines.join(''))
    const measured = await metrics()
    stop.abort()
    expect(measured).toContain('iclock.replies succeeded: 2500')
    expect(most).toBe(1000)
  })

  it('Nothing is measured after the signal', async () => {
    const { send, metrics, stop } = world()
    stop.abort()
    await send(`getrequest?SN=${SN}`)
    expect(await metrics()).toEqual([])
  })

  it('Storage that fails is not measured, and the others are', async () => {
    const adapter = memoryAdapter()
    adapter.listTerminals = () => {
      throw new Error('no disk')
    }
    const { send, metrics, stop } = world(adapter)
    await send(`getrequest?SN=${SN}`)
    const measured = await metrics()
    stop.abort()
    expect(measured).toContain('iclock.commands.open waiting: 0')
    expect(measured.join()).not.toContain('online')
  })
})

describe('Spans', () => {
  it('Each call of storage is a child of the span of its request', async () => {
    const { send, spans, tracer, stop } = world()
    await tracer.startActiveSpan('request', async (span) => {
      await send(`cdata?SN=${SN}&table=ATTLOG`, '7\t2026-10-05 06:58:10\t0\t1\t0\t0\t0\n')
      span.end()
    })
    stop.abort()
    const [request] = spans.getFinishedSpans().filter(({ name }) => name === 'request')
    const [upload] = spans.getFinishedSpans().filter(({ name }) => name.endsWith('onUpload'))
    expect(upload?.name).toBe('express-iclock onUpload')
    expect(upload?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
    const shown = spans.getFinishedSpans().map(({ name, attributes, events }) => {
      return { name, attributes, events }
    })
    expect(JSON.stringify(shown)).not.toContain(SN)
  })

  it.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new TypeError(`no disk for ${SN}`)
      },
    ],
    ['rejects', () => Promise.reject(new TypeError(`no disk for ${SN}`))],
  ])('A call that %s ends its span as an error, without its message', async (_, onUpload) => {
    const adapter = { ...memoryAdapter(), onUpload } as never
    const { watched, spans, tracer, stop } = world(adapter)
    await tracer.startActiveSpan('request', async () => {
      await expect(async () => watched.onUpload({} as never)).rejects.toThrow('no disk')
    })
    stop.abort()
    const [span] = spans.getFinishedSpans()
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(span?.attributes).toEqual({ 'error.type': 'TypeError' })
    expect(span?.events).toEqual([])
  })

  it('A call outside of any span makes none', async () => {
    const { send, spans, stop } = world()
    await context.with(ROOT_CONTEXT, () => send(`getrequest?SN=${SN}`))
    stop.abort()
    expect(trace.getActiveSpan()).toBeUndefined()
    expect(spans.getFinishedSpans()).toEqual([])
  })
})

describe('The adapter', () => {
  it('It has the same calls as before, also those of a class', () => {
    class Own {
      #replies: unknown[] = []
      onReply(reply: unknown) {
        this.#replies.push(reply)
      }
      findCommand() {
        return this.#replies.length
      }
    }
    const watched = observeStorage(new Own() as never) as Own
    watched.onReply({ serialNumber: SN, commandId: '1', returnCode: 0, commandName: 'X' })
    expect(watched.findCommand()).toBe(1)
    const adapter = memoryAdapter()
    expect(Object.keys(observeStorage(adapter)).sort()).toEqual(Object.keys(adapter).sort())
  })

  it.each([
    [() => observeStorage(undefined as never), 'adapter'],
    [() => observeStorage(memoryAdapter(), { silentAfter: 0 }), 'silentAfter'],
    [() => observeStorage(memoryAdapter(), { meter: 1 } as never), 'meter'],
    [() => observeRequests({ meter: 1 } as never), 'meter'],
  ])('Wrong options are refused with a TypeError (%#)', (call, name) => {
    expect(call).toThrow(TypeError)
    expect(call).toThrow(name)
  })
})
