import type { Server } from 'node:http'
import { expectTypeOf, it } from 'vitest'
import {
  type Exchange,
  type FleetTerminal,
  type Poll,
  runFleet,
  type Service,
  type TerminalCommand,
  virtualTerminal,
} from '../src/simulator.js'

declare const server: Server
const terminal = virtualTerminal({ server, serialNumber: 'A' })

it('A function may execute commands in every way that it may answer', () => {
  expectTypeOf(terminal.serve(() => 0)).resolves.toEqualTypeOf<Service>()
  terminal.serve(async () => -1002)
  terminal.serve(() => {})
  terminal.serve(async ({ commandId, text }: TerminalCommand) => {
    if (text === 'INFO') return terminal.records.info(commandId, { MAC: '1' })
    return [terminal.records.reply(commandId, -5000), `ID=${commandId}&Return=0`]
  })
  // @ts-expect-error: a return code is a number
  terminal.serve(() => '0' as unknown as boolean)
  terminal.start()
  terminal.start(undefined, { untilIdle: true, delay: () => 5 })
})

it('A call resolves with what was exchanged', () => {
  expectTypeOf(terminal.poll()).resolves.toEqualTypeOf<Poll>()
  expectTypeOf(terminal.attend({ pin: '7' })).resolves.toEqualTypeOf<Exchange[]>()
  terminal.attend([{ pin: '7', time: new Date(), status: 1 }], { repeats: 1 })
  // @ts-expect-error: leading zeros count
  terminal.attend({ pin: 7 })
  expectTypeOf(terminal.unsent).toEqualTypeOf<number>()
})

it('A fleet runs', () => {
  const fleet = { server, terminals: 2, duration: 1000 }
  expectTypeOf(runFleet(fleet)).resolves.toEqualTypeOf<FleetTerminal[]>()
  runFleet({ ...fleet, execute: ({ text }, serialNumber) => (text === serialNumber ? 0 : -1) })
  runFleet({ ...fleet, faults: (kind) => (kind === 'poll' ? { cutAfter: 3 } : undefined) })
  // @ts-expect-error: not a kind of request
  runFleet({ ...fleet, faults: (kind) => (kind === 'getrequest' ? {} : undefined) })
})
