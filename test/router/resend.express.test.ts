import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import express from 'express'
import request from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  commandQueue,
  memoryAdapter,
  sendAgain,
  type TerminalRouterOptions,
  terminalRouter,
} from '../../src/index.js'

const settled = () => new Promise((done) => setImmediate(done))
const textOf = (at: number) => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

function terminalWith(options: Partial<TerminalRouterOptions> = {}) {
  const adapter = memoryAdapter()
  const app = express().use(terminalRouter({ adapter, timeZone: '+00:00', ...options }))
  const post = async (path: string, body: string) => {
    const sent = request(app).post(`/iclock/${path}`).type('text/plain').send(body)
    await sent.expect(200)
    await settled()
  }
  const handshake = async (query = '') => {
    const path = `/iclock/cdata?SN=A&options=all&pushver=2.4.1${query}`
    const { text } = await request(app).get(path)
    return Object.fromEntries([...text.matchAll(/^(\w+)Stamp=(.*)$/gm)].map(([, t, s]) => [t, s]))
  }
  const upload = (table: string, body: string) => post(`cdata?SN=A&table=${table}&Stamp=9999`, body)
  const commands = commandQueue(adapter)
  return { adapter, app, commands, handshake, post, upload }
}

const PUNCH = '7\t2026-10-05 06:58:10\t0\t1\n'
const OPLOG = 'OPLOG 4\t0\t2026-01-01 08:00:00\n'

describe('A terminal that is asked to send everything again', () => {
  it('The terminal gets stamps of 0 until the uploads after its handshake came', async () => {
    const { adapter, app, commands, handshake, upload } = terminalWith()
    await handshake()
    await upload('ATTLOG', PUNCH)
    await upload('OPERLOG', OPLOG)
    expect(await handshake()).toMatchObject({ ATTLOG: '9999', OPERLOG: '9999' })

    const { lastSeenAt } = adapter.findTerminal('A') ?? {}
    const issued = await sendAgain('A', { adapter, commands })
    expect(adapter.findTerminal('A')?.lastSeenAt).toEqual(lastSeenAt)
    await request(app).get('/iclock/getrequest?SN=A').expect(200, `C:${issued.commandId}:CHECK\n`)
    // It was on its way before the handshake.
    await upload('ATTLOG', PUNCH)
    expect(await handshake()).toMatchObject({ ATTLOG: '0', OPERLOG: '0' })
    await upload('ATTLOG', PUNCH)
    expect(await handshake()).toMatchObject({ ATTLOG: '9999', OPERLOG: '0' })
    await upload('OPERLOG', OPLOG)
    expect(await handshake()).toMatchObject({ ATTLOG: '9999', OPERLOG: '9999' })
  })

  it('Only the tables that are named are sent again', async () => {
    const { adapter, commands, handshake, upload } = terminalWith()
    await upload('ATTLOG', PUNCH)
    await upload('OPERLOG', OPLOG)
    await sendAgain('A', { adapter, commands, tables: ['OPERLOG'] })
    expect(await handshake()).toMatchObject({ ATTLOG: '9999', OPERLOG: '0' })
    expect(adapter.findTerminal('A')?.resend).toEqual({ OPERLOG: 'answered' })
  })

  it('An upload without records ends nothing', async () => {
    const { adapter, commands, handshake, upload } = terminalWith()
    await upload('ATTLOG', PUNCH)
    await sendAgain('A', { adapter, commands, tables: ['ATTLOG'] })
    await handshake()
    await upload('ATTLOG', '')
    expect(await handshake()).toMatchObject({ ATTLOG: '0' })
  })

  it('A double click issues one command', async () => {
    const { adapter, commands, handshake } = terminalWith()
    await handshake()
    const first = await sendAgain('A', { adapter, commands })
    await sendAgain('A', { adapter, commands })
    expect(await commands.state(first)).toBe('superseded')
  })

  it.each([
    ['X', {}, { code: 'TERMINAL_UNKNOWN' }],
    ['D', {}, { code: 'FAMILY_MISMATCH' }],
    [
      'A',
      { tables: ['attlog'] },
      /option "tables" is an array of 1; expected a list of one or more/,
    ],
    ['A', { tables: [] }, /option "tables"/],
    ['A', { commands: {} }, /option "commands" is an object/],
    ['A', { table: 'ATTLOG' }, /there is no option "table"/],
  ])('What can not be sent again is refused: %s %j', async (serialNumber, options, error) => {
    const { adapter, app, commands, handshake } = terminalWith()
    await handshake()
    await request(app).get('/iclock/cdata?SN=D&options=all&DeviceType=acc').expect(200)
    const asked = sendAgain(serialNumber, { adapter, commands, ...options } as never)
    if (error instanceof RegExp) await expect(asked).rejects.toThrow(error)
    else await expect(asked).rejects.toMatchObject(error)
    expect(adapter.findTerminal('A')).not.toHaveProperty('resend')
  })
})

describe('The clock of a terminal', () => {
  function watching(options: Partial<TerminalRouterOptions> = {}) {
    const events: unknown[] = []
    const note = (event: unknown) => events.push(event)
    subscribe('express-iclock:clock', note)
    onTestFinished(() => void unsubscribe('express-iclock:clock', note))
    return { events, ...terminalWith(options) }
  }

  it('A record later than now proves a clock that is ahead', async () => {
    const { adapter, events, upload } = watching()
    await upload('ATTLOG', PUNCH)
    expect(adapter.findTerminal('A')).not.toHaveProperty('clockDrift')
    const before = Date.now()
    await upload('ATTLOG', `${PUNCH}8\t${textOf(before + 3_600_000)}\t0\t1\n${PUNCH}`)
    const { clockDrift = 0, clockDriftAt } = adapter.findTerminal('A') ?? {}
    expect(clockDrift).toBeGreaterThan(3500)
    expect(clockDrift).toBeLessThanOrEqual(3600)
    expect(clockDriftAt?.getTime()).toBeGreaterThanOrEqual(before)
    expect(events).toEqual([{ serialNumber: 'A', drift: clockDrift, source: 'record' }])
  })

  it('An event of a door later than now proves it as well', async () => {
    const { events, post } = watching()
    const time = textOf(Date.now() + 3_600_000)
    await post('cdata?SN=A&table=rtlog', `time=${time}\tpin=7\tevent=0\n`)
    expect(events).toMatchObject([{ serialNumber: 'A', source: 'record' }])
  })

  it('A late record proves nothing, and neither does one without a zone', async () => {
    const { adapter, events, upload } = watching()
    await upload('ATTLOG', `7\t${textOf(Date.now() - 86_400_000)}\t0\t1\n`)
    const { upload: uploadWithoutZone } = terminalWith({ timeZone: () => undefined })
    await uploadWithoutZone('ATTLOG', `7\t${textOf(Date.now() + 86_400_000)}\t0\t1\n`)
    expect(events).toEqual([])
    expect(adapter.findTerminal('A')).not.toHaveProperty('clockDrift')
  })

  it.each([
    [
      'the options it uploads',
      'cdata?SN=A&table=options',
      (time: string) => `MAC=1,DateTime=${time}`,
    ],
    [
      'a reply with its options',
      'devicecmd?SN=A',
      (time: string) => `ID=1&Return=0&CMD=GET OPTION\n~DateTime=${time}\nMAC=1\n`,
    ],
  ])('A time that the terminal states proves either way: %s', async (_, path, bodyWith) => {
    const { adapter, events, post } = watching({ timeZone: async () => '+00:00' })
    await post(path, bodyWith(textOf(Date.now() - 7_200_000)))
    await settled()
    expect(adapter.findTerminal('A')?.clockDrift).toBeCloseTo(-7200, -2)
    expect(events).toMatchObject([{ serialNumber: 'A', source: 'statement' }])
    await post(path, bodyWith(textOf(Date.now() + 600_000)))
    await settled()
    expect(adapter.findTerminal('A')?.clockDrift).toBeCloseTo(600, -2)
    await post(path, bodyWith('never'))
    expect(events).toHaveLength(2)
  })
})
