import { channel } from 'node:diagnostics_channel'
import express from 'express'
import request from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  commandQueue,
  commandReplyRouter,
  memoryAdapter,
  type TerminalRouterOptions,
  terminalRouter,
} from '../../src/index.js'
import { poll } from '../support/poll.js'
import { post, SN } from '../support/terminal.js'

function appWith(options: Partial<TerminalRouterOptions> = {}, mount = '/') {
  const adapter = memoryAdapter()
  const app = express().set('env', 'test')
  app.use(mount, terminalRouter({ adapter, ...options }))
  app.use((req, res) => void res.send(`the app: ${req.originalUrl}`))
  return { adapter, commands: commandQueue(adapter), app }
}

describe.each(['/iclock/', '/ICLOCK/', '/iclock/iclock/'])('Below %s', (folder) => {
  it.each(['getrequest', 'getrequest.aspx', 'GetRequest', 'getrequest/'])(
    'A terminal polls at %s',
    async (name) => {
      const { app, commands } = appWith()
      await commands.issue(SN, { text: 'CHECK' })
      const answer = await request(app).get(`${folder}${name}?SN=${SN}`)
      expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/:CHECK\n$/) })
    },
  )

  it.each(['devicecmd', 'devicecmd.aspx', 'DeviceCmd', 'devicecmd/'])(
    'A terminal replies at %s',
    async (name) => {
      const { app, adapter } = appWith()
      await request(app).post(`${folder}${name}?SN=${SN}`).send('ID=1&Return=0').expect(200, 'OK')
      expect(adapter.replies()).toHaveLength(1)
    },
  )
})

it('The router works below any mount path', async () => {
  const { app, commands } = appWith({}, '/hr/s3cret')
  await commands.issue(SN, { text: 'CHECK' })
  await request(app)
    .get(`/iclock/getrequest?SN=${SN}`)
    .expect(200, /^the app/)
  await request(app)
    .get(`/hr/s3cret/iclock/getrequest?SN=${SN}`)
    .expect(200, /:CHECK\n$/)
})

it('A terminal whose address was typed with a slash at its end polls below two slashes', async () => {
  const { app, commands } = appWith()
  await commands.issue(SN, { text: 'CHECK' })
  await request(app)
    .get(`//iclock/getrequest?SN=${SN}`)
    .expect(200, /:CHECK\n$/)
})

it('A test of the connection needs no serial number', async () => {
  const { app } = appWith({ authorize: () => false })
  await request(app).get('/iclock/test').expect('Content-Type', 'text/plain').expect(200, 'OK')
  await request(app).post('/iclock/test').expect(200, 'the app: /iclock/test')
})

it('An app can complete what a terminal leaves out, as the docs say', async () => {
  const adapter = memoryAdapter()
  const app = express()
  app.use((req, _res, next) => {
    if (/^\/(cdata|getrequest|devicecmd|ping)\b/.test(req.url)) req.url = `/iclock${req.url}`
    if (!/[?&]SN=/i.test(req.url)) req.url += `&SN=${SN}`
    next()
  })
  app.use(terminalRouter({ adapter }))
  const text = new RegExp(`^GET OPTION FROM: ${SN}\n`)
  await request(app).get('/cdata?options=all&pushver=2.4.1').expect(200, text)
})

it.each([
  ['get', '/iclock/devicecmd'],
  ['put', '/iclock/getrequest'],
  ['get', '/iclock/getrequests'],
  ['get', '/iclock/getrequestxaspx'],
  ['get', '/iclock/getrequest/x'],
  ['get', '/iclock/x/getrequest'],
  ['get', '/x/iclock/getrequest'],
  ['get', '/getrequest'],
  ['get', '///iclock/getrequest'],
  ['get', '/iclock//getrequest'],
  ['post', '/iclock/'],
] as const)('The request %s %s is left to the app', async (method, path) => {
  const { app } = appWith()
  await request(app)[method](`${path}?SN=${SN}`).expect(200, `the app: ${path}?SN=${SN}`)
})

it('The channel publishes what is not served below /iclock/', async () => {
  const seen: unknown[] = []
  const note = (message: unknown) => void seen.push(message)
  channel('express-iclock:unknown').subscribe(note)
  onTestFinished(() => void channel('express-iclock:unknown').unsubscribe(note))
  const { app } = appWith({}, '/hr')
  await request(app).get(`/hr/iclock/getrequest?SN=${SN}`)
  await request(app).get(`/hr/iclock/edata?SN=${SN}`)
  await request(app).get('/hr/other')
  expect(seen).toEqual([{ method: 'GET', path: '/hr/iclock/edata' }])
})

it('The limit of replies applies to nothing else, and authorize guards everything', async () => {
  const { app } = appWith({
    reply: { limit: 20 },
    authorize: (serialNumber) => serialNumber === SN,
  })
  await request(app).post(`/iclock/devicecmd?SN=${SN}`).send('ID=1&Return=0').expect(200)
  await request(app).post(`/iclock/devicecmd?SN=${SN}`).send('ID=1&Return=0&CMD=CHECK').expect(413)
  await request(app).post('/iclock/devicecmd?SN=B').send('ID=1').expect(403)
  await request(app).get('/iclock/getrequest?SN=B').expect(403)
})

it('Commands and replies are in the encoding of the terminal', async () => {
  const { app, adapter, commands } = appWith({ encoding: 'gb18030' })
  await commands.issue(SN, { text: 'DATA UPDATE USERINFO PIN=1\tName=李' })
  const { received } = await poll(app)
  expect(received.toString('latin1')).toMatch(/Name=\xc0\xee\n$/)
  await post(app, { body: Buffer.from('ID=1&Return=0&Name=\xc0\xee', 'latin1') })
  expect(adapter.replies()[0]?.fields).toEqual({ Name: '李' })
})

describe('An adapter', () => {
  it.each(['findRecord', 'onReply', 'openCommands', 'claim'])(
    'An adapter without %s is refused, with a hint at the smaller router',
    (call) => {
      const adapter = { ...memoryAdapter(), [call]: undefined } as never
      const make = () => terminalRouter({ adapter })
      expect(make).toThrow(TypeError)
      expect(make).toThrow(`option "adapter.${call}" is undefined; expected a function`)
      expect(make).toThrow('fits commandReplyRouter')
    },
  )

  it('An adapter that only finds commands and stores replies serves replies', async () => {
    const { findRecord, onReply, replies } = memoryAdapter()
    const findCommand = (serialNumber: string, id: string) => findRecord(serialNumber, id)?.command
    const app = express().use(commandReplyRouter({ adapter: { findCommand, onReply } }))
    await request(app).post(`/iclock/devicecmd?SN=${SN}`).send('ID=1&Return=0').expect(200, 'OK')
    expect(replies()).toHaveLength(1)
  })
})

it.each<[object, string]>([
  [{ limit: 5 }, 'there is no option "limit"'],
  [{ reply: { encoding: 'utf-8' } }, 'there is no option "reply.encoding"'],
  [{ delivery: { attempts: 5 } }, 'there is no option "delivery.attempts"'],
  [{ path: '/x' }, 'there is no option "path"'],
])('Unknown options are refused: %j', (options, message) => {
  const make = () => terminalRouter({ adapter: memoryAdapter(), ...options } as never)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(message)
})
