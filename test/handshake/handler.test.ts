import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HandshakeHandlerOptions, handshakeHandler } from '../../src/handshake/handler.js'
import { registrationOf } from '../../src/handshake/registration.js'
import { type MemoryAdapter, memoryAdapter } from '../../src/index.js'
import type { TerminalFacts } from '../../src/terminal/storage.js'
import { serve } from '../support/terminal.js'

interface Vector {
  name: string
  method: string
  path: string
  headers: Record<string, string>
  body?: string
  response?: { status: number; body: string }
  expected: { kind: string; sn: string; family?: string; options?: Record<string, string> }
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../fixtures/uploads.json', import.meta.url), 'utf8'),
)
const ofKind = (...kinds: string[]) =>
  vectors.filter(({ expected }) => kinds.includes(expected.kind))

interface Terminal extends TerminalFacts {
  serialNumber: string
}

/** A server with the handler, and its storage, which knows these terminals. */
async function comingUp(options: Partial<HandshakeHandlerOptions> = {}, known: Terminal[] = []) {
  const adapter = memoryAdapter()
  for (const terminal of known) adapter.onContact({ at: new Date(0), kind: 'poll', ...terminal })
  const handler = handshakeHandler({ adapter, timeZone: 'Asia/Manila', ...options })
  return { adapter, ask: await asking(handler as RequestListener) }
}

async function asking(listener: RequestListener) {
  const server = await serve(listener)
  const { port } = server.address() as { port: number }
  return async (path: string, { method = 'GET', body, headers = {} }: Partial<Vector> = {}) => {
    // Those that fetch makes by itself.
    const { Host: _, Connection: __, 'Content-Length': ___, ...others } = headers
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: others,
      ...(method === 'POST' && { body: body ?? '' }),
    })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
}

const valuesOf = (text: string) =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

describe('A handshake that was captured or is printed in a manual', () => {
  it.each(ofKind('handshake'))('The handshake is answered: $name', async (vector) => {
    const { adapter, ask } = await comingUp()
    const { status, text, headers } = await ask(vector.path, vector)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/plain')
    expect(headers.get('date')).toMatch(/GMT$/)
    const { sn, family } = vector.expected
    expect(adapter.findTerminal(sn)).toMatchObject({ serialNumber: sn })
    if (family === 'unknown') {
      expect(text).toBe('OK')
      return
    }
    expect(text).toMatch(family === 'access' ? /^registry=ok\n/ : `GET OPTION FROM: ${sn}\n`)
    expect(text.endsWith('\n')).toBe(true)
    expect(text.includes('\nOpStamp=0\n')).toBe(family === 'attendance-old')
  })

  it.each(ofKind('handshake').filter(({ response }) => response?.body.includes('=')))(
    'The answer has every key that this terminal was given: $name',
    async (vector) => {
      const { ask } = await comingUp()
      const { text } = await ask(vector.path, vector)
      const told = Object.keys(valuesOf(text)).map((key) => key.toLowerCase())
      const given = Object.keys(valuesOf(vector.response?.body ?? ''))
      // A general stamp beside those of the tables, for a terminal that knows the latter.
      const needed = given.filter((key) => key !== 'STAMP').map((key) => key.toLowerCase())
      expect(told).toEqual(expect.arrayContaining(needed))
    },
  )
})

describe('A known terminal', () => {
  const SN = 'CKJF209912345'
  const hello = `/iclock/cdata?SN=${SN}&options=all&pushver=2.4.1`

  it('The terminal gets its stamps back', async () => {
    const stamps = { ATTLOG: '9999', OPERLOG: '123' }
    const { ask } = await comingUp({}, [{ serialNumber: SN, stamps }])
    expect(valuesOf((await ask(hello)).text)).toMatchObject({
      ATTLOGStamp: '9999',
      OPERLOGStamp: '123',
      ATTPHOTOStamp: '0',
    })
  })

  it('The terminal never gets the stamps of another one, whatever storage finds', async () => {
    const other = { serialNumber: 'X', firstSeenAt: new Date(), lastSeenAt: new Date() }
    const adapter = { ...memoryAdapter(), findTerminal: () => other }
    const { ask } = await comingUp({ adapter })
    expect(await ask(hello)).toMatchObject({ status: 500 })
  })

  it('The terminal is an access terminal if it said or acted so, until its handshake says otherwise', async () => {
    const { adapter, ask } = await comingUp({}, [
      { serialNumber: SN, family: 'access', familyRank: 'seen' },
    ])
    expect((await ask(hello)).text).toMatch(/^registry=ok/)
    expect((await ask(`${hello}&DeviceType=att`)).text).toMatch(/^GET OPTION FROM/)
    expect(adapter.findTerminal(SN)?.family).toBe('attendance')
    expect((await ask(hello)).text).toMatch(/^GET OPTION FROM/)
    expect((await ask(`${hello}&DeviceType=acc`)).text).toMatch(/^registry=ok/)
    expect(adapter.findTerminal(SN)?.family).toBe('access')
  })

  it('The handshake stores its version, the offset it was sent, and nothing unknown', async () => {
    const { adapter, ask } = await comingUp()
    await ask(hello)
    await ask('/iclock/cdata?SN=B&options=all&pushver=%0A')
    expect(adapter.findTerminal(SN)).toMatchObject({ pushVersion: '2.4.1', utcOffset: 480 })
    expect(adapter.findTerminal(SN)).not.toHaveProperty('family')
    expect(adapter.findTerminal('B')).not.toHaveProperty('pushVersion')
  })

  it('The handshake makes what was sent and not answered due immediately', async () => {
    const { adapter, ask } = await comingUp()
    const command = { serialNumber: SN, commandId: '1', text: 'CHECK' }
    const terms = { attempts: 5, replyWithin: 60_000 }
    adapter.issue([{ command, terms, issuedAt: new Date() }] as never)
    const replyDueAt = new Date(Date.now() + 3_600_000)
    adapter.claim(SN, [{ commandId: '1', attempt: 1, sentAt: new Date(), replyDueAt }])
    await ask(hello)
    expect(Number(adapter.findRecord(SN, '1')?.replyDueAt)).toBeLessThanOrEqual(Date.now())
  })
})

describe('Options', () => {
  const hello = '/iclock/cdata?SN=A&options=all&pushver=2.4.1'

  it('The handshake options can differ for each terminal', async () => {
    const { ask } = await comingUp(
      {
        handshake: async ({ model, serialNumber, pushVersion }) =>
          model === 'X100-C' && pushVersion === '2.4.1'
            ? { delay: 5, transFlag: ['AttLog'] }
            : { keys: { ServerName: serialNumber } },
      },
      [{ serialNumber: 'A', model: 'X100-C' }],
    )
    expect(valuesOf((await ask(hello)).text)).toMatchObject({
      Delay: '5',
      TransFlag: 'TransData AttLog',
    })
    expect((await ask(hello.replace('A', 'B'))).text).toContain('\nServerName=B\n')
  })

  it('The options of a terminal are checked at its handshake', async () => {
    const { ask } = await comingUp({ handshake: () => ({ delay: 0 }) })
    expect(await ask(hello)).toMatchObject({ status: 500, text: 'Internal Server Error\n' })
  })

  it('The time zone can differ for each terminal', async () => {
    const zones: Record<string, string> = { A: 'Asia/Kathmandu', B: '-03:30' }
    const { ask } = await comingUp({ timeZone: (serialNumber) => zones[serialNumber] })
    expect(valuesOf((await ask(hello)).text).TimeZone).toBe('345')
    expect(valuesOf((await ask(hello.replace('A', 'B'))).text).TimeZone).toBe('-210')
    const own = 0 - new Date().getTimezoneOffset()
    const { TimeZone } = valuesOf((await ask(hello.replace('A', 'C'))).text)
    expect(Number(TimeZone)).toBe(own % 60 === 0 && Math.abs(own) <= 720 ? own / 60 : own)
  })

  it.each([
    [{ adapter: undefined }, 'option "adapter"'],
    [{ adapter: { onContact() {} } }, 'option "adapter.findTerminal" is undefined'],
    [{ timeZone: 'Manila' }, 'option "timeZone" is "Manila"'],
    [{ secret: 'short' }, 'option "secret" has 5 characters'],
    [{ handshake: { delay: 0 } }, 'option "delay" is 0'],
    [{ handshake: 'fast' }, 'the options are "fast"'],
    [{ delay: 10 }, 'there is no option "delay"'],
    [{ onError: true }, 'option "onError" is true'],
  ])('Wrong options are refused: %j', (options, message) => {
    const wrong = { adapter: memoryAdapter(), ...options } as never
    expect(() => handshakeHandler(wrong)).toThrow(message)
  })
})

describe('An access terminal', () => {
  const secret = 'a secret of the whole house'
  const { registryCode, sessionId } = registrationOf('3399954200002', secret)

  it.each(ofKind('registry'))('An access terminal registers: $name', async (vector) => {
    const { adapter, ask } = await comingUp({ secret })
    const { sn, options = {} } = vector.expected
    const { text } = await ask(vector.path, vector)
    expect(text).toBe(`RegistryCode=${registrationOf(sn, secret).registryCode}`)
    expect(adapter.findTerminal(sn)).toMatchObject({
      family: 'access',
      model: options['~DeviceName'],
      firmware: options.FirmVer,
      options,
    })
  })

  it.each(ofKind('config'))('An access terminal is configured: $name', async (vector) => {
    const { adapter, ask } = await comingUp({ secret })
    const { sn } = vector.expected
    const told = valuesOf((await ask(vector.path, vector)).text)
    expect(told).toMatchObject({ SessionID: registrationOf(sn, secret).sessionId })
    const given = vector.response?.body ?? 'SessionID='
    expect(Object.keys(told)).toEqual(expect.arrayContaining(Object.keys(valuesOf(given))))
    expect(told).not.toHaveProperty('RegistryCode')
    expect(adapter.findTerminal(sn)?.family).toBe('access')
  })

  it('Two handshakes with a registration between them give the same code and session', async () => {
    const [vector] = ofKind('handshake').filter(({ expected }) => expected.family === 'unknown')
    const { path = '', headers = {} } = vector ?? {}
    const { ask } = await comingUp({ secret })
    expect((await ask(path, { headers })).text).toBe('OK')
    const registry = await ask('/iclock/registry?SN=3399954200002', { method: 'POST', body: 'a=b' })
    expect(registry.text).toBe(`RegistryCode=${registryCode}`)
    const push = await ask('/iclock/push?SN=3399954200002', { method: 'POST' })
    expect(valuesOf(push.text)).toMatchObject({ SessionID: sessionId, PushProtVer: '3.0.1' })
    expect(valuesOf((await ask(path, { headers })).text)).toMatchObject({
      registry: 'ok',
      RegistryCode: registryCode,
      SessionID: sessionId,
    })
  })

  it('A terminal that asks for the time may be of either family', async () => {
    const { adapter, ask } = await comingUp()
    const { text } = await ask('/iclock/rtdata?SN=A&type=time')
    expect(text).toMatch(/^DateTime=\d{9},ServerTZ=\+0800$/)
    expect(adapter.findTerminal('A')).toMatchObject({ utcOffset: 480 })
    expect(adapter.findTerminal('A')).not.toHaveProperty('family')
  })
})

describe('A terminal that wants to encrypt', () => {
  it.each(ofKind('exchange'))(
    'The terminal is refused, and the error says what to change: $name',
    async (vector) => {
      const { ask } = await comingUp()
      const { status, text } = await ask(vector.path, vector)
      expect(status).toBe(406)
      expect(text).toMatch(/^Terminal "3399954200002" wants .* encryption.* Cloud Server Setting/)
    },
  )
})

it('The refusal of a terminal that wants to encrypt has the version that it announced', async () => {
  const told: unknown[] = []
  const onRefusal = (event: unknown) => told.push((event as { pushVersion: unknown }).pushVersion)
  subscribe('express-iclock:refusal', onRefusal)
  onTestFinished(() => void unsubscribe('express-iclock:refusal', onRefusal))
  const { ask } = await comingUp()
  await ask(`/iclock/exchange?SN=E1&type=publickey`, { method: 'POST' })
  await ask(`/iclock/cdata?SN=E1&options=all&pushver=2.4.2`)
  await ask(`/iclock/exchange?SN=E1&type=publickey`, { method: 'POST' })
  await ask(`/iclock/exchange?SN=E1&type=publickey&pushver=3.1.9`, { method: 'POST' })
  expect(told).toEqual([undefined, '2.4.2', '3.1.9'])
})

describe('A person unknown to the terminal', () => {
  it.each(ofKind('remoteatt'))('The person is unknown here too: $name', async (vector) => {
    const { ask } = await comingUp()
    expect(await ask(vector.path, vector)).toMatchObject({ status: 200, text: 'NONE' })
  })
})

describe('A ping', () => {
  it.each(ofKind('ping'))('A ping gets OK, and is a contact: $name', async (vector) => {
    const adapter = memoryAdapter()
    const ask = await asking(handshakeHandler({ adapter }) as RequestListener)
    expect(await ask(vector.path, vector)).toMatchObject({ status: 200, text: 'OK' })
    expect(adapter.findTerminal(vector.expected.sn)?.address).toBe('127.0.0.1')
  })

  it('A ping gets OK although storage fails', async () => {
    const errors: unknown[] = []
    const failure = new Error('no disk')
    const adapter = { ...memoryAdapter(), onContact: () => Promise.reject(failure) }
    const { ask } = await comingUp({ adapter, onError: (error) => errors.push(error) })
    expect(await ask('/iclock/ping?SN=A')).toMatchObject({ status: 200, text: 'OK' })
    await new Promise((done) => setImmediate(done))
    expect(errors).toEqual([failure])
  })
})

describe('Requests that are refused, so that the terminal asks again and keeps its data', () => {
  const fails = () => Promise.reject(new Error('no disk'))
  const hello = '/iclock/cdata?SN=A&options=all'

  it.each([
    ['a terminal that authorize refuses', { authorize: () => false }, 403],
    ['findTerminal fails', { adapter: { findTerminal: fails } }, 500],
    ['onContact fails', { adapter: { onContact: fails } }, 500],
    ['release fails', { adapter: { release: fails } }, 500],
    [
      'storage is silent',
      { timeout: 100, adapter: { onContact: () => new Promise(() => {}) } },
      503,
    ],
    ['the function of the terminal fails', { handshake: fails }, 500],
  ])('The request gets an error: %s', async (_, options, status) => {
    const adapter: MemoryAdapter = memoryAdapter()
    const overridden = { ...adapter, ...('adapter' in options ? options.adapter : {}) }
    const { ask } = await comingUp({ ...options, adapter: overridden } as never)
    expect((await ask(hello)).status).toBe(status)
  })

  it('A handshake without a serial number is refused', async () => {
    const { ask } = await comingUp()
    expect(await ask('/iclock/cdata?options=all')).toMatchObject({ status: 400 })
  })

  it('A registration of more than 64 kB is refused', async () => {
    const { ask } = await comingUp()
    const body = 'a=b,'.repeat(20_000)
    expect(await ask('/iclock/registry?SN=A', { method: 'POST', body })).toMatchObject({
      status: 413,
    })
  })
})

it('Other requests are left alone', async () => {
  const { adapter, ask } = await comingUp()
  const others: [string, Partial<Vector>][] = [
    ['/iclock/cdata?SN=A&table=ATTLOG', { method: 'POST' }],
    ['/iclock/cdata?SN=A&AuthType=device', {}],
    ['/iclock/rtdata?SN=A&type=other', {}],
    ['/iclock/getrequest?SN=A', {}],
    ['/iclock/file?SN=A&url=http://192.0.2.13/x', {}],
    ['/iclock/toString?SN=A', {}],
    ['/', {}],
  ]
  for (const [path, how] of others) expect((await ask(path, how)).status).toBe(404)
  expect(adapter.listTerminals({})).toEqual({ rows: [] })
})

it('The channel publishes each handshake', async () => {
  const told: unknown[] = []
  const listen = (message: unknown) => void told.push(message)
  subscribe('express-iclock:handshake', listen)
  onTestFinished(() => void unsubscribe('express-iclock:handshake', listen))
  const { ask } = await comingUp()
  await ask('/iclock/cdata?SN=A&options=all&pushver=2.4.1&DeviceType=att')
  expect(told).toEqual([{ serialNumber: 'A', family: 'attendance', pushVersion: '2.4.1' }])
})
