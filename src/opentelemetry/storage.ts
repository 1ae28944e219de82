// Watches an adapter: spans of its calls, the outcomes of commands, and how much waits.
import {
  context,
  diag,
  type Meter,
  type MeterProvider,
  metrics,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { checkAdapter, checkNames, checkWhole, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { isThenable } from '../endpoint/deadline.js'
import type {
  Cancellation,
  CommandIdentity,
  CommandStorage,
  QueuedCommand,
} from '../queue/storage.js'
import { outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept, ReplyStorage } from '../reply/storage.js'
import { SILENT_AFTER } from '../terminal/online.js'
import type { TerminalStorage } from '../terminal/storage.js'
import { codeOf, SCOPE } from './requests.js'

/** Storage that can be watched: any adapter. Its optional calls are watched if they are there. */
export type ObservedStorage = ReplyStorage & Partial<CommandStorage> & Partial<TerminalStorage>

/** The options of `observeStorage`. */
export interface StorageTelemetryOptions {
  /** Where the metrics go; by default the one registered with `metrics` of `@opentelemetry/api`. */
  meterProvider?: MeterProvider
  /** Where the spans go; by default the one registered with `trace` of `@opentelemetry/api`. */
  tracerProvider?: TracerProvider
  /** A terminal is online if it called within this time, in milliseconds; 5 minutes by default, as for `isOnline`. */
  silentAfter?: number
  /** Ends the looks at storage that measure what waits and who is online. */
  signal?: AbortSignal
}

const OPTIONS: OptionNames<StorageTelemetryOptions> = {
  ...{ meterProvider: true, tracerProvider: true, silentAfter: true, signal: true },
}
// In seconds: a poll, some polls, minutes, a night without a network.
const REPLY_TIMES = [1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 21_600, 86_400]
const OPEN = ['waiting', 'sent'] as const
const LONGEST_SILENCE = 86_400_000
const MOST_COUNTED = 1001
const PAGE = 1000
const MOST_PAGES = 10

/**
 * Watches an adapter. Give what this returns to the router and to `commandQueue`, in place of the
 * adapter.
 *
 * Each call that storage gets within a span is a span of its own, such as `express-iclock onReply`.
 * Counted are commands that are issued, closed and replied to, each reply with its outcome, and the
 * seconds from the issue of a command to its reply: this takes a statement for each body of replies.
 * What waits and which terminals are online is asked of storage each time metrics are collected:
 * up to 1,001 commands of each state, and 10,000 terminals.
 *
 * @example
 * const adapter = observeStorage(postgresAdapter(pool))
 * app.use('/iclock', terminalRouter({ adapter }))
 *
 * @throws TypeError if an option is wrong, or the adapter isn't one
 */
export function observeStorage<Adapter extends ReplyStorage>(
  adapter: Adapter,
  options: StorageTelemetryOptions = {},
): Adapter {
  checkNames(options, OPTIONS)
  checkAdapter(adapter, ['onReply'])
  const { meterProvider = metrics, tracerProvider = trace } = options
  const { silentAfter = SILENT_AFTER, signal } = options
  checkWhole('silentAfter', silentAfter, 1, LONGEST_SILENCE)
  const meter = meterProvider.getMeter(SCOPE)
  const tracer = tracerProvider.getTracer(SCOPE)
  const storage = adapter as ObservedStorage
  if (!signal?.aborted) measureStock(storage, meter, silentAfter, signal)
  const notes = notesOn(storage, meter)
  const watched: Record<string, unknown> = {}
  for (const [name, value] of membersOf(adapter)) {
    watched[name] =
      typeof value === 'function'
        ? noted(traced(name, value.bind(adapter) as Call, tracer), notes[name])
        : value
  }
  return watched as unknown as Adapter
}

// An adapter of the app's own may be an object of a class.
function membersOf(adapter: object): Map<string, unknown> {
  const members = new Map<string, unknown>()
  for (let from = adapter; from !== Object.prototype && from; from = Object.getPrototypeOf(from)) {
    for (const name of Object.getOwnPropertyNames(from)) {
      if (name === 'constructor' || members.has(name)) continue
      members.set(name, Reflect.get(from, name, adapter))
    }
  }
  return members
}

type Call = (...given: unknown[]) => unknown
/** What a call that was answered tells. */
type Note = (given: readonly unknown[], answer: unknown) => void

function traced(name: string, call: Call, tracer: Tracer): Call {
  return (...given) => {
    // A look of a worker or of the page would be a trace of its own, again and again.
    if (trace.getActiveSpan() === undefined) return call(...given)
    const span = tracer.startSpan(`${SCOPE} ${name}`)
    const fail = (error: unknown) => {
      span.setAttribute('error.type', kindOf(error))
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
      throw error
    }
    try {
      const answer = context.with(trace.setSpan(context.active(), span), () => call(...given))
      if (isThenable(answer)) {
        return answer.then((value) => {
          span.end()
          return value
        }, fail)
      }
      span.end()
      return answer
    } catch (error) {
      return fail(error)
    }
  }
}

// Its message may show a person's data.
function kindOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return codeOf(code ?? name)
}

function noted(call: Call, note: Note | undefined): Call {
  if (note === undefined) return call
  return (...given) => {
    const answer = call(...given)
    if (!isThenable(answer)) {
      note(given, answer)
      return answer
    }
    return answer.then((value) => {
      note(given, value)
      return value
    })
  }
}

function notesOn(storage: ObservedStorage, meter: Meter): Record<string, Note> {
  const issued = meter.createCounter('iclock.commands.issued', {
    ...{ unit: '{command}', description: 'Commands that were issued' },
  })
  const closed = meter.createCounter('iclock.commands.closed', {
    ...{ unit: '{command}', description: 'Commands that were closed without a reply' },
  })
  const replied = repliesOn(storage, meter)
  return {
    issue: ([commands]) => issued.add((commands as readonly QueuedCommand[]).length),
    cancel([, , , reason], ids) {
      const count = (ids as readonly string[]).length
      if (count > 0) closed.add(count, { 'iclock.reason': reason as Cancellation['reason'] })
    },
    onReply([reply, command], kept) {
      if (kept === 'repeated') return
      replied([{ reply: reply as CommandReply, command: command as IssuedCommand | undefined }])
    },
    onReplies([all], kept) {
      const answered = all as readonly AnsweredCommand[]
      const isNew = (_: AnsweredCommand, index: number) => {
        return (kept as readonly ReplyKept[] | undefined)?.[index] !== 'repeated'
      }
      replied(answered.filter(isNew))
    },
  }
}

function repliesOn(
  storage: ObservedStorage,
  meter: Meter,
): (answered: readonly AnsweredCommand[]) => void {
  const replies = meter.createCounter('iclock.replies', {
    ...{ unit: '{reply}', description: 'Replies that were new' },
  })
  const durations = meter.createHistogram('iclock.reply.duration', {
    ...{ unit: 's', description: 'From the issue of a command to its reply' },
    advice: { explicitBucketBoundaries: REPLY_TIMES },
  })
  const note = async (answered: readonly AnsweredCommand[]) => {
    const identities = answered.map(({ reply }): CommandIdentity => {
      return { serialNumber: reply.serialNumber, commandId: reply.commandId }
    })
    // Storage knows the family of a terminal, and when a command was issued.
    const found = (await storage.findSummaries?.(identities)) ?? []
    const byId = new Map(found.map((one) => [one.commandId, one]))
    for (const { reply, command } of answered) {
      const { reply: known, issuedAt, repliedAt } = byId.get(reply.commandId) ?? {}
      const { outcome } = known ?? outcomeOf(reply, command)
      const attributes = { 'iclock.outcome': outcome }
      replies.add(1, attributes)
      if (issuedAt === undefined || repliedAt === undefined) continue
      const seconds = (repliedAt.getTime() - issuedAt.getTime()) / 1000
      durations.record(Math.max(seconds, 0), attributes)
    }
  }
  return (answered) => {
    if (answered.length === 0) return
    note(answered).catch((error) => {
      diag.warn(`express-iclock: replies weren't counted: ${kindOf(error)}`)
    })
  }
}

function measureStock(
  storage: ObservedStorage,
  meter: Meter,
  silentAfter: number,
  signal: AbortSignal | undefined,
): void {
  const observe = (
    name: string,
    about: { unit: string; description: string },
    look: (show: (value: number, attributes?: Record<string, string>) => void) => Promise<void>,
  ) => {
    const gauge = meter.createObservableGauge(name, about)
    const callback: Parameters<typeof gauge.addCallback>[0] = async (result) => {
      try {
        await look((value, attributes) => result.observe(value, attributes))
      } catch (error) {
        diag.warn(`express-iclock: ${name} wasn't measured: ${kindOf(error)}`)
      }
    }
    gauge.addCallback(callback)
    signal?.addEventListener('abort', () => gauge.removeCallback(callback), { once: true })
  }

  if (storage.countCommands !== undefined) {
    const about = { unit: '{command}', description: 'Open commands in storage, 1001 at most' }
    observe('iclock.commands.open', about, async (show) => {
      const counts = await storage.countCommands?.({ state: OPEN }, new Date())
      for (const state of OPEN) {
        const count = counts?.[state] ?? 0
        show(count === '1000+' ? MOST_COUNTED : count, { 'iclock.state': state })
      }
    })
  }
  if (storage.listTerminals !== undefined) {
    const about = { unit: '{terminal}', description: 'Terminals that called lately, 10000 at most' }
    observe('iclock.terminals.online', about, async (show) => {
      show(await onlineIn(storage, silentAfter))
    })
  }
}

async function onlineIn(storage: ObservedStorage, silentAfter: number): Promise<number> {
  const since = new Date(Date.now() - silentAfter)
  let count = 0
  let after: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const filter = { since, limit: PAGE, ...(after !== undefined && { after }) }
    const found = await storage.listTerminals?.(filter)
    count += found?.rows.length ?? 0
    after = found?.next
    if (after === undefined) break
  }
  return count
}
