import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import express from 'express'
import request from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ENDPOINT_OPTIONS } from '../../src/endpoint/options.js'
import {
  carriesToken,
  commandQueue,
  isHandshake,
  memoryAdapter,
  type TerminalRouterOptions,
  terminalRouter,
} from '../../src/index.js'
import { type VirtualTerminalOptions, virtualTerminal } from '../../src/simulator.js'
import { serve } from '../support/terminal.js'

interface Vector {
  name: string
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
  bodyBase64?: string
  expected: { kind: string; sn: string; info?: string[]; answer?: string[] }
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../fixtures/uploads.json', import.meta.url), 'utf8'),
)

function appWith(options: Partial<TerminalRouterOptions> = {}, mount = '/') {
  const adapter = memoryAdapter()
  const app = express()
    .set('env', 'test')
    .use(mount, terminalRouter({ adapter, ...options }))
  return { adapter, app }
}

const send = (app: express.Express, { method, path, headers, body, bodyBase64 }: Vector) => {
  const { Host: _, Connection: __, 'Content-Length': ___, ...others } = headers
  const bytes =
    bodyBase64 === undefined ? Buffer.from(body ?? '') : Buffer.from(bodyBase64, 'base64')
  const sent = method === 'GET' ? request(app).get(path) : request(app).post(path)
  const asked = sent.set(others).buffer(true)
  return method === 'GET' ? asked : asked.serialize((sentBody) => sentBody).send(bytes as never)
}

const settled = () => new Promise((done) => setImmediate(done))

describe('A request that was captured or is printed in a manual', () => {
  const answers: Record<string, { status: number; text: RegExp }> = {
    handshake: { status: 200, text: /^(GET OPTION FROM: |registry=ok\n|OK$)/ },
    registry: { status: 200, text: /^RegistryCode=[0-9a-f]{32}$/ },
    config: { status: 200, text: /^ServerVersion=3/ },
    ping: { status: 200, text: /^OK$/ },
    poll: { status: 200, text: /^OK$/ },
    replies: { status: 200, text: /^OK$/ },
    remoteatt: { status: 200, text: /^NONE$/ },
    exchange: { status: 406, text: /encrypt/ },
    // The app's own 404.
    file: { status: 404, text: /Cannot GET/ },
  }
  const others = vectors.filter(({ expected }) => answers[expected.kind] !== undefined)
  it('No recorded request is of an unknown kind', () => {
    const uploads = vectors.filter(({ expected }) => /upload|querydata/.test(expected.kind))
    expect(others.length + uploads.length).toBe(vectors.length)
  })

  it.each(others)('The request is answered: $name', async (vector) => {
    const prefix = vector.path.slice(0, vector.path.indexOf('/iclock'))
    const { app, adapter } = appWith({}, prefix || '/')
    const { kind, sn } = vector.expected
    const response = await send(app, vector)
    expect(response.status).toBe(answers[kind]?.status)
    expect(response.text).toMatch(answers[kind]?.text ?? '')
    if (response.status !== 200) return
    expect(response.headers['content-type']).toMatch(/^text\/plain$/)
    expect(response.headers.date).toMatch(/GMT$/)
    await settled()
    const isContact = kind !== 'remoteatt' && !(kind === 'replies' && /cdata/.test(vector.path))
    if (isContact) expect(adapter.findTerminal(sn)).toMatchObject({ serialNumber: sn })
  })
})

describe('A factory-new terminal, and an app with one line', () => {
  it.each<[string, Partial<VirtualTerminalOptions>, object]>([
    ['a time clock', {}, { family: 'attendance', pushVersion: '2.4.1', model: 'Virtual' }],
    ['a time clock of 2009', { pushVersion: '' }, { family: 'attendance' }],
    ['an access terminal', { dialect: 'access' }, { family: 'access', pushVersion: '3.1.2' }],
  ])('The terminal and the app work together: %s', async (_, dialect, facts) => {
    const adapter = memoryAdapter()
    const server = await serve(express().use(terminalRouter({ adapter })))
    const terminal = virtualTerminal({ server, serialNumber: 'NEW1', pause: 5, ...dialect })
    const commands = commandQueue(adapter)
    const issued = await commands.issue('NEW1', { text: 'CHECK' })
    await terminal.attend([{ pin: '7' }, { pin: '8' }] as never)
    const { executed } = await terminal.start(() => 0, { untilIdle: true })
    expect(executed).toBeGreaterThan(0)
    expect(await commands.state(issued)).toBe('succeeded')
    expect(adapter.findTerminal('NEW1')).toMatchObject({ address: '127.0.0.1', ...facts })
  })
})

describe.each(['/iclock/', '/ICLOCK/', '/iclock/iclock/'])('Below %s', (folder) => {
  it.each<['get' | 'post', string, string]>([
    ['get', 'cdata', '&options=all'],
    ['get', 'CData.ASPX', '&options=all'],
    ['post', 'cdata.aspx', '&table=ATTLOG&Stamp=1'],
    ['post', 'fdata/', ''],
    ['post', 'QueryData.aspx', '&type=count&tablename=user&count=1'],
    ['post', 'registry.aspx', ''],
    ['get', 'push', ''],
    ['post', 'Push.aspx/', ''],
    ['get', 'rtdata.aspx', '&type=time'],
    ['get', 'ping.aspx', ''],
  ])('A terminal is answered: %s %s', async (method, name, query) => {
    const { app } = appWith()
    const response = await request(app)[method](`${folder}${name}?SN=A${query}`)
    expect(response.status).toBe(200)
  })
})

describe('Facts about a terminal', () => {
  it('Facts come from its polls, its options, its replies and its uploads', async () => {
    const { app, adapter } = appWith()
    await request(app).get('/iclock/getrequest?SN=A&INFO=Ver%201,2,3,4,192.0.2.27,10,7,15,5,111')
    await settled()
    expect(adapter.findTerminal('A')).toMatchObject({
      firmware: 'Ver 1',
      users: 2,
      fingers: 3,
      records: 4,
      faces: 5,
    })
    await request(app)
      .post('/iclock/devicecmd?SN=A')
      .type('text/plain')
      .send('ID=1&Return=0&CMD=INFO\n~DeviceName=X100-C\nUserCount=9\n')
    await settled()
    expect(adapter.findTerminal('A')).toMatchObject({ model: 'X100-C', users: 9 })
    await request(app)
      .post('/iclock/cdata?SN=A&table=options')
      .type('text/plain')
      .send('~DeviceName=X200,FWVersion=Ver 2,DeviceType=att')
    await settled()
    expect(adapter.findTerminal('A')).toMatchObject({
      model: 'X200',
      firmware: 'Ver 2',
      family: 'attendance',
      options: { UserCount: '9', DeviceType: 'att' },
    })
    await request(app)
      .post('/iclock/cdata?SN=A&table=options')
      .type('text/plain')
      .send('UserCount=3\r\nTransactionCount=5\r\nFpCount:7\r\nUserCount=4')
    await settled()
    expect(adapter.findTerminal('A')).toMatchObject({ users: 3, records: 5, fingers: 7 })
  })

  it('The family follows from what it does: a door uploads events, a time clock uploads attendance', async () => {
    const { app, adapter } = appWith()
    const upload = async (table: string, body: string) => {
      await request(app).post(`/iclock/cdata?SN=A&table=${table}`).type('text/plain').send(body)
      await settled()
      return adapter.findTerminal('A')?.family
    }
    expect(await upload('rtlog', 'x=1')).toBe('access')
    expect(await upload('ATTLOG', '7\t2026-10-05 06:58:10\t0\t1\n')).toBe('attendance')
    const { text } = await request(app).get('/iclock/cdata?SN=A&options=all&pushver=3.1.2')
    expect(text).toMatch(/^GET OPTION FROM: A\n/)
  })

  it('The stamp of each table is stored, and the next handshake gives it back', async () => {
    const { app } = appWith()
    await request(app)
      .post('/iclock/cdata?SN=A&table=ATTLOG&Stamp=12345')
      .type('text/plain')
      .send('7\t2026-10-05 06:58:10\t0\t1\n')
      .expect(200)
    await settled()
    const { text } = await request(app).get('/iclock/cdata?SN=A&options=all&pushver=2.4.1')
    expect(text).toContain('\nATTLOGStamp=12345\nOPERLOGStamp=0\n')
  })

  it('The address is stored as Express knows it', async () => {
    const { app, adapter } = appWith()
    app.set('trust proxy', true)
    await request(app).get('/iclock/ping?SN=A').set('X-Forwarded-For', '192.0.2.9')
    await settled()
    expect(adapter.findTerminal('A')?.address).toBe('192.0.2.9')
  })

  it('A poll that differs from those before it is stored immediately', async () => {
    const { app, adapter } = appWith()
    app.set('trust proxy', true)
    const poll = async (address: string, users: number) => {
      const poll = request(app).get(`/iclock/getrequest?SN=A&INFO=Ver%201,${users}`)
      await poll.set('X-Forwarded-For', address).expect(200)
      await settled()
      return adapter.findTerminal('A')
    }
    await poll('192.0.2.9', 1)
    await poll('192.0.2.9', 1)
    expect(await poll('192.0.2.9', 2)).toMatchObject({ address: '192.0.2.9', users: 2 })
    expect(await poll('192.0.2.10', 2)).toMatchObject({ address: '192.0.2.10', users: 2 })
  })

  it('An upload that differs from those before it, in its query or its options, is stored immediately', async () => {
    const { app, adapter } = appWith()
    const upload = async (query: string, body: string) => {
      const sent = request(app).post(`/iclock/cdata?SN=A&table=${query}`).type('text/plain')
      await sent.send(body).expect(200)
      await settled()
      return adapter.findTerminal('A')
    }
    for (const stamp of ['1', '1', '2', '1']) {
      const known = await upload(`ATTLOG&Stamp=${stamp}`, '7\t2026-10-05 06:58:10\t0\t1\n')
      expect(known?.stamps).toEqual({ ATTLOG: stamp })
    }
    for (const body of ['', 'nothing\n']) {
      expect((await upload('ATTLOG&Stamp=99999', body))?.stamps).toEqual({ ATTLOG: '1' })
    }
    for (const model of ['X1', 'X1', 'X2', 'X1']) {
      expect((await upload('options', `~DeviceName=${model}`))?.model).toBe(model)
    }
  })
})

describe('Storage that fails at a contact', () => {
  const failure = new Error('no disk')
  const failing = () => {
    const errors: unknown[] = []
    const adapter = { ...memoryAdapter(), onContact: () => Promise.reject(failure) }
    return { errors, ...appWith({ adapter, onError: (error) => errors.push(error) }) }
  }

  it.each([
    ['get', '/iclock/getrequest?SN=A', ''],
    ['post', '/iclock/devicecmd?SN=A', 'ID=1&Return=0'],
    ['post', '/iclock/cdata?SN=A&table=ATTLOG&Stamp=1', '7\t2026-10-05 06:58:10\t0\t1\n'],
    ['get', '/iclock/ping?SN=A', ''],
  ] as const)('The request succeeds all the same: %s %s', async (method, path, body) => {
    const { app, errors } = failing()
    const asked = request(app)[method](path).type('text/plain')
    await (body === '' ? asked : asked.send(body)).expect(200, /^OK/)
    await settled()
    expect(errors).toEqual([failure])
  })

  it.each([
    ['get', '/iclock/cdata?SN=A&options=all'],
    ['post', '/iclock/registry?SN=A'],
    ['post', '/iclock/push?SN=A'],
  ] as const)('A request that the terminal will repeat fails: %s %s', async (method, path) => {
    const { app, errors } = failing()
    expect((await request(app)[method](path)).status).toBe(500)
    expect(errors).toEqual([])
  })
})

describe('A token', () => {
  const secret = 'a secret of the whole house'
  const options: Partial<TerminalRouterOptions> = {
    secret,
    authorize: (serialNumber, req) => isHandshake(req) || carriesToken(serialNumber, req, secret),
  }

  it('A token is required if the app asks for it: an access terminal has it after its handshake', async () => {
    const { app, adapter } = appWith(options)
    const server = await serve(app)
    const terminal = virtualTerminal({ server, serialNumber: 'A', dialect: 'access', pause: 5 })
    expect((await terminal.poll()).status).toBe(403)
    await terminal.handshake()
    expect((await terminal.poll()).status).toBe(200)
    const other = virtualTerminal({ server, serialNumber: 'B', dialect: 'access' })
    expect((await other.poll()).status).toBe(403)
    expect(adapter.findTerminal('B')).toBeUndefined()
  })
})

describe('Whatever a terminal claims', () => {
  const lines = 'Encrypt=1%0AC:1:REBOOT%0D%0A'

  it('Its next handshake has the same lines as that of any other', async () => {
    const { app } = appWith()
    const keys = async (query: string) => {
      const { text } = await request(app).get(`/iclock/cdata?${query}&pushver=2.4.1`).expect(200)
      expect(text).not.toMatch(/Encrypt=1|REBOOT|\r/)
      const [, ...told] = text.split('\n')
      return told.map((line) => line.split('=', 1)[0])
    }
    const hostile = `/iclock/cdata?SN=A&table=ATTLOG&Stamp=1%0A${lines}&ATTLOGStamp=1%0A${lines}`
    await request(app).post(hostile).type('text/plain').send('x').expect(200)
    await request(app).get(`/iclock/getrequest?SN=A&INFO=Ver%0A${lines},1,2,3`).expect(200)
    await request(app)
      .post(`/iclock/cdata?SN=A&table=options`)
      .type('text/plain')
      .send('~DeviceName=x\rEncrypt=1,pushver=2.4.1\nEncrypt=1')
      .expect(200)
    await settled()
    const calm = await keys('SN=B&options=all')
    expect(await keys(`SN=A&options=all%0A${lines}&DeviceType=att%0A${lines}`)).toEqual(calm)
    expect(await keys('SN=A&options=all&language=69%0AEncrypt=1')).toEqual(calm)
  })

  it('A serial number with a line break is refused', async () => {
    const { app, adapter } = appWith()
    await request(app).get(`/iclock/cdata?SN=A%0A${lines}&options=all`).expect(400)
    expect(adapter.listTerminals({})).toEqual({ rows: [] })
  })
})

it('The channel publishes a request that is not served, and the app gets it', async () => {
  const seen: unknown[] = []
  const note = (message: unknown) => void seen.push(message)
  subscribe('express-iclock:unknown', note)
  onTestFinished(() => void unsubscribe('express-iclock:unknown', note))
  const { app } = appWith()
  app.use((_req, res) => void res.send('the app'))
  const paths = [
    '/iclock/file?SN=A&url=http://192.0.2.13/x',
    '/iclock/cdata?SN=A&AuthType=device',
    '/iclock/rtdata?SN=A&type=other',
    '/iclock/iclock/edata.aspx?SN=A',
  ]
  for (const path of paths) await request(app).get(path).expect(200, 'the app')
  expect(seen).toEqual(paths.map((path) => ({ method: 'GET', path: path.replace(/\?.*/, '') })))
})

it('A terminal that was sent an outdated offset is asked for a new handshake', async () => {
  let timeZone = '+01:00'
  const { app, adapter } = appWith({ timeZone: () => timeZone })
  const server = await serve(app)
  const terminal = virtualTerminal({ server, serialNumber: 'A', pause: 5 })
  const told = () => terminal.settings.TimeZone
  await terminal.start(() => 0, { untilIdle: true })
  expect(told()).toBe('1')
  timeZone = '+02:00'
  await terminal.poll()
  await settled()
  await settled()
  const open = () => adapter.openCommands('A', new Date(), { limit: 9, maxBytes: 1000 }).records
  expect(open()).toMatchObject([{ text: 'CHECK', terms: { key: 'utc-offset' } }])
  await terminal.serve(() => 0, { untilIdle: true })
  await terminal.handshake()
  expect(told()).toBe('2')
  await terminal.poll()
  await settled()
  await settled()
  expect(open()).toEqual([])
})

it('A changed offset is noticed within a minute, although the polls stay the same', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  let timeZone = '+01:00'
  const { app, adapter } = appWith({ timeZone: () => timeZone })
  const poll = async () => {
    await request(app).get('/iclock/getrequest?SN=A').expect(200)
    await settled()
    await settled()
  }
  await request(app).get('/iclock/cdata?SN=A&options=all&pushver=2.4.1').expect(200)
  await poll()
  timeZone = '+02:00'
  vi.setSystemTime(Date.now() + 60_000)
  await poll()
  expect(adapter.listCommands({}, new Date()).rows).toMatchObject([{ text: 'CHECK' }])
})

it('Polls are served although timeZone returned an invalid zone, and the error is reported', async () => {
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const { app } = appWith({ timeZone: () => 'Manila', onError })
  for (let poll = 0; poll < 2; poll++) {
    await request(app).get('/iclock/getrequest?SN=A').expect(200, 'OK')
    await settled()
  }
  expect(errors).toMatchObject([{ message: expect.stringContaining('is "Manila"') }])
})

it.each<[object, string]>([
  [{ timeZone: 'Manila' }, 'option "timeZone" is "Manila"'],
  [{ secret: '' }, 'option "secret" has 0 characters'],
  [{ handshake: { delay: 0 } }, 'option "delay" is 0'],
  [{ upload: { afterUpload() {} } }, 'there is no option "upload.afterUpload"'],
  [{ upload: { limit: 0 } }, 'option "upload.limit" is 0'],
  [{ reply: { maxRecords: 0 } }, 'option "reply.maxRecords" is 0'],
  [{ onError: 1 }, 'option "onError" is 1'],
  [{ delay: 5 }, 'there is no option "delay"'],
])('Wrong options are refused: %j', (options, message) => {
  expect(() => appWith(options as never)).toThrow(message)
})

describe('A shared option reaches every endpoint', () => {
  const endpoints = [
    ['GET', 'getrequest?SN=A'],
    ['POST', 'devicecmd?SN=A'],
    ['POST', 'cdata?SN=A&table=ATTLOG'],
    ['POST', 'querydata?SN=A'],
    ['POST', 'fdata?SN=A'],
    ['GET', 'cdata?SN=A&options=all'],
    ['POST', 'registry?SN=A'],
    ['GET', 'push?SN=A'],
    ['GET', 'rtdata?SN=A&type=time'],
    ['GET', 'exchange?SN=A'],
    ['GET', 'ping?SN=A'],
  ] as const
  // Each shared option alone makes every endpoint answer with another status.
  const shared: Record<string, [options: Partial<TerminalRouterOptions>, status: number]> = {
    authorize: [{ authorize: () => false }, 403],
    timeout: [{ authorize: () => new Promise<never>(() => {}), timeout: 100 }, 503],
  }

  it('Each of them is tried', () => {
    expect(Object.keys(shared).toSorted()).toEqual(Object.keys(ENDPOINT_OPTIONS).toSorted())
  })

  for (const [option, [options, status]] of Object.entries(shared)) {
    it.each(endpoints)(`${option} reaches %s %s`, async (method, path) => {
      const { app } = appWith(options)
      const url = `/iclock/${path}`
      const sent = method === 'GET' ? request(app).get(url) : request(app).post(url)
      expect((await sent).status).toBe(status)
    })
  }
})

describe('A question that is no handshake', () => {
  it('The time of a terminal is answered with its zone, and changes nothing', async () => {
    const { app, adapter } = appWith({
      timeZone: (serialNumber) => (serialNumber === 'I' ? 'Asia/Kolkata' : '-05:00'),
    })
    const commands = commandQueue(adapter)
    const issued = await commands.issue('A', { text: 'CHECK' })
    await request(app).get('/iclock/getrequest?SN=A').expect(200, /CHECK/)
    const { text, headers } = await request(app).get('/iclock/cdata?SN=A&type=time')
    expect(text).toMatch(/^Time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-05:00$/)
    const seconds = (Date.parse(String(headers.date)) - Date.parse(text.slice(5))) / 1000
    expect(Math.abs(seconds)).toBeLessThanOrEqual(60)
    const indian = await request(app).get('/iclock/cdata?SN=I&Type=TIME')
    expect(indian.text).toMatch(/\+05:30$/)
    // What was sent is not due again.
    await request(app).get('/iclock/getrequest?SN=A').expect(200, 'OK')
    expect(await commands.state(issued)).toBe('sent')
    expect(adapter.findTerminal('A')).not.toHaveProperty('family')
  })

  it.each(['type=other', 'type=other&options=all', 'type=time2'])(
    'Another type goes on to the app: %s',
    async (query) => {
      const { app } = appWith()
      await request(app).get(`/iclock/cdata?SN=A&${query}`).expect(404)
    },
  )

  it('Only a handshake that asks for options makes due again what was sent', async () => {
    const { app, adapter } = appWith()
    await commandQueue(adapter).issue('A', { text: 'CHECK' })
    await request(app).get('/iclock/getrequest?SN=A').expect(200, /CHECK/)
    await request(app)
      .get('/iclock/cdata?SN=A')
      .expect(200, /^GET OPTION/)
    await request(app).get('/iclock/getrequest?SN=A').expect(200, 'OK')
    await request(app)
      .get('/iclock/cdata?SN=A&options=all')
      .expect(200, /^GET OPTION/)
    await request(app).get('/iclock/getrequest?SN=A').expect(200, /CHECK/)
  })
})

describe('A handshake by POST', () => {
  it('The handshake has the settings for an answer, and its options are stored', async () => {
    const { app, adapter } = appWith({
      handshake: ({ model, options }) => ({ delay: model === 'X9' && options?.MAC ? 7 : 8 }),
    })
    await commandQueue(adapter).issue('A', { text: 'CHECK' })
    await request(app).get('/iclock/getrequest?SN=A').expect(200, /CHECK/)
    const { text } = await request(app)
      .post('/iclock/cdata?SN=A&options=all&pushver=2.4.1')
      .type('text/plain')
      .send('~DeviceName=X9,MAC=1,UserCount=3')
    expect(text).toMatch(/^GET OPTION FROM: A\n/)
    expect(text).toContain('\nDelay=7\n')
    expect(adapter.findTerminal('A')).toMatchObject({ model: 'X9', users: 3, pushVersion: '2.4.1' })
    expect(adapter.received()).toEqual([])
    await request(app).get('/iclock/getrequest?SN=A').expect(200, /CHECK/)
  })

  it('A door is recognized by its options', async () => {
    const { app } = appWith()
    const post = request(app).post('/iclock/cdata?SN=A&options=all&pushver=3.1.2')
    const { text } = await post.type('text/plain').send('DeviceType=acc,MAC=1')
    expect(text).toMatch(/^registry=ok\n/)
  })

  it('An upload with options in its query stays an upload', async () => {
    const { app, adapter } = appWith()
    const post = request(app).post('/iclock/cdata?SN=A&table=options&options=all')
    await post.type('text/plain').send('MAC=1').expect(200, 'OK')
    expect(adapter.received()).toHaveLength(1)
  })
})

describe('A body where none belongs', () => {
  it.each(['getrequest', 'ping', 'push'])('The body of a POST to %s is stored', async (name) => {
    const { app, adapter } = appWith()
    const post = request(app).post(`/iclock/${name}?SN=A`).type('text/plain')
    await post.send('what\tis=this\nand that\n').expect(200)
    const [upload] = adapter.received()
    const lines = [...(upload?.records ?? []).map(({ raw }) => raw), ...(upload?.unparsed ?? [])]
    expect(lines.map(String).sort()).toEqual(['and that', 'what\tis=this'])
  })

  it.each([
    ['registry?SN=A', 'what is this\nMAC=1'],
    ['registry?SN=A', Buffer.from('MAC=1,Name=\xe9', 'latin1')],
    ['cdata?SN=A&options=all', 'MAC=1,MAC=2'],
    ['cdata?SN=A&options=all', `MAC=1,Page=${'x'.repeat(1001)}`],
    ['cdata?SN=A&options=all', 'MAC=1,a key=2'],
  ])('What is no option in the body of a POST to %s is stored', async (path, body) => {
    const { app, adapter } = appWith()
    const post = request(app).post(`/iclock/${path}`).type('text/plain')
    await post.send(body).expect(200, /^(RegistryCode=|GET OPTION FROM: A)/)
    const [upload] = adapter.received()
    const lines = [...(upload?.records ?? []).map(({ raw }) => raw), ...(upload?.unparsed ?? [])]
    const split = (text: Buffer | string) => Buffer.from(text).toString('latin1').split(/[\n,]/)
    expect(lines.flatMap((line) => split(Buffer.from(line))).sort()).toEqual(split(body).sort())
  })

  it.each(['registry?SN=A', 'cdata?SN=A&options=all'])(
    'Options alone, posted to %s, are not stored twice',
    async (path) => {
      const { app, adapter } = appWith()
      const post = request(app).post(`/iclock/${path}`).type('text/plain')
      await post
        .send('~DeviceName=F22/ID,MAC=1,\r\n~OEMVendor=ZKTeco Co., Ltd.,AuxOut:0\n')
        .expect(200)
      expect(adapter.received()).toEqual([])
      expect((await adapter.findTerminal('A'))?.options).toMatchObject({ AuxOut: '0', MAC: '1' })
    },
  )

  it('The body of a poll is stored before its commands are claimed', async () => {
    const { app, adapter } = appWith()
    const { onUpload } = adapter
    const commands = commandQueue(adapter)
    const issued = await commands.issue('A', { text: 'CHECK' })
    adapter.onUpload = () => {
      throw new Error('no disk')
    }
    const poll = () => request(app).post('/iclock/getrequest?SN=A').type('text/plain').send('x')
    await poll().expect(500)
    expect(await commands.state(issued)).toBe('waiting')
    adapter.onUpload = onUpload
    await poll().expect(200, /CHECK/)
  })

  it('A reply in the body of a poll counts', async () => {
    const { app, adapter } = appWith()
    const commands = commandQueue(adapter)
    const issued = await commands.issue('A', { text: 'CHECK' })
    await request(app).get('/iclock/getrequest?SN=A').expect(200, /CHECK/)
    const post = request(app).post('/iclock/getrequest?SN=A').type('text/plain')
    await post.send(`ID=${issued.commandId}&Return=0&CMD=CHECK\n`).expect(200, 'OK')
    expect(await commands.state(issued)).toBe('succeeded')
  })
})

describe('A question of a terminal', () => {
  it('The app answers about a person, and NONE is for those it does not know', async () => {
    const { app } = appWith({
      onQuestion: async ({ serialNumber, query }) => {
        if (query.PIN !== '7') return undefined
        return `DATA UPDATE USERINFO PIN=7\tName=${serialNumber}\n`
      },
    })
    const ask = (query: string) => request(app).get(`/iclock/cdata?SN=A&${query}`)
    await ask('table=RemoteAtt&PIN=7').expect(200, 'DATA UPDATE USERINFO PIN=7\tName=A\n')
    await ask('table=RemoteAtt&PIN=8').expect(200, 'NONE')
    await ask('type=time').expect(200, /^Time=/)
    await ask('options=all').expect(200, /^GET OPTION FROM/)
  })

  it.each<[Partial<TerminalRouterOptions>, number]>([
    [{ onQuestion: () => 7 as never }, 500],
    [{ onQuestion: () => Promise.reject(new Error('no disk')) }, 500],
    [{ onQuestion: () => new Promise<never>(() => {}), timeout: 100 }, 503],
  ])('A function that is wrong is an error: %o', async (options, status) => {
    const { app } = appWith(options)
    await request(app).get('/iclock/cdata?SN=A&table=RemoteAtt&PIN=7').expect(status)
  })

  it.each([{ onQuestion: 'NONE' }, { uploadPaths: ['a/b'] }, { uploadPaths: 'edata' }])(
    'A wrong option is refused: %j',
    (options) => {
      const adapter = memoryAdapter()
      const [name = ''] = Object.keys(options)
      expect(() => terminalRouter({ adapter, ...options } as never)).toThrow(`option "${name}"`)
    },
  )
})
