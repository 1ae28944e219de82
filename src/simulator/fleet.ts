// Many devices that post to one server, and exactly what became of each reply.
import { setTimeout as sleep } from 'node:timers/promises'
import { DeliveryError, type SendOptions, type VirtualDevice, virtualDevice } from './device.js'
import type { Exchange } from './exchange.js'
import { type VirtualDeviceOptions, wrong } from './options.js'
import type { RecordWriter } from './records.js'

/** A reply of a fleet's device. */
export interface FleetReply {
  serialNumber: string
  commandId: string
  returnCode: number
}

/** The options of `runFleet`: those of its devices, and how much they post. */
export interface FleetOptions extends Omit<VirtualDeviceOptions, 'serialNumber' | 'giveUpAfter'> {
  /** How many devices there are. Each posts one body at a time, as a terminal does. */
  devices: number
  /** How many bodies they post in all. */
  count: number
  /** The ms that all may take; what is not answered then is given up, what is not sent is not begun. */
  duration: number
  /** The bodies that are begun a second, by all devices together; as many as are answered by default. */
  rate?: number
  /** `SN` of the device of this index; `SIM000000`, `SIM000001`, … by default. */
  serialNumber?(device: number): string
  /**
   * What the body of this index reports, and the record that says so where it is no `records.reply()`:
   * `[{ commandId: 'c<index>', returnCode: 0 }]` by default. The device of index `body % devices` posts it.
   */
  replies?(
    body: number,
    records: RecordWriter,
  ): { commandId: string; returnCode: number; record?: Uint8Array }[]
  /** What is unusual about the first try of this body. */
  faults?(body: number): Omit<SendOptions, 'giveUpAfter'> | undefined
}

/** What a fleet has done. */
export interface FleetReport {
  /** The requests that were begun, repeats among them. */
  sent: number
  /** The requests that were answered, by the status of the answer. */
  answered: Record<number, number>
  /** The requests that were not answered. */
  unanswered: number
  /** The requests that sent a body once more. */
  repeated: number
  /** The replies that were answered as they must be at least once: storage has them if the server is right. */
  acknowledged: FleetReply[]
  /** The replies that were sent and never answered as they must be: storage may have them or not. */
  givenUp: FleetReply[]
}

/** Lets many devices post to one server, and tells exactly which replies were acknowledged. */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { devices, count, duration, rate = Infinity, serialNumber, replies, faults } = options
  for (const [name, value] of Object.entries({ devices, count, duration, rate })) {
    if (!(value > 0)) throw wrong(name, value, 'a number above 0')
  }
  const report: FleetReport = {
    sent: 0,
    answered: {},
    unanswered: 0,
    repeated: 0,
    acknowledged: [],
    givenUp: [],
  }
  const start = performance.now()
  const note = (exchanges: readonly Exchange[], sent: FleetReply[]) => {
    report.sent += exchanges.length
    report.repeated += exchanges.length - 1
    for (const { status } of exchanges) {
      if (status === undefined) report.unanswered++
      else report.answered[status] = (report.answered[status] ?? 0) + 1
    }
    const isKept = exchanges.some(({ accepted }) => accepted)
    const list = isKept ? report.acknowledged : report.givenUp
    list.push(...sent)
  }
  const post = async (device: VirtualDevice, body: number, giveUpAfter: number) => {
    const { serialNumber, records } = device
    const own = { commandId: `c${body}`, returnCode: 0, record: undefined }
    const reported = replies?.(body, records) ?? [own]
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
      const early = due - performance.now()
      if (early > 0) await sleep(early)
      const left = end - performance.now()
      if (left <= 0 || !(await post(device, body, left))) return
    }
  }
  await Promise.all(Array.from({ length: devices }, (_, index) => work(index)))
  return report
}
