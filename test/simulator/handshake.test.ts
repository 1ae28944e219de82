import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../../src/simulator.js'
import { conversing, handingOut, OPTION_BLOCK } from '../support/conversation.js'
import { SERIAL_NUMBER, terminalAt } from '../support/server.js'

// Gives up after the first attempt, since a second one would come too late.
const ONCE = { pause: 30_000, giveUpAfter: 30_000 }
const UNTIL_IDLE = { untilIdle: true, delay: 1 }
const REGISTERED = [
  'registry=ok',
  'RegistryCode=f2c1e0a4b5d6978812233445',
  'PushProtVer=3.1.2',
  'RequestDelay=10',
  'SessionID=0f1e2d3c',
  'TimeoutSec=10',
].join('\n')
const token = (code: string, session: string) =>
  `token=${createHash('md5').update(`${code}${SERIAL_NUMBER}${session}`).digest('hex')}`

describe('An attendance terminal', () => {
  it('An attendance terminal asks for all options, and keeps what it gets', async () => {
    const { server, heard } = await conversing({
      handshake: () => 'GET OPTION FROM: X\r\nATTLOGStamp=9999\r\nDelay=10\r\nTimeZone=8\r\n',
    })
    const terminal = terminalAt(server)
    const { settings, exchanges } = await terminal.handshake()
    expect(String(exchanges[0]?.sent)).toMatch(
      /^GET \/iclock\/cdata\?SN=0316144680030&options=all&language=69&pushver=2\.4\.1&PushOptionsFlag=1 HTTP/,
    )
    expect(settings).toEqual({ ATTLOGStamp: '9999', Delay: '10', TimeZone: '8' })
    expect(terminal.settings).toEqual(settings)
    expect(heard).toHaveLength(1)
  })

  it('An attendance terminal posts its own options if the server asks for them', async () => {
    const { server, heard } = await conversing({
      handshake: () => `${OPTION_BLOCK}PushOptionsFlag=1\n`,
    })
    const { exchanges } = await terminalAt(server, { firmware: 'Ver 1' }).handshake()
    expect(exchanges.map(({ kind }) => kind)).toEqual(['handshake', 'upload'])
    expect(heard[1]).toMatchObject({ method: 'POST', endpoint: 'cdata' })
    expect(heard[1]?.query.get('table')).toBe('options')
    expect(heard[1]?.body).toMatch(/^~DeviceName=Virtual,FWVersion=Ver 1,/)
  })

  it('An attendance terminal of 2008 does not send its version', async () => {
    const { server } = await conversing({ handshake: () => `${OPTION_BLOCK}PushOptionsFlag=1\n` })
    const { exchanges } = await terminalAt(server, { pushVersion: '' }).handshake()
    expect(exchanges).toHaveLength(1)
    expect(String(exchanges[0]?.sent)).toContain('?SN=0316144680030&options=all HTTP')
  })

  it.each([
    ['OK alone', 'OK', 'holds neither Stamp nor ServerVer'],
    ['an error text', 'unknown terminal\n', 'holds neither Stamp nor ServerVer'],
    ['a last line without an end', OPTION_BLOCK.trim(), "firmware ignores it: 'ServerVer=2.4.1'"],
  ])('An attendance terminal refuses %s', async (_, body, refusal) => {
    const { server } = await conversing({ handshake: () => body })
    const error = await terminalAt(server, { ...ONCE })
      .handshake()
      .catch((reason) => reason)
    expect(error).toBeInstanceOf(DeliveryError)
    expect(error.message).toContain(refusal)
  })

  it('An attendance terminal asks again until it is let in, and polls only then', async () => {
    let refusals = 2
    const idle = new AbortController()
    const { server, heard } = await conversing({
      handshake: () => (refusals-- > 0 ? { status: 403 } : OPTION_BLOCK),
      getrequest: () => void idle.abort(),
    })
    await terminalAt(server).start(undefined, { delay: 1, signal: idle.signal })
    expect(heard.map(({ endpoint }) => endpoint)).toEqual(['cdata', 'cdata', 'cdata', 'getrequest'])
  })

  it('An attendance terminal repeats its handshake after CHECK, once it has replied', async () => {
    const { server, heard } = await conversing({ getrequest: handingOut(['CHECK']) })
    await terminalAt(server).start(undefined, UNTIL_IDLE)
    expect(heard.map(({ endpoint }) => endpoint)).toEqual([
      'cdata',
      'getrequest',
      'devicecmd',
      'cdata',
      'getrequest',
    ])
  })
})

describe('An access terminal', () => {
  it('An access terminal takes the options of a server that has registered it, and sends their token', async () => {
    const { server, heard } = await conversing({ handshake: () => REGISTERED })
    const terminal = terminalAt(server, { dialect: 'access' })
    const { settings, exchanges } = await terminal.handshake()
    await terminal.poll()
    expect(String(exchanges[0]?.sent)).toContain(
      `?SN=${SERIAL_NUMBER}&pushver=3.1.2&options=all&DeviceType=acc HTTP`,
    )
    expect(settings).toMatchObject({ SessionID: '0f1e2d3c', TimeoutSec: '10' })
    expect(heard.map(({ endpoint }) => endpoint)).toEqual(['cdata', 'getrequest'])
    expect(heard[1]?.headers.cookie).toBe(token('f2c1e0a4b5d6978812233445', '0f1e2d3c'))
  })

  it('An access terminal registers and asks for its options if the server answers OK', async () => {
    const { server, heard } = await conversing({
      handshake: () => 'OK',
      registry: () => 'RegistryCode=Uy47fxftP3',
      push: () => 'ServerVersion=3.0.1\nSessionID=30BFB04B\nRequestDelay=2\n',
    })
    const terminal = terminalAt(server, { dialect: 'access' })
    const { settings, exchanges } = await terminal.handshake()
    await terminal.poll()
    expect(exchanges.map(({ kind }) => kind)).toEqual(['handshake', 'registry', 'push'])
    expect(heard[1]).toMatchObject({ method: 'POST', endpoint: 'registry' })
    expect(heard[1]?.body).toMatch(/^DeviceType=acc,~DeviceName=Virtual,FirmVer=.*,LockCount=1/)
    expect(heard[2]).toMatchObject({ method: 'POST', endpoint: 'push', body: '' })
    expect(settings.SessionID).toBe('30BFB04B')
    expect(heard[3]?.headers.cookie).toBe(token('Uy47fxftP3', '30BFB04B'))
  })

  it.each([
    ['OK to a registry', { registry: () => 'OK' }, "'OK', not RegistryCode="],
    ['a line end behind the code', { registry: () => 'RegistryCode=a\n' }, 'no line end'],
    ['406', { registry: () => ({ status: 406 }) }, 'the status is 406'],
    ['a push without a session', { push: () => 'ServerVersion=3.0.1\n' }, 'no SessionID in'],
    ['an option block of attendance', { handshake: () => OPTION_BLOCK }, 'without registry=ok'],
    [
      'a registration without a session',
      { handshake: () => 'registry=ok\nRegistryCode=1\n' },
      'SessionID is missing',
    ],
  ])('An access terminal refuses %s', async (_, script, refusal) => {
    const { server } = await conversing({
      handshake: () => 'OK',
      registry: () => 'RegistryCode=a',
      push: () => 'SessionID=b',
      ...script,
    })
    const terminal = terminalAt(server, { dialect: 'access', ...ONCE })
    await expect(terminal.handshake()).rejects.toThrow(refusal)
  })
})
