// Counts what terminals send, from the diagnostics channels.
import type { Channel } from 'node:diagnostics_channel'
import { type MeterProvider, metrics } from '@opentelemetry/api'
import { checkNames, type OptionNames } from '../check.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { RefusalEvent } from '../endpoint/refusal.js'
import type { FileEvent } from '../files/delivery.js'
import type { PollEvent } from '../queue/handler.js'
import type { ReplyEvent } from '../reply/event.js'
import type { UploadEvent } from '../upload/reception.js'
import type { DecisionEvent } from '../verification/asking.js'
import { codeOf, SCOPE } from './scope.js'

/** The options of `observeRequests`. */
export interface RequestTelemetryOptions {
  /** Where the metrics go; by default the one registered with `metrics` of `@opentelemetry/api`. */
  meterProvider?: MeterProvider
  /** Ends it. */
  signal?: AbortSignal
}

const OPTIONS: OptionNames<RequestTelemetryOptions> = { meterProvider: true, signal: true }

// In seconds: a terminal gives up after ten.
const DECISION_TIMES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10]

/**
 * Counts the requests of terminals in this process, what they bring and how they are refused. Call it
 * once in each process, after your meter provider is registered. No attribute has a serial number or
 * anything else that a terminal chooses.
 *
 * @example
 * observeRequests()
 *
 * @throws TypeError if an option is wrong
 */
export function observeRequests(options: RequestTelemetryOptions = {}): void {
  checkNames(options, OPTIONS)
  const { meterProvider = metrics, signal } = options
  if (signal?.aborted) return
  const meter = meterProvider.getMeter(SCOPE)
  const requests = meter.createCounter('iclock.requests', {
    ...{ unit: '{request}', description: 'Requests of terminals that were answered' },
  })
  const refusals = meter.createCounter('iclock.refusals', {
    ...{ unit: '{request}', description: 'Requests of terminals that were refused' },
  })
  const records = meter.createCounter('iclock.records', {
    ...{ unit: '{record}', description: 'Uploaded records' },
  })
  const unparsed = meter.createCounter('iclock.unparsed', {
    ...{ unit: '{line}', description: 'Lines that are no valid record, or no valid reply' },
  })
  const sent = meter.createCounter('iclock.commands.sent', {
    ...{ unit: '{command}', description: 'Commands that polls got' },
  })
  const decisions = meter.createHistogram('iclock.decision.duration', {
    ...{ unit: 's', description: 'From the question of a terminal to its answer' },
    advice: { explicitBucketBoundaries: DECISION_TIMES },
  })
  const bytes = meter.createCounter('iclock.files.sent', {
    ...{ unit: 'By', description: 'Bytes of offered files that terminals got' },
  })
  const listen = <Event>(channel: Channel, note: (event: Event) => void) => {
    const listener = (message: unknown) => note(message as Event)
    channel.subscribe(listener)
    signal?.addEventListener('abort', () => channel.unsubscribe(listener), { once: true })
  }
  const count = (kind: string) => requests.add(1, { 'iclock.kind': kind })

  listen(CHANNELS.handshake, () => count('handshake'))
  listen<PollEvent>(CHANNELS.poll, ({ commandIds }) => {
    count('poll')
    if (commandIds.length > 0) sent.add(commandIds.length)
  })
  listen<ReplyEvent>(CHANNELS.reply, (event) => {
    count('reply')
    if (event.unparsed > 0) unparsed.add(event.unparsed, { 'iclock.kind': 'reply' })
  })
  listen<UploadEvent>(CHANNELS.upload, (event) => {
    count('upload')
    const repeated = event.records - event.newRecords
    if (event.newRecords > 0) records.add(event.newRecords, { 'iclock.new': true })
    if (repeated > 0) records.add(repeated, { 'iclock.new': false })
    if (event.unparsed > 0) unparsed.add(event.unparsed, { 'iclock.kind': 'upload' })
  })
  listen<DecisionEvent>(CHANNELS.decision, ({ verdict, duration }) => {
    count('decision')
    decisions.record(duration / 1000, { 'iclock.verdict': verdict })
  })
  listen<FileEvent>(CHANNELS.file, ({ from, to, isOver }) => {
    if (!isOver) return
    count('file')
    bytes.add(to - from)
  })
  listen<RefusalEvent>(CHANNELS.refusal, ({ code, status }) => {
    refusals.add(1, { 'error.type': codeOf(code), 'http.response.status_code': status })
  })
}
