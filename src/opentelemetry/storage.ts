// Watches an adapter: spans of its calls, the outcomes of commands, and how much waits.
import {
  context,
  type MeterProvider,
  metrics,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { checkAdapter, checkNames, checkWhole, type OptionNames } from '../check.js'
import { isThenable } from '../endpoint/deadline.js'
import { membersOf } from '../member.js'
import type { CommandStorage } from '../queue/storage.js'
import type { ReplyStorage } from '../reply/storage.js'
import { SILENT_AFTER } from '../terminal/online.js'
import type { TerminalStorage } from '../terminal/storage.js'
import { type Note, notesOn } from './note.js'
import { kindOf, SCOPE } from './scope.js'
import { measureStock } from './stock.js'

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
const LONGEST_SILENCE = 86_400_000

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
      typeof value === 'function' ? noted(traced(name, value as Call, tracer), notes[name]) : value
  }
  return watched as unknown as Adapter
}

type Call = (...given: unknown[]) => unknown

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
