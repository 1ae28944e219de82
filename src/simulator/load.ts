// Replies alone, from many devices to one server, with an exact account of each.
import { setTimeout as sleep } from 'node:timers/promises'
import { checkCounts, checkDelays, wrong } from './check.js'
import { DeliveryError, type SendOptions } from './delivery.js'
import { type VirtualDevice, virtualDevice } from './device.js'
import type { Exchange } from './exchange.js'
import type { VirtualDeviceOptions } from './options.js'
import type { RecordWriter } from './records.js'

/** A reply that was sent. */
export interface SentReply {
  serialNumber: string
  commandId: string
  returnCode: number
}

/** The options of `postReplies`: those of its devices, and how much they post. */
export interface LoadOptions extends Omit<VirtualDeviceOptions, 'serialNumber' | 'giveUpAfter'> {
  /** The number of devices. Each posts one body at a time, like a terminal. */
  devices: number
  /** The number of bodies to post in total. */
  count: number
  /**
   * The time limit of the whole run in ms: then it gives up what is unanswered and starts nothing
   * new.
   */
  duration: number
  /**
   * Bodies started per second by all devices together; by default, as many as the server answers.
   */
  rate?: number
  /** `SN` of the device with this index; `SIM000000`, `SIM000001`, … by default. */
  serialNumber?(device: number): string
  /**
   * What the body with this index reports, and the raw record, if not `records.reply()`:
   * `[{ commandId: 'c<index>', returnCode: 0 }]` by default. The device with the index
   * `body % devices` posts it.
   */
  replies?(
    body: number,
    records: RecordWriter,
  ): { commandId: string; returnCode: number; record?: Uint8Array }[]
  /** What is unusual about the first attempt to post this body. */
  faults?(body: number): Omit<SendOptions, 'giveUpAfter'> | undefined
}

/** What the devices have done. */
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
 * Lets many devices post replies to one server, and reports exactly which ones were acknowledged.
 * They neither poll nor shake hands: `runFleet` does.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const report = await postReplies({ url, devices: 50, count: 1000, duration: 60_000 })
 */
export async function postReplies(options: LoadOptions): Promise<LoadReport> {
  const { devices, count, duration, rate = Infinity, serialNumber, replies, faults } = options
  for (const [name, value] of Object.entries({ devices, count, duration, rate })) {
    if (!(value > 0)) throw wrong(name, value, 'a number above 0')
  }
  checkCounts({ devices, count }, ['devices', 'count'], 1)
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
  const post = async (device: VirtualDevice, body: number, giveUpAfter: number) => {
    const { serialNumber, records } = device
    const usual = { commandId: `c${body}`, returnCode: 0, record: undefined }
    const reported = replies?.(body, records) ?? [usual]
    const written = reported.map(({ commandId, returnCode, record }) => {
      return record ?? records.reply(commandId, returnCode)
    })
    const sent = reported.map(({ commandId, returnCode }) => {
      return { serialNumber, commandId, returnCode }
    })
    try {
      note(await device.send(written, { ...faults?.(body), giveUpAfter }), sent)
      return true
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      note(error.exchanges, sent)
      return false
    }
  }
  const work = async (index: number) => {
    const name = serialNumber?.(index) ?? `SIM${String(index).padStart(6, '0')}`
    const device = virtualDevice({ ...options, serialNumber: name })
    for (let body = index; body < count; body += devices) {
      const due = start + (body * 1000) / rate
      const end = start + duration
      if (due >= end) return
      const wait = due - performance.now()
      if (wait > 0) await sleep(wait)
      const remaining = end - performance.now()
      if (remaining <= 0 || !(await post(device, body, remaining))) return
    }
  }
  await Promise.all(Array.from({ length: devices }, (_, index) => work(index)))
  return report
}
