// Posts replies from many terminals to one server, and reports what happened to each.
import { setTimeout as sleep } from 'node:timers/promises'
import { checkCounts, checkDelays, wrong } from './check.js'
import { DeliveryError, type SendOptions } from './delivery.js'
import type { Exchange } from './exchange.js'
import type { VirtualTerminalOptions } from './options.js'
import type { RecordWriter } from './records.js'
import { type VirtualTerminal, virtualTerminal } from './terminal.js'

/** A reply that was sent. */
export interface SentReply {
  serialNumber: string
  commandId: string
  returnCode: number
}

/** The options of `postReplies`: those of its terminals, and how much they post. */
export interface LoadOptions extends Omit<VirtualTerminalOptions, 'serialNumber' | 'giveUpAfter'> {
  /** The number of terminals. Each posts one body at a time, like a terminal. */
  terminals: number
  /** The number of bodies to post in total. */
  count: number
  /**
   * The time limit of the whole run in ms; then it gives up unanswered requests and starts no new
   * ones.
   */
  duration: number
  /**
   * Bodies started per second by all terminals together; by default, as many as the server answers.
   */
  rate?: number
  /** `SN` of the terminal with this index; `SIM000000`, `SIM000001`, … by default. */
  serialNumber?(terminal: number): string
  /**
   * What the body with this index reports, and the raw record, if not `records.reply()`:
   * `[{ commandId: 'c<index>', returnCode: 0 }]` by default. The terminal with the index
   * `body % terminals` posts it.
   */
  replies?(
    body: number,
    records: RecordWriter,
  ): { commandId: string; returnCode: number; record?: Uint8Array }[]
  /** What is unusual about the first attempt to post this body. */
  faults?(body: number): Omit<SendOptions, 'giveUpAfter'> | undefined
}

/** What the terminals have done. */
export interface LoadReport {
  /** Requests started, retries included. */
  sent: number
  /** Requests answered, by the status of the response. */
  answered: Record<number, number>
  /** Requests without a response. */
  unanswered: number
  /** Requests that sent a body again. */
  repeated: number
  /** Replies that the server accepted at least once: a correct server has stored them. */
  acknowledged: SentReply[]
  /** Replies that the server never accepted: it may have stored them or not. */
  givenUp: SentReply[]
}

/**
 * Lets many terminals post replies to one server, and reports exactly which ones were acknowledged.
 * They neither poll nor perform a handshake; for that, use `runFleet`.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const report = await postReplies({ url, terminals: 50, count: 1000, duration: 60_000 })
 */
export async function postReplies(options: LoadOptions): Promise<LoadReport> {
  const { terminals, count, duration, rate = Infinity, serialNumber, replies, faults } = options
  for (const [name, value] of Object.entries({ terminals, count, duration, rate })) {
    if (!(value > 0)) throw wrong(name, value, 'a number above 0')
  }
  checkCounts({ terminals, count }, ['terminals', 'count'], 1)
  checkDelays({ duration }, ['duration'])
  const report: LoadReport = {
    sent: 0,
    answered: {},
    unanswered: 0,
    repeated: 0,
    acknowledged: [],
    givenUp: [],
  }
  const start = performance.now()
  const note = (exchanges: readonly Exchange[], sent: SentReply[]) => {
    report.sent += exchanges.length
    report.repeated += exchanges.length - 1
    for (const { status } of exchanges) {
      if (status === undefined) report.unanswered++
      else report.answered[status] = (report.answered[status] ?? 0) + 1
    }
    const isAcknowledged = exchanges.some(({ accepted }) => accepted)
    const list = isAcknowledged ? report.acknowledged : report.givenUp
    list.push(...sent)
  }
  const post = async (terminal: VirtualTerminal, body: number, giveUpAfter: number) => {
    const { serialNumber, records } = terminal
    const usual = { commandId: `c${body}`, returnCode: 0, record: undefined }
    const reported = replies?.(body, records) ?? [usual]
    const written = reported.map(({ commandId, returnCode, record }) => {
      return record ?? records.reply(commandId, returnCode)
    })
    const sent = reported.map(({ commandId, returnCode }) => {
      return { serialNumber, commandId, returnCode }
    })
    try {
      note(await terminal.send(written, { ...faults?.(body), giveUpAfter }), sent)
      return true
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      note(error.exchanges, sent)
      return false
    }
  }
  const work = async (index: number) => {
    const name = serialNumber?.(index) ?? `SIM${String(index).padStart(6, '0')}`
    const terminal = virtualTerminal({ ...options, serialNumber: name })
    for (let body = index; body < count; body += terminals) {
      const due = start + (body * 1000) / rate
      const end = start + duration
      if (due >= end) return
      const wait = due - performance.now()
      if (wait > 0) await sleep(wait)
      const remaining = end - performance.now()
      if (remaining <= 0 || !(await post(terminal, body, remaining))) return
    }
  }
  await Promise.all(Array.from({ length: terminals }, (_, index) => work(index)))
  return report
}
