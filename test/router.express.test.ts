import express, { type RequestHandler } from 'express'
import request, { type Test } from 'supertest'
import { describe, expect, it } from 'vitest'
import {
  type CommandReplyOptions,
  commandReplyHandler,
  commandReplyRouter,
  memoryAdapter,
} from '../src/index.js'
import { EXAMPLE, SN } from './support/terminal.js'
import { takeWarnings } from './support/warning.js'

const PATH = '/iclock/devicecmd'

/** An app as an adopter writes one: the router, the parsers, a page and an error handler. */
function appWith(options: Partial<CommandReplyOptions> = {}, mount = '/') {
  const adapter = memoryAdapter()
  const errors: (Error & { code?: string })[] = []
  const app = express()
  app.use(mount, commandReplyRouter({ adapter, ...options }))
  app.use(express.json())
  app.use(express.urlencoded({ extended: true }))
  app.get('/', (_req, res) => void res.send('the app'))
  app.use(((error, _req, res, _next) => {
    errors.push(error)
    res.status(error.status ?? 500).json({ code: error.code })
  }) as express.ErrorRequestHandler)
  return { app, adapter, errors }
}

const withBody = (posting: Test, body = EXAMPLE) =>
  posting.set('Content-Type', 'application/x-www-form-urlencoded').send(body)
const reply = (app: express.Express, path = PATH, body = EXAMPLE) =>
  withBody(request(app).post(path).query({ SN }), body)

const turn = () => new Promise((done) => setImmediate(done))

it('The test runs on the Express that its project names', () => {
  expect('query' in express ? '4' : '5').toBe(process.env.EXPRESS)
})

describe('A terminal posts', () => {
  it.each([
    PATH,
    '/iclock/devicecmd/',
    '/iclock/devicecmd.aspx',
    '/ICLOCK/DeviceCmd',
    '/iclock/devicecmd.ASPX/',
  ])('A post to %s is served', async (path) => {
    const { app, adapter } = appWith()
    await reply(app, path).expect(200, 'OK').expect('Content-Type', 'text/plain')
    expect(adapter.replies()).toHaveLength(5)
  })

  it.each(['/push', ['/a', '/b/push']])('A post to the path option %j is served', async (path) => {
    const { app, adapter } = appWith({ path }, '/sub')
    for (const one of [path].flat()) {
      await withBody(request(app).post(`/sub${one}?SN=${one}`), 'ID=1&Return=0').expect(200, 'OK')
    }
    expect(adapter.replies().map(({ serialNumber }) => serialNumber)).toEqual([path].flat())
    await reply(app).expect(404)
  })

  it('A post is served below a mount path with a parameter, and below another router', async () => {
    const adapter = memoryAdapter()
    const inner = express.Router().use('/terminals', commandReplyRouter({ adapter }))
    const app = express().use('/sites/:site', inner)
    await reply(app, `/sites/7/terminals${PATH}`).expect(200, 'OK')
    expect(adapter.replies()).toHaveLength(5)
  })

  it('A request after the router is served by the app and its parsers', async () => {
    const { app } = appWith()
    app.post('/employees', (req, res) => void res.json(req.body))
    await request(app).post('/employees').send({ pin: 7 }).expect(200, { pin: 7 })
    await request(app).get('/').expect(200, 'the app')
  })

  it.each([
    ['POST', '/iclock/getrequest'],
    ['POST', '/iclock/devicecmdx'],
    ['POST', '/x/iclock/devicecmd'],
    ['GET', PATH],
    ['HEAD', PATH],
    ['PUT', PATH],
    ['DELETE', PATH],
  ])('The app answers %s %s', async (method, path) => {
    const { app, adapter } = appWith()
    const asked = new Map([
      ['GET', request(app).get],
      ['HEAD', request(app).head],
      ['PUT', request(app).put],
      ['DELETE', request(app).delete],
      ['POST', request(app).post],
    ]).get(method)
    await asked?.(`${path}?SN=${SN}`).expect(404)
    expect(adapter.replies()).toEqual([])
  })
})

describe('A refusal reaches the error handler of the app', () => {
  it.each([
    ['no serial number', '', 400, 'SERIAL_NUMBER_MISSING'],
    ['two serial numbers', 'SN=a&SN=b', 400, 'SERIAL_NUMBER_MISSING'],
    ['an impossible serial number', 'SN=a%00', 400, 'SERIAL_NUMBER_INVALID'],
    ['a terminal that authorize refuses', 'SN=stranger', 403, 'TERMINAL_NOT_AUTHORIZED'],
  ])('The request is refused: %s', async (_what, query, status, code) => {
    const { app, adapter, errors } = appWith({ authorize: (sn) => sn !== 'stranger' })
    await withBody(request(app).post(`${PATH}?${query}`)).expect(status, { code })
    expect(errors).toMatchObject([{ code, status, expose: true }])
    expect(adapter.replies()).toEqual([])
  })

  it('A body over the limit is refused', async () => {
    const { app, errors } = appWith({ limit: '1kb' })
    await reply(app, PATH, 'x'.repeat(1025)).expect(413)
    expect(errors).toMatchObject([{ type: 'entity.too.large', limit: 1024, length: 1025 }])
  })

  it('A compressed body is refused', async () => {
    const { app } = appWith()
    const posting = request(app).post(`${PATH}?SN=${SN}`).set('Content-Encoding', 'gzip')
    await withBody(posting).expect(415, { code: 'ENCODING_UNSUPPORTED' })
  })

  it('A body that a parser consumed before the router is refused', async () => {
    const app = express().use(express.urlencoded({ extended: true }))
    app.use(commandReplyRouter({ adapter: memoryAdapter() }))
    app.use(
      ((error, _req, res, _next) =>
        void res.status(500).json(error)) as express.ErrorRequestHandler,
    )
    const { body } = await reply(app).expect(500)
    expect(body).toMatchObject({ code: 'BODY_ALREADY_READ' })
  })
})

describe('A mistake in mounting', () => {
  it.each([
    ['/iclock', undefined, 'app.use(router)'],
    ['/iclock/devicecmd', undefined, 'app.use(router)'],
    ['/hr/iclock', undefined, 'app.use("/hr", router)'],
    ['/push', '/push', 'app.use(router)'],
  ])('A router mounted at %s causes one warning, with the cure', async (mount, path, cure) => {
    const warnings = takeWarnings()
    const { app } = appWith(path === undefined ? {} : { path }, mount)
    const asked = path ?? `${mount.startsWith('/hr') ? '/hr' : ''}${PATH}`
    for (const one of [asked, `${asked}/`, asked.toUpperCase()]) await reply(app, one).expect(404)
    await turn()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.message).toContain(`mounted at "${mount}"`)
    expect(warnings[0]?.message).toContain(`Mount it with ${cure}.`)
  })

  it('An app that mounts the router correctly causes no warning', async () => {
    const warnings = takeWarnings()
    const { app } = appWith({}, '/hr/terminals')
    await reply(app, '/hr/terminals/iclock/devicecmd').expect(200)
    await reply(app, '/hr/terminals/other').expect(404)
    await reply(app, '/hr/terminals').expect(404)
    await reply(app).expect(404)
    await turn()
    expect(warnings).toEqual([])
  })

  it.each([
    ['the router', commandReplyRouter],
    ['the handler', commandReplyHandler],
  ])('A call of %s that was forgotten is explained', async (_what, factory) => {
    const app = express().use(factory as unknown as RequestHandler)
    const errors: Error[] = []
    app.use(((error, _req, res, _next) => {
      errors.push(error)
      res.sendStatus(500)
    }) as express.ErrorRequestHandler)
    await reply(app).expect(500)
    expect(errors[0]?.message).toContain('did you forget to call it?')
  })

  it('The handler, mounted without a path, leaves the app everything but POST', async () => {
    const adapter = memoryAdapter()
    const app = express().use(commandReplyHandler({ adapter }))
    app.get('/x', (_req, res) => void res.send('the app'))
    await request(app).get('/x?sn=1').expect(200, 'the app')
    await reply(app).expect(200, 'OK')
    expect(adapter.replies()).toHaveLength(5)
  })
})

it('The function authorize gets the request of Express', async () => {
  const { app } = appWith({ authorize: (_serialNumber, req) => req.get('x-token') === 'secret' })
  app.set('trust proxy', 1)
  await reply(app).expect(403)
  await reply(app).set('X-Token', 'secret').expect(200, 'OK')
  const behindProxy = appWith({ authorize: (_serialNumber, req) => req.ip === '203.0.113.9' }).app
  behindProxy.set('trust proxy', 1)
  await reply(behindProxy).set('X-Forwarded-For', '203.0.113.9').expect(200, 'OK')
})
