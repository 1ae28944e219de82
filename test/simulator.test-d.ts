import type { Server } from 'node:http'
import { expectTypeOf, it } from 'vitest'
import {
  type DeviceCommand,
  type Exchange,
  type FleetReport,
  type Poll,
  runFleet,
  type Service,
  virtualDevice,
} from '../src/simulator.js'

declare const server: Server
const device = virtualDevice({ server, serialNumber: 'A' })

it('A function may execute commands in every way that it may answer', () => {
  expectTypeOf(device.serve(() => 0)).resolves.toEqualTypeOf<Service>()
  device.serve(async () => -1002)
  device.serve(() => {})
  device.serve(async ({ commandId, text }: DeviceCommand) => {
    if (text === 'INFO') return device.records.info(commandId, { MAC: '1' })
    return [device.records.reply(commandId, -5000), `ID=${commandId}&Return=0`]
  })
  // @ts-expect-error: a return code is a number
  device.serve(() => '0' as unknown as boolean)
  device.start()
  device.start(undefined, { untilIdle: true, delay: () => 5 })
})

it('A call resolves with what was exchanged', () => {
  expectTypeOf(device.poll()).resolves.toEqualTypeOf<Poll>()
  expectTypeOf(device.attend({ pin: '7' })).resolves.toEqualTypeOf<Exchange[]>()
  device.attend([{ pin: '7', time: new Date(), status: 1 }], { repeats: 1 })
  // @ts-expect-error: leading zeros count
  device.attend({ pin: 7 })
  expectTypeOf(device.unsent).toEqualTypeOf<number>()
})

it('A fleet runs', () => {
  const fleet = { server, devices: 2, duration: 1000 }
  expectTypeOf(runFleet(fleet)).resolves.toEqualTypeOf<FleetReport>()
  runFleet({ ...fleet, execute: ({ text }, serialNumber) => (text === serialNumber ? 0 : -1) })
  runFleet({ ...fleet, faults: (kind) => (kind === 'poll' ? { cutAfter: 3 } : undefined) })
  // @ts-expect-error: not a kind of request
  runFleet({ ...fleet, faults: (kind) => (kind === 'getrequest' ? {} : undefined) })
})
