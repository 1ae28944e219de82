import { describe, expect, it } from 'vitest'
import type { Punch } from '../../src/simulator.js'
import { conversing, handingOut, OPTION_BLOCK } from '../support/conversation.js'
import { terminalAt } from '../support/server.js'

const TIME = '2026-11-25 08:00:00'
const backlog = (count: number): Punch[] =>
  Array.from({ length: count }, (_, index) => ({ pin: `${index}`, time: TIME }))
const pinsOf = (bodies: { body: string }[]) =>
  bodies.flatMap(({ body }) =>
    body
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')[0]),
  )

describe('A punch', () => {
  it.each([
    [
      'of attendance',
      {},
      { pin: '7', time: TIME },
      '/iclock/cdata?SN=0316144680030&table=ATTLOG&Stamp=9999',
      `7\t${TIME}\t0\t1\t0\t0\t0\n`,
    ],
    [
      'with every column',
      {},
      { pin: 'A7', time: TIME, status: 1, verify: 15, workCode: '3' },
      '/iclock/cdata?SN=0316144680030&table=ATTLOG&Stamp=9999',
      `A7\t${TIME}\t1\t15\t3\t0\t0\n`,
    ],
    [
      'of a terminal of 2008',
      { pushVersion: '' },
      { pin: '7', time: '2000-01-01 02:46:39' },
      '/iclock/cdata?SN=0316144680030&Stamp=9999',
      '7\t2000-01-01 02:46:39\t0\t1\n',
    ],
    [
      'of access control',
      { dialect: 'access' as const },
      { pin: '7', time: TIME, status: 1 },
      '/iclock/cdata?SN=0316144680030&table=rtlog',
      `time=${TIME}\tpin=7\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=1\tverifytype=1\tindex=1\r\n`,
    ],
  ])('A punch %s is a line of its table', async (_, options, punch, url, line) => {
    const { server, heard } = await conversing()
    const [exchange] = await terminalAt(server, options).attend(punch)
    expect(String(exchange?.sent)).toContain(`POST ${url} HTTP`)
    expect(heard[0]?.body).toBe(line)
  })

  it("A punch has the time in the terminal's zone, which the handshake sets", async () => {
    const lines = async (zone: string) => {
      const { server, of } = await conversing({
        handshake: () => `${OPTION_BLOCK}TimeZone=${zone}\n`,
      })
      const terminal = terminalAt(server)
      await terminal.handshake()
      await terminal.attend({ pin: '1', time: new Date('2026-11-25T22:30:00Z') })
      return of('cdata').at(-1)?.body.split('\t')[1]
    }
    expect(await lines('8')).toBe('2026-11-26 06:30:00')
    expect(await lines('-3')).toBe('2026-11-25 19:30:00')
    expect(await lines('330')).toBe('2026-11-26 04:00:00')
  })

  it.each([['OK'], ['OK: 1'], ['OK:1\r\n'], ['result OK']])(
    'A punch is done once the answer is %j',
    async (body) => {
      const { server, heard } = await conversing({ cdata: () => body })
      const terminal = terminalAt(server)
      await terminal.attend({ pin: '1' })
      expect([heard.length, terminal.unsent]).toEqual([1, 0])
    },
  )

  it('A punch is sent again until the server accepts it', async () => {
    const refusals = [{ status: 503 }, { body: '' }, { body: 'ok' }, { headers: { Date: '' } }]
    const { server, heard } = await conversing({ cdata: () => refusals.shift() })
    await terminalAt(server).attend({ pin: '1', time: TIME })
    expect(heard).toHaveLength(5)
    expect(new Set(heard.map(({ body }) => body)).size).toBe(1)
  })

  it('A punch stays in memory until it is accepted, even after a power loss', async () => {
    let status = 500
    const { server, heard } = await conversing({ cdata: () => ({ status }) })
    const terminal = terminalAt(server, { giveUpAfter: 1 })
    await expect(terminal.attend({ pin: '1' })).rejects.toThrow('the status is 500')
    terminal.crash()
    expect(terminal.unsent).toBe(1)
    status = 200
    await terminal.attend({ pin: '2' })
    expect(pinsOf([heard.at(-1) ?? { body: '' }])).toEqual(['1', '2'])
    expect(terminal.unsent).toBe(0)
  })

  it('A punch needs a PIN', async () => {
    const { server } = await conversing()
    expect(() => terminalAt(server).remember({ pin: '' })).toThrow('option "pin" is \'\'')
  })
})

describe('A backlog', () => {
  it('A backlog of 10,000 records goes out in order, in batches of at most 150 lines', async () => {
    const { server, heard } = await conversing()
    const terminal = terminalAt(server)
    terminal.remember(backlog(10_000))
    expect(terminal.unsent).toBe(10_000)
    await terminal.upload()
    expect(terminal.unsent).toBe(0)
    expect(pinsOf(heard)).toEqual(backlog(10_000).map(({ pin }) => pin))
    expect(heard).toHaveLength(Math.ceil(10_000 / 150))
  })

  it('A batch never exceeds 64 kB', async () => {
    const { server, heard } = await conversing()
    const long = 'x'.repeat(10_000)
    await terminalAt(server).attend(Array.from({ length: 20 }, () => ({ pin: long, time: TIME })))
    expect(heard.length).toBeGreaterThan(1)
    for (const { body } of heard) expect(body.length).toBeLessThanOrEqual(64 * 1024)
  })

  it('A backlog continues where it stopped, with smaller batches after three refusals', async () => {
    let uploads = 0
    const { server, heard } = await conversing({
      cdata: () => (++uploads > 1 && uploads < 5 ? { status: 500 } : 'OK'),
    })
    await terminalAt(server).attend(backlog(600))
    const sizes = heard.map(({ body }) => body.split('\n').length - 1)
    expect(sizes).toEqual([150, 150, 150, 150, 75, 150, 150, 75])
    const accepted = heard.filter((_, index) => index < 1 || index > 3)
    expect(pinsOf(accepted)).toEqual(backlog(600).map(({ pin }) => pin))
  })

  it('A backlog goes out while the terminal works, before it polls', async () => {
    let status = 500
    const { server, heard } = await conversing({
      cdata: () => ({ status }),
      getrequest: handingOut(['LOG']),
    })
    const terminal = terminalAt(server)
    terminal.remember(backlog(1))
    await terminal.serve(
      () => {
        status = 200
        return 0
      },
      { untilIdle: true, delay: 1 },
    )
    expect(heard.map(({ endpoint }) => endpoint)).toEqual([
      'cdata',
      'cdata',
      'cdata',
      'getrequest',
      'devicecmd',
      'cdata',
      'getrequest',
    ])
  })

  it('A backlog that waits for its next try does not hold up power loss', async () => {
    const { server, of } = await conversing({ cdata: () => ({ status: 500 }) })
    const terminal = terminalAt(server, { pause: 1_000_000 })
    terminal.remember(backlog(1))
    const working = terminal.serve(() => 0)
    await expect.poll(() => of('cdata')).toHaveLength(1)
    terminal.crash()
    expect(await working).toMatchObject({ ended: 'crash', polls: 0 })
    expect(terminal.unsent).toBe(1)
  })

  it('A backlog is sent once, whatever uploads at the same time', async () => {
    const { server, of } = await conversing()
    const terminal = terminalAt(server)
    const controller = new AbortController()
    const working = terminal.serve(() => 0, { delay: 1, signal: controller.signal })
    await Promise.all(backlog(50).map((punch) => terminal.attend(punch)))
    controller.abort()
    await working
    expect(pinsOf(of('cdata'))).toEqual(backlog(50).map(({ pin }) => pin))
  })

  it.each([
    ['new firmware sends everything again at 0', '2.4.1', '0', 3],
    ['new firmware sends everything again at None', '2.4.1', 'None', 3],
    ['new firmware cares for no other stamp', '2.4.1', '9999', 0],
    ['old firmware sends everything again at 0', '', '0', 3],
    ['old firmware sends what is newer', '', '10000', 1],
    ['old firmware sends nothing if the stamp is its last record', '', '10059', 0],
    ['old firmware sends everything if the stamp is later than its clock', '', '99999999999', 3],
  ])('A backlog obeys the stamp: %s', async (_, pushVersion, stamp, count) => {
    let given = '1'
    const { server, of } = await conversing({
      handshake: () => `ATTLOGStamp=${given}\nServerVer=2.2.14\n`,
    })
    const terminal = terminalAt(server, { pushVersion })
    const times = ['02:46:00', '02:46:39', '02:47:39'].map((time) => `2000-01-01 ${time}`)
    await terminal.attend(times.map((time, index) => ({ pin: `${index}`, time })))
    given = stamp
    await terminal.handshake()
    expect(terminal.unsent).toBe(count)
    await terminal.upload()
    expect(of('cdata').filter(({ method }) => method === 'POST')).toHaveLength(count > 0 ? 2 : 1)
  })
})
