import express from 'express'
import { expect, it } from 'vitest'
import { attendance } from '../../src/commands.js'
import { memoryAdapter, type TerminalRouterOptions, terminalRouter } from '../../src/index.js'
import { virtualTerminal } from '../../src/simulator.js'
import { serve } from '../support/terminal.js'

async function terminalAt(options: Partial<TerminalRouterOptions>) {
  const app = express().use(terminalRouter({ adapter: memoryAdapter(), ...options }))
  return virtualTerminal({ server: await serve(app), serialNumber: 'DOOR1', dialect: 'access' })
}

async function terminalThatReads(answer: string) {
  const app = express().use((_req, res) => {
    res.set('Date', new Date().toUTCString()).type('text/plain').send(answer)
  })
  return virtualTerminal({ server: await serve(app), serialNumber: 'DOOR1', dialect: 'access' })
}

it('A door opens as the app decides', async () => {
  const terminal = await terminalAt({
    verification: {
      decide: ({ pin, door, direction }) => {
        const isIn = pin === '7' && direction === 'in'
        return isIn ? { allow: true, seconds: 10, tip: `Door ${door}` } : { allow: false }
      },
    },
  })
  expect(await terminal.verify({ pin: '7', door: 2 })).toMatchObject({
    ...{ opened: { door: 2, seconds: 10 }, tip: 'Door 2' },
    exchange: { kind: 'verification', accepted: true },
  })
  expect(await terminal.verify({ pin: '7', status: 1 })).toMatchObject({ opened: undefined })
  expect(await terminal.verify({ card: '123' })).toMatchObject({ opened: undefined })
})

it('Without a decision a door stays closed', async () => {
  const terminal = await terminalAt({})
  const { opened, exchange } = await terminal.verify({ pin: '7' })
  expect([opened, exchange.accepted]).toEqual([undefined, true])
})

it.each([
  ['OK', 'expected AUTH=SUCCESS'],
  ['AUTH=SUCCESS', 'expected the event as it was sent'],
  ['AUTH=SUCCESS\r\ntime=1\r\nCONTROL DEVICE 01010105', 'expected the event as it was sent'],
])('An answer of %j is refused', async (answer, told) => {
  const terminal = await terminalThatReads(answer)
  const { opened, exchange } = await terminal.verify({ pin: '7' })
  expect([opened, exchange.accepted]).toEqual([undefined, false])
  expect(exchange.refusal).toContain(told)
})

it('A terminal waits as long as the handshake said', async () => {
  const terminal = await terminalAt({
    handshake: { keys: { TimeoutSec: '1' } },
    verification: { decide: () => new Promise(() => {}), deadline: 30_000 },
  })
  await terminal.handshake()
  const { exchange } = await terminal.verify({ pin: '7' })
  expect(exchange.refusal).toBe('no complete response within 1000 ms')
})

it('A PIN that the terminal does not know is asked for', async () => {
  const terminal = await terminalAt({
    remoteAttendance: ({ pin }) => {
      return pin === '7' ? attendance.putUser({ pin, name: 'Ada' }) : undefined
    },
  })
  const { commands, exchange } = await terminal.typePin('7')
  expect(commands).toEqual([attendance.putUser({ pin: '7', name: 'Ada' }).text])
  expect(exchange).toMatchObject({ kind: 'question', accepted: true })
  expect((await terminal.typePin('8')).commands).toEqual([])
  expect((await (await terminalThatReads('OK')).typePin('7')).exchange.refusal).toContain('NONE')
})

it.each([
  ['door', { door: 0 }],
  ['reader', { reader: 1.5 }],
])('A wrong %s is a TypeError', async (name, visitor) => {
  const terminal = await terminalThatReads('')
  await expect(terminal.verify(visitor)).rejects.toThrow(name)
})
