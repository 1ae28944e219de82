import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/simulator/gate.js'
import { ask, losePower, openSession } from '../../src/simulator/session.js'
import { PING } from '../../src/simulator/upload.js'
import { DeliveryError, type TerminalCommand } from '../../src/simulator.js'
import { conversing, handingOut } from '../support/conversation.js'
import { SERIAL_NUMBER, terminalAt } from '../support/server.js'

const UNTIL_IDLE = { untilIdle: true, delay: 1 }

describe('A working terminal', () => {
  it('The commands of a response run in order, and their replies are posted together before the next poll', async () => {
    const { server, heard } = await conversing({
      getrequest: handingOut(['DATA UPDATE USERINFO PIN=1', 'CHECK'], ['CLEAR LOG']),
    })
    const executed: TerminalCommand[] = []
    const service = await terminalAt(server).serve(async (command) => {
      await new Promise((resolve) => setImmediate(resolve))
      return executed.push(command) === 2 ? -3 : 0
    }, UNTIL_IDLE)
    expect(executed).toEqual([
      { commandId: 'c1', text: 'DATA UPDATE USERINFO PIN=1' },
      { commandId: 'c2', text: 'CHECK' },
      { commandId: 'c3', text: 'CLEAR LOG' },
    ])
    expect(heard.map(({ endpoint, body }) => `${endpoint} ${body}`.trim())).toEqual([
      'getrequest',
      'devicecmd ID=c1&Return=0&CMD=DATA\nID=c2&Return=-3&CMD=CHECK',
      'getrequest',
      'devicecmd ID=c3&Return=0&CMD=CLEAR_LOG',
      'getrequest',
    ])
    expect(service).toEqual({ ended: 'idle', polls: 3, executed: 3, restarts: 0 })
  })

  it('Replies are posted again, with later ones appended, until they are accepted', async () => {
    const refusals = [{ status: 500 }, { headers: { 'Content-Type': 'text/html' } }]
    const { server, of } = await conversing({
      getrequest: handingOut(['CHECK'], ['LOG'], [], ['CHECK']),
      devicecmd: () => refusals.shift(),
    })
    await terminalAt(server).serve(() => 0, UNTIL_IDLE)
    expect(of('devicecmd').map(({ body }) => body.match(/c\d/g)?.join())).toEqual([
      'c1',
      'c1,c2',
      'c1,c2',
      'c3',
    ])
  })

  it('Replies that an earlier call could not deliver are posted before the next poll', async () => {
    let status = 500
    const { server, heard } = await conversing({
      getrequest: handingOut(['CHECK']),
      devicecmd: () => ({ status }),
    })
    const terminal = terminalAt(server)
    const controller = new AbortController()
    const { signal } = controller
    await terminal.serve(
      () => {
        controller.abort()
        return 0
      },
      { signal },
    )
    status = 200
    await terminal.serve(() => 0, UNTIL_IDLE)
    const endpoints = heard.map(({ endpoint }) => endpoint)
    expect(endpoints.slice(0, 2)).toEqual(['getrequest', 'devicecmd'])
    expect(endpoints.slice(-2)).toEqual(['devicecmd', 'getrequest'])
    expect(endpoints.filter((each) => each === 'getrequest')).toHaveLength(2)
  })

  it('The reply to INFO is posted alone, after those before it', async () => {
    const { server, of } = await conversing({
      getrequest: handingOut(['CHECK', 'LOG', 'INFO', 'LOG', 'CHECK']),
    })
    await terminalAt(server).serve(() => 0, UNTIL_IDLE)
    expect(of('devicecmd').map(({ body }) => body.match(/c\d/g)?.join())).toEqual([
      'c1,c2',
      'c3',
      'c4,c5',
    ])
    expect(of('devicecmd')[1]?.body).toMatch(
      /^ID=c3&Return=0&CMD=INFO\n~SerialNumber=0316144680030\n/,
    )
  })

  it('The replies to GetFile and Shell are posted once, even if they are refused', async () => {
    const { server, of } = await conversing({
      getrequest: handingOut(['GetFile a', 'SHELL ls', 'CHECK']),
      devicecmd: ({ body }) => (/ID=c[12]\n/.test(body) ? { status: 500 } : 'OK'),
    })
    const terminal = terminalAt(server)
    await terminal.serve(({ commandId, text }) => {
      return text.startsWith('GetFile')
        ? terminal.records.getFile(commandId, 'a', Buffer.from('x'))
        : 0
    }, UNTIL_IDLE)
    expect(of('devicecmd').map(({ body }) => body.match(/CMD=\w+/)?.[0])).toEqual([
      'CMD=GetFile',
      'CMD=Shell',
      'CMD=CHECK',
    ])
  })

  it('The reply is what the function returns: a code, records, or nothing', async () => {
    const { server, of } = await conversing({
      getrequest: handingOut(['DATA UPDATE user Pin=1', 'A', 'B', 'SET OPTIONS a=1', 'C']),
    })
    const terminal = terminalAt(server, { dialect: 'access' })
    const { records } = terminal
    await terminal.serve(({ commandId, text }) => {
      if (text === 'A')
        return [records.reply(commandId, -5000, 'A'), records.reply(commandId, 0, 'A')]
      if (text === 'B') return `ID=${commandId}&return=7`
      return text === 'C' ? undefined : 0
    }, UNTIL_IDLE)
    expect(of('devicecmd').map(({ body }) => body)).toEqual([
      [
        'ID=c1&return=0&CMD=DATA UPDATE',
        'ID=c2&return=-5000&CMD=A',
        'ID=c2&return=0&CMD=A',
        'ID=c3&return=7',
        'ID=c4&return=0&CMD=SET OPTIONS\n',
      ].join('\n'),
    ])
  })

  it('An aborted signal lets the terminal finish its current work', async () => {
    const { server, of } = await conversing({ getrequest: handingOut(['CHECK', 'LOG'], ['INFO']) })
    const controller = new AbortController()
    const service = await terminalAt(server).serve(
      () => {
        controller.abort()
        return 0
      },
      { signal: controller.signal },
    )
    expect(service).toEqual({ ended: 'signal', polls: 1, executed: 2, restarts: 0 })
    expect(of('devicecmd')).toHaveLength(1)
    expect(of('getrequest')).toHaveLength(1)

    const none = await terminalAt(server).serve(() => 0, { signal: controller.signal })
    expect(none).toMatchObject({ ended: 'signal', polls: 0 })
    expect(of('getrequest')).toHaveLength(1)
  })

  it('The terminal continues while the server fails, and wakes from its rest when it is stopped', async () => {
    let polls = 0
    const { server } = await conversing({
      getrequest: () => {
        if (++polls === 4) setImmediate(() => controller.abort())
        return polls < 3 ? { status: 500 } : 'OK'
      },
    })
    const controller = new AbortController()
    const pace = { signal: controller.signal, delay: 1 }
    const terminal = terminalAt(server)
    await terminal.serve(() => 0, { ...pace })
    expect(polls).toBeGreaterThanOrEqual(4)

    const sleeping = new AbortController()
    const service = terminal.serve(() => 0, { signal: sleeping.signal, delay: 1_000_000 })
    await expect.poll(() => polls).toBeGreaterThanOrEqual(5)
    sleeping.abort()
    expect(await service).toMatchObject({ ended: 'signal' })
  })

  it('The terminal gives up on a server that never lets it become idle', async () => {
    const { server } = await conversing({ getrequest: () => 'C:1:INFO' })
    const terminal = terminalAt(server, { giveUpAfter: 50 })
    const error = await terminal.serve(() => 0, UNTIL_IDLE).catch((reason) => reason)
    expect(error).toBeInstanceOf(DeliveryError)
    expect(error.message).toContain('the last line has no line end')
  })

  it('The error of the function rejects the call', async () => {
    const { server } = await conversing({ getrequest: handingOut(['CHECK']) })
    const failing = terminalAt(server).serve(() => {
      throw new Error('no hands')
    })
    await expect(failing).rejects.toThrow('no hands')
  })

  it('Requests are sent with the requested faults', async () => {
    const { server, heard } = await conversing({ getrequest: handingOut(['LOG']) })
    const asked: string[] = []
    const service = await terminalAt(server).start(() => 0, {
      ...UNTIL_IDLE,
      faults(kind) {
        asked.push(kind)
        const isFirst = asked.filter((each) => each === kind).length === 1
        return isFirst ? { cutAfter: kind === 'reply' ? Infinity : 5 } : undefined
      },
    })
    // The first of each kind breaks off: the reply after the server has read it, the others before.
    expect(asked.join()).toBe('handshake,handshake,poll,poll,reply,poll,reply')
    expect(heard.map(({ endpoint }) => endpoint)).toEqual([
      'cdata',
      'getrequest',
      'devicecmd',
      'getrequest',
      'devicecmd',
    ])
    expect(service.executed).toBe(1)
  })
})

describe('Power loss', () => {
  it('Power loss ends a request that waits for its turn', async () => {
    const { server, heard } = await conversing()
    const gate = new Gate(0)
    const session = openSession({ server, serialNumber: SERIAL_NUMBER }, gate)
    const waiting = ask(session, PING)
    losePower(session, true)
    gate.leave()
    expect(await waiting).toMatchObject({ accepted: false, refusal: 'the terminal lost power' })
    expect(heard).toEqual([])
  })

  it('Power loss drops the commands received and the replies not accepted, and ends the work', async () => {
    const { server, of } = await conversing({
      getrequest: handingOut(['CHECK'], ['LOG', 'INFO'], ['CLEAR LOG']),
      devicecmd: ({ body }) => (body.includes('c4') ? 'OK' : { status: 500 }),
    })
    const terminal = terminalAt(server)
    const executed: string[] = []
    const service = await terminal.serve(
      ({ commandId }) => {
        executed.push(commandId)
        if (commandId === 'c2') terminal.crash()
        return 0
      },
      { delay: 1 },
    )
    expect(service).toMatchObject({ ended: 'crash', executed: 2 })
    expect(of('devicecmd').map(({ body }) => body.match(/c\d/g)?.join())).toEqual(['c1'])

    await terminal.serve(() => 0, UNTIL_IDLE)
    expect(executed).toEqual(['c1', 'c2'])
    expect(of('devicecmd').at(-1)?.body).toBe('ID=c4&Return=0&CMD=CLEAR_LOG\n')
  })

  it('Power loss ends a command that would never end, and a request that hangs', async () => {
    const { server } = await conversing({ getrequest: handingOut(['ENROLL_FP PIN=1']) })
    const terminal = terminalAt(server)
    const enrolling = terminal.serve(() => new Promise<number>(() => setImmediate(terminal.crash)))
    expect(await enrolling).toMatchObject({ ended: 'crash' })

    const silent = await conversing({ getrequest: () => new Promise(() => {}) })
    const waiting = terminalAt(silent.server, { timeout: 60_000 })
    const polled = waiting.poll()
    await expect.poll(() => silent.heard).toHaveLength(1)
    waiting.crash()
    expect(await polled).toMatchObject({ accepted: false, refusal: 'the terminal lost power' })
  })

  it('Power loss is noticed while the terminal rests', async () => {
    const { server, of } = await conversing()
    const terminal = terminalAt(server)
    const resting = { delay: 1_000_000 }
    const working = terminal.start(() => 0, resting)
    await expect.poll(() => of('getrequest')).toHaveLength(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    terminal.reboot()
    await expect.poll(() => of('getrequest')).toHaveLength(2)
    expect(of('cdata')).toHaveLength(2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    terminal.crash()
    expect(await working).toMatchObject({ ended: 'crash', restarts: 1 })
  })

  it('Power loss by a reboot lets the terminal continue, with a handshake if it had one', async () => {
    const { server, heard } = await conversing({
      getrequest: handingOut(['CHECK', 'LOG'], ['LOG']),
    })
    const terminal = terminalAt(server)
    let hasRebooted = false
    const service = await terminal.start(() => {
      if (!hasRebooted) terminal.reboot()
      hasRebooted = true
      return 0
    }, UNTIL_IDLE)
    expect(service).toMatchObject({ ended: 'idle', restarts: 1, executed: 2 })
    const spoken = heard.map(({ endpoint, body }) => `${endpoint} ${body.trim()}`.trim())
    expect(spoken).toEqual([
      'cdata',
      'getrequest',
      'cdata',
      'getrequest',
      'devicecmd ID=c3&Return=0&CMD=LOG',
      'getrequest',
    ])
  })

  it('Power loss follows the reply to REBOOT, and drops the commands after it', async () => {
    const { server, heard } = await conversing({
      getrequest: handingOut(['CHECK', 'REBOOT', 'LOG']),
    })
    const service = await terminalAt(server).start(() => 0, UNTIL_IDLE)
    expect(service).toMatchObject({ executed: 2, restarts: 1 })
    expect(heard.map(({ endpoint }) => endpoint)).toEqual([
      'cdata',
      'getrequest',
      'devicecmd',
      'cdata',
      'getrequest',
    ])
  })
})
