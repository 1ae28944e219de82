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
  it('A fleet runs complete terminals, and says what each has done', async () => {
    const { server, of, heard } = await conversing(forEach(['CHECK', 'LOG']))
    const executed: string[] = []
    const fleet = await runFleet({
      ...{ server, terminals: 3, ...UNTIL_IDLE },
      execute({ text }, serialNumber) {
        executed.push(`${serialNumber} ${text}`)
        return 0
      },
    })
    const done = { ended: 'idle', executed: 2, restarts: 0, unsent: 0 }
    const serialNumbers = ['SIM000000', 'SIM000001', 'SIM000002']
    expect(fleet).toMatchObject(serialNumbers.map((serialNumber) => ({ serialNumber, ...done })))
    expect(fleet.reduce((sum, { polls }) => sum + polls, 0)).toBe(of('getrequest').length)
    for (const serialNumber of serialNumbers) {
      const own = executed.filter((line) => line.startsWith(serialNumber))
      expect(own).toEqual([`${serialNumber} CHECK`, `${serialNumber} LOG`])
    }
    expect(heard[0]?.endpoint).toBe('cdata')
  })

  it('A terminal of a fleet that gives up on a failing server says so', async () => {
    let polls = 0
    const { server } = await conversing({
      getrequest: () => (++polls <= 2 ? 'C:a:CHECK\n' : polls === 3 ? 'C:b:LOG\n' : 'OK'),
      devicecmd: ({ body }) => (body.includes('ID=b') ? { status: 500 } : 'OK'),
    })
    const refusals = new Set<string | undefined>()
    const fleet = await runFleet({
      ...{ server, terminals: 1, ...UNTIL_IDLE, giveUpAfter: 30 },
      onExchange: ({ refusal }, serialNumber) =>
        refusals.add(refusal && `${serialNumber} ${refusal}`),
    })
    expect(fleet).toMatchObject([{ ended: 'refused', executed: 3 }])
    expect(refusals).toEqual(new Set([undefined, 'SIM000000 the status is 500, not 200']))
  })

  it('A fleet executes by a function, and uploads punches', async () => {
    const { server, of } = await conversing(forEach(['ENROLL_FP PIN=1']))
    const told: string[] = []
    let punches = 4
    const fleet = await runFleet({
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
    expect(fleet).toMatchObject([{ unsent: 0 }, { unsent: 0 }])
    const lines = of('cdata').flatMap(({ body }) => body.split('\n').filter(Boolean))
    expect(lines).toHaveLength(8)
  })

  it("A fleet's terminals can lose power", async () => {
    const { server } = await conversing(forEach(['CHECK', 'LOG', 'INFO']))
    const hasPower = new Map<string, VirtualTerminal>()
    const executed: string[] = []
    const fleet = await runFleet({
      ...{ server, terminals: 4, ...UNTIL_IDLE },
      onTerminal: (terminal) => hasPower.set(terminal.serialNumber, terminal),
      execute({ commandId }, serialNumber) {
        executed.push(commandId)
        hasPower.get(serialNumber)?.reboot()
        hasPower.delete(serialNumber)
        return 0
      },
    })
    expect(fleet.map(({ restarts }) => restarts)).toEqual([1, 1, 1, 1])
    expect(executed.toSorted()).toEqual([
      ...Array(8).fill('c0'),
      ...Array(4).fill('c1'),
      ...Array(4).fill('c2'),
    ])
  })

  it('A fleet sends the requested faults', async () => {
    const { server } = await conversing(forEach(['CHECK']))
    let lost = 2
    const cut: (string | undefined)[] = []
    await runFleet({
      ...{ server, terminals: 1, ...UNTIL_IDLE },
      faults: (kind) => (kind === 'poll' && lost-- > 0 ? { cutAfter: Infinity } : undefined),
      onExchange: ({ accepted, refusal }) => void (accepted || cut.push(refusal)),
    })
    expect(cut).toEqual(Array(2).fill(expect.stringContaining('as requested')))
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
    expect(brief.every(({ polls }) => polls <= 1)).toBe(true)

    const controller = new AbortController()
    const working = runFleet({ server, terminals: 2, ...QUICK, signal: controller.signal })
    controller.abort()
    expect((await working).every(({ ended }) => ended === 'signal')).toBe(true)
    expect(await runFleet({ server, terminals: 1, ...QUICK, signal: controller.signal })).toEqual(
      [],
    )
  })

  it('A fleet needs the address only once its terminals work', async () => {
    const { server } = await conversing()
    const url = `http://127.0.0.1:${portOf(server)}`
    expect(await runFleet({ url, terminals: 1, ...UNTIL_IDLE })).toMatchObject([{ polls: 1 }])
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
