import { describe, expect, it } from 'vitest'
import { type FleetOptions, runFleet, type VirtualTerminal } from '../../src/simulator.js'
import { conversing, type Heard } from '../support/conversation.js'
import { portOf } from '../support/server.js'

const QUICK = { duration: 20_000, delay: 1, rampUp: 0, pause: 1 }
const UNTIL_IDLE = { ...QUICK, untilIdle: true }

/** Hands each terminal these commands, one a poll, until it has executed them all. */
function forEach(texts: string[]) {
  const next = new Map<string, number>()
  return {
    getrequest({ query }: Heard) {
      const at = next.get(String(query.get('SN'))) ?? 0
      return at < texts.length ? `C:c${at}:${texts[at]}\n` : 'OK'
    },
    devicecmd({ query, body }: Heard) {
      const id = Number(/ID=c(\d+)/.exec(body)?.[1])
      next.set(String(query.get('SN')), id + 1)
      return 'OK'
    },
  }
}

describe('A fleet', () => {
  it('A fleet runs complete terminals, and accounts for each command', async () => {
    const { server, of, heard } = await conversing(forEach(['CHECK', 'LOG']))
    const report = await runFleet({ server, terminals: 3, ...UNTIL_IDLE })
    expect(report.commands).toHaveLength(6)
    const numbers = report.commands.flatMap(({ executions }) => executions)
    expect(numbers.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
    for (const serialNumber of ['SIM000000', 'SIM000001', 'SIM000002']) {
      const own = report.commands.filter((command) => command.serialNumber === serialNumber)
      expect(own).toMatchObject([
        { commandId: 'c0', text: 'CHECK', handedOut: 1, acknowledged: 1 },
        { commandId: 'c1', text: 'LOG', handedOut: 1, acknowledged: 1 },
      ])
      const order = own.map(({ executions }) => executions[0] ?? -1)
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    }
    expect(report.requests.reply).toMatchObject({ sent: 6, accepted: 6 })
    expect(report.requests.poll?.sent).toBe(of('getrequest').length)
    expect(report.requests.poll?.p99).toBeGreaterThan(0)
    expect(heard[0]?.endpoint).toBe('cdata')
    expect(report).toMatchObject({ refusals: {}, restarts: 0, gaveUp: [] })
  })

  it('A fleet reports what a terminal received twice, executed twice, or never got acknowledged', async () => {
    let polls = 0
    const { server } = await conversing({
      getrequest: () => (++polls <= 2 ? 'C:a:CHECK\n' : polls === 3 ? 'C:b:LOG\n' : 'OK'),
      devicecmd: ({ body }) => (body.includes('ID=b') ? { status: 500 } : 'OK'),
    })
    const report = await runFleet({ server, terminals: 1, ...UNTIL_IDLE, giveUpAfter: 30 })
    expect(report.commands).toEqual([
      {
        serialNumber: 'SIM000000',
        commandId: 'a',
        text: 'CHECK',
        handedOut: 2,
        executions: [0, 1],
        acknowledged: 2,
      },
      {
        serialNumber: 'SIM000000',
        commandId: 'b',
        text: 'LOG',
        handedOut: 1,
        executions: [2],
        acknowledged: 0,
      },
    ])
    expect(report.gaveUp).toEqual(['SIM000000'])
    expect(Object.keys(report.refusals)).toEqual(['the status is N, not N'])
  })

  it('A fleet executes by a function, and uploads punches', async () => {
    const { server, of } = await conversing(forEach(['ENROLL_FP PIN=1']))
    const told: string[] = []
    let punches = 4
    const report = await runFleet({
      ...{ server, terminals: 2, ...UNTIL_IDLE },
      serialNumber: (terminal) => `D${terminal}`,
      execute: ({ text }, serialNumber) => {
        told.push(`${serialNumber} ${text}`)
        return 6
      },
      punches: () => (punches-- > 0 ? [{ pin: '1' }, { pin: '2' }] : []),
    })
    expect(told.sort()).toEqual(['D0 ENROLL_FP PIN=1', 'D1 ENROLL_FP PIN=1'])
    expect(of('devicecmd').map(({ body }) => body)).toEqual(
      Array(2).fill('ID=c0&Return=6&CMD=ENROLL_FP\n'),
    )
    expect(report.punches).toEqual({ recorded: 8, unsent: 0 })
    const lines = of('cdata').flatMap(({ body }) => body.split('\n').filter(Boolean))
    expect(lines).toHaveLength(8)
  })

  it("A fleet's terminals can lose power", async () => {
    const { server } = await conversing(forEach(['CHECK', 'LOG', 'INFO']))
    const hasPower = new Map<string, VirtualTerminal>()
    const report = await runFleet({
      ...{ server, terminals: 4, ...UNTIL_IDLE },
      onTerminal: (terminal) => hasPower.set(terminal.serialNumber, terminal),
      execute(_, serialNumber) {
        hasPower.get(serialNumber)?.reboot()
        hasPower.delete(serialNumber)
        return 0
      },
    })
    expect(report.restarts).toBe(4)
    expect(report.commands).toHaveLength(12)
    for (const { commandId, executions } of report.commands) {
      expect(executions).toHaveLength(commandId === 'c0' ? 2 : 1)
    }
  })

  it('A fleet sends the requested faults', async () => {
    const { server } = await conversing(forEach(['CHECK']))
    let lost = 2
    const report = await runFleet({
      ...{ server, terminals: 1, ...UNTIL_IDLE },
      faults: (kind) => (kind === 'poll' && lost-- > 0 ? { cutAfter: Infinity } : undefined),
    })
    expect(report.requests.poll?.sent).toBe((report.requests.poll?.accepted ?? 0) + 2)
    expect(report.refusals).toEqual({
      'the terminal dropped the connection after N bytes, as requested': 2,
    })
  })

  it('A fleet opens no more connections at once than allowed', async () => {
    let [open, most] = [0, 0]
    const { server } = await conversing()
    server.on('connection', (socket) => {
      most = Math.max(most, ++open)
      socket.on('close', () => open--)
    })
    await runFleet({ server, terminals: 30, maxSockets: 3, ...UNTIL_IDLE })
    // A connection that the terminal has closed may still be open here.
    expect(most).toBeLessThanOrEqual(6)
  })

  it('A fleet ends after a number of polls, when its time is over, or when it is stopped', async () => {
    const { server, of } = await conversing()
    await runFleet({ server, terminals: 2, ...QUICK, polls: 6 })
    expect(of('getrequest').length).toBeGreaterThanOrEqual(6)
    expect(of('getrequest').length).toBeLessThanOrEqual(8)

    const brief = await runFleet({ server, terminals: 2, ...QUICK, duration: 30, delay: 1_000_000 })
    expect(brief.requests.poll?.sent ?? 0).toBeLessThanOrEqual(2)

    const controller = new AbortController()
    const working = runFleet({ server, terminals: 2, ...QUICK, signal: controller.signal })
    controller.abort()
    expect((await working).gaveUp).toEqual([])
    expect(
      (await runFleet({ server, terminals: 1, ...QUICK, signal: controller.signal })).requests,
    ).toEqual({})
  })

  it('A fleet needs the address only once its terminals work', async () => {
    const { server } = await conversing()
    const url = `http://127.0.0.1:${portOf(server)}`
    expect((await runFleet({ url, terminals: 1, ...UNTIL_IDLE })).requests.poll?.accepted).toBe(1)
  })

  it('A fleet refuses invalid numbers', async () => {
    const fleet: FleetOptions = { url: 'http://localhost', terminals: 1, duration: 1 }
    const refused = (options: object) => expect(runFleet({ ...fleet, ...options })).rejects
    await refused({ terminals: 0 }).toThrow('option "terminals" is 0')
    await refused({ terminals: undefined }).toThrow('option "terminals" is undefined')
    await refused({ duration: Infinity }).toThrow('option "duration" is Infinity')
    await refused({ maxSockets: 0.5 }).toThrow('option "maxSockets" is 0.5')
    await refused({ delay: -1 }).toThrow('option "delay" is -1')
  })
})
