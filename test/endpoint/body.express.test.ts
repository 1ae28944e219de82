import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import {
  commandReplyHandler,
  commandReplyRouter,
  type IclockError,
  memoryAdapter,
} from '../../src/index.js'
import { EXAMPLE, type Post, post } from '../support/terminal.js'

const keepRawBody = (req: object, _res: unknown, buffer: Buffer) => {
  Object.assign(req, { rawBody: buffer })
}
const set =
  (member: string, value: unknown): RequestHandler =>
  (req, _res, next) => {
    Object.assign(req, { [member]: value })
    req.on('end', next).resume()
  }

const leave =
  (members: object): RequestHandler =>
  (req, _res, next) => {
    Object.assign(req, members)
    next()
  }

async function postBehind(before: RequestHandler[], request: Post = {}, limit = '1mb') {
  const adapter = memoryAdapter()
  const errors: IclockError[] = []
  const app = express()
  for (const middleware of before) app.use(middleware)
  app.use('/sub', commandReplyRouter({ adapter, limit }))
  app.use(((error, _req, res, _next) => {
    errors.push(error)
    res.status(error.status ?? 500).end()
  }) as express.ErrorRequestHandler)
  const answer = await post(app, { path: '/sub/iclock/devicecmd', ...request })
  return { answer, replies: adapter.replies(), unparsed: adapter.unparsed(), errors }
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const plain = { 'Content-Type': 'text/plain' }
const octets = { 'Content-Type': 'application/octet-stream' }

describe('Reading the body', () => {
  it.each([
    ['express.json(), which leaves other types alone', [express.json()], {}],
    [
      'express.json() and express.urlencoded(), if there is no type',
      [express.json(), express.urlencoded({ extended: true })],
      {},
    ],
    ['the same and another type', [express.json(), express.urlencoded({ extended: false })], plain],
    ['express.text(), which skips a post without type', [express.text({ type: '*/*' })], {}],
    ['express.text(), from its text', [express.text({ type: '*/*' })], plain],
    ['express.text(), from its text of a form', [express.text({ type: '*/*' })], form],
    ['express.raw(), which skips a post without type', [express.raw({ type: '*/*' })], {}],
    ['express.raw(), from its bytes', [express.raw({ type: '*/*' })], octets],
    [
      'express.urlencoded() with a verify that keeps the bytes',
      [express.urlencoded({ verify: keepRawBody, extended: true })],
      form,
    ],
    ['whatever left a Uint8Array', [set('body', new Uint8Array(Buffer.from(EXAMPLE)))], {}],
    ['whatever left the text in rawBody', [set('rawBody', EXAMPLE)], {}],
    [
      'a parser that left the bytes, beside another that left other ones',
      [leave({ body: Buffer.alloc(147, 'x') }), set('rawBody', Buffer.from(EXAMPLE))],
      {},
    ],
    [
      'a middleware that paused it',
      [((req, _res, next) => void next(void req.pause())) as RequestHandler],
      {},
    ],
    [
      'a middleware that collects it meanwhile',
      [
        ((req, _res, next) => {
          const seen = req as typeof req & { rawBody: Buffer }
          seen.rawBody = Buffer.alloc(0)
          seen.on('data', (chunk) => {
            seen.rawBody = Buffer.concat([seen.rawBody, chunk])
          })
          next()
        }) as RequestHandler,
      ],
      {},
    ],
    [
      'a middleware that takes its time',
      [((_req, _res, next) => void setTimeout(next, 5)) as RequestHandler],
      {},
    ],
  ] as [string, RequestHandler[], Record<string, string>][])(
    'The body is read behind %s',
    async (_parser, before, headers) => {
      const { answer, replies, unparsed, errors } = await postBehind(before, { headers })
      expect(errors).toEqual([])
      expect(answer).toMatchObject({ status: 200, body: 'OK' })
      expect(replies).toHaveLength(5)
      expect(Buffer.concat(replies.map(({ raw }) => raw)).toString()).toBe(
        EXAMPLE.replaceAll('\n', ''),
      )
      expect(unparsed).toEqual([])
    },
  )

  it('The body is read from text that express.text() decoded as the UTF-8 the terminal declares', async () => {
    const body = 'ID=1&Return=0&CMD=INFO\nName=考勤机'
    for (const charset of ['utf-8', 'UTF8', '"Utf-8"']) {
      const headers = { 'Content-Type': `text/plain; charset=${charset}` }
      const parser = express.text({ type: '*/*', defaultCharset: 'gb18030' })
      const { replies, errors } = await postBehind([parser], { headers, body })
      expect(errors).toEqual([])
      expect(replies[0]?.fields).toEqual({ Name: '考勤机' })
    }
  })

  it('The body is read from what a parser inflated', async () => {
    const headers = { ...octets, 'Content-Encoding': 'gzip' }
    const body = gzipSync(EXAMPLE)
    const parser = express.raw({ type: '*/*' })
    expect((await postBehind([parser], { headers, body })).replies).toHaveLength(5)
    const beside = await postBehind([leave({ rawBody: body }), parser], { headers, body })
    expect(beside.replies).toHaveLength(5)
  })

  it.each(['identity', 'Identity', ''])(
    'The body is read behind express.raw() and express.text() when the Content-Encoding is "%s"',
    async (coding) => {
      const headers = { ...octets, 'Content-Encoding': coding }
      for (const parser of [express.raw({ type: '*/*' }), express.text({ type: '*/*' })]) {
        // Express 4's parsers know no empty coding, and refuse it themselves.
        const { replies, errors } = await postBehind([parser], { headers })
        if (errors[0]?.status !== 415) expect(replies).toHaveLength(5)
        expect(errors.every(({ status }) => status === 415 && coding === '')).toBe(true)
      }
    },
  )

  it.each(['rawBody', 'body'])(
    'The body is read from %s of a request whose stream never ends',
    async (member) => {
      const req = Object.assign(new IncomingMessage(new Socket()), {
        ...{ method: 'POST', url: '/?SN=A', headers: { 'content-length': '147' } },
        [member]: Buffer.from(EXAMPLE),
      })
      const adapter = memoryAdapter()
      commandReplyHandler({ adapter })(req, new ServerResponse(req))
      await expect.poll(() => adapter.replies()).toHaveLength(5)
    },
  )

  it('The body is empty behind a parser that met an empty body', async () => {
    const empty = { headers: form, body: '' }
    const { answer } = await postBehind([express.urlencoded({ extended: true })], empty)
    expect(answer).toMatchObject({ status: 200, body: 'OK' })
  })
})

describe('A refused body, with a message that says where to mount', () => {
  const binary = Buffer.concat([
    Buffer.from('ID=1\nCMD=GetFile\nReturn=2\nContent='),
    Buffer.from([0xff, 0]),
  ])
  const gb2312 = Buffer.concat([
    Buffer.from('ID=1&Return=0&CMD=INFO\nName='),
    Buffer.from([0xbf, 0xbc]),
  ])

  it.each([
    [
      'express.urlencoded() left an object',
      [express.urlencoded({ extended: true })],
      { headers: form },
      'req.body is object',
    ],
    [
      'express.text() was left to guess the charset, which a default of its own may be',
      [express.text({ type: '*/*', defaultCharset: 'gb18030' })],
      // Greek has two octets in gb18030, and in UTF-8.
      { headers: plain, body: Buffer.from([...Buffer.from('ID=1&Return=0&CMD='), 0xa6, 0xc1]) },
      'req.body is string',
    ],
    [
      'express.text() decoded gb18030 that is UTF-8 as well',
      [express.text({ type: '*/*' })],
      {
        headers: { 'Content-Type': 'text/plain; charset=gb18030' },
        body: Buffer.from([...Buffer.from('ID=1&Return=0&CMD='), 0xd0, 0x90, 0xa6, 0xc1]),
      },
      'req.body is string',
    ],
    [
      'express.text() dropped a byte order mark',
      [express.text({ type: '*/*' })],
      { headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: `\ufeff${EXAMPLE}` },
      'req.body is string',
    ],
    [
      'express.text() may have dropped a byte order mark of a body in chunks',
      [express.text({ type: '*/*' })],
      { headers: plain, body: `\ufeff${EXAMPLE}`, chunkSize: 50 },
      'req.body is string',
    ],
    [
      'express.text() decoded UTF-16',
      [express.text({ type: '*/*' })],
      {
        headers: { 'Content-Type': 'text/plain; charset=utf-16le' },
        body: Buffer.from(EXAMPLE, 'utf16le'),
      },
      'req.body is string',
    ],
    [
      'two charsets are declared',
      [express.text({ type: '*/*' })],
      {
        headers: { 'Content-Type': 'text/plain; charset=utf-8; charset=gb18030' },
        body: Buffer.from([...Buffer.from('ID=1&Return=0&CMD='), 0xa6, 0xc1]),
      },
      'req.body is string',
    ],
    [
      'express.text() inflated it',
      [express.text({ type: '*/*' })],
      { headers: { ...plain, 'Content-Encoding': 'gzip' }, body: gzipSync(EXAMPLE) },
      'req.body is string',
    ],
    ['somebody read it and left nothing', [set('x', 1)], {}, 'req.body is undefined'],
    [
      'express.text() decoded another charset of a body in chunks',
      [express.text({ type: '*/*' })],
      { headers: { 'Content-Type': 'text/plain; charset=latin1' }, body: binary, chunkSize: 9 },
      'req.body is string',
    ],
    [
      'express.text() met bytes that are not UTF-8 in chunks',
      [express.text({ type: '*/*' })],
      { headers: plain, body: binary, chunkSize: 9 },
      'req.body is string',
    ],
    [
      'express.urlencoded() left an object of a body in chunks',
      [express.urlencoded({ extended: true })],
      { headers: form, chunkSize: 50 },
      'req.body is object',
    ],
    [
      'somebody took a part of it and continues',
      [((req, _res, next) => void req.once('data', () => setImmediate(next))) as RequestHandler],
      { segmentSize: 200, segmentPause: 20 },
      'req.body is undefined',
    ],
    [
      'somebody took a part of it by hand',
      [
        ((req, _res, next) =>
          void req.once('readable', () => {
            req.read(10)
            setImmediate(next)
          })) as RequestHandler,
      ],
      { chunkSize: 50 },
      'req.body is undefined',
    ],
    [
      'somebody has asked for text',
      [((req, _res, next) => void next(void req.setEncoding('utf8'))) as RequestHandler],
      {},
      'req.body is undefined',
    ],
    [
      'somebody listens for what can be read',
      [((req, _res, next) => void next(void req.on('readable', () => {}))) as RequestHandler],
      {},
      'req.body is undefined',
    ],
    ['somebody left null', [set('body', null)], {}, 'req.body is null'],
    [
      'express.text() met bytes that are not UTF-8',
      [express.text({ type: '*/*' })],
      { headers: plain, body: binary },
      'req.body is string',
    ],
    [
      'express.text() decoded another charset',
      [express.text({ type: '*/*' })],
      { headers: { 'Content-Type': 'text/plain; charset=gb2312' }, body: gb2312 },
      'req.body is string',
    ],
  ] as [string, RequestHandler[], Post, string][])(
    'The body is refused when %s',
    async (_when, before, request, said) => {
      const { answer, replies, errors } = await postBehind(before, request)
      expect(answer.status).toBe(500)
      expect(replies).toEqual([])
      expect(errors).toMatchObject([{ code: 'BODY_ALREADY_READ', status: 500, expose: false }])
      expect(errors[0]?.message).toContain(said)
      expect(errors[0]?.message).toContain(
        'Mount the endpoint before express.json(), express.urlencoded()',
      )
    },
  )
})

it('The limit holds for a body that a parser has read, too', async () => {
  const parser = express.raw({ type: '*/*' })
  const { answer, errors } = await postBehind([parser], { headers: octets }, '100b')
  expect(answer.status).toBe(413)
  expect(errors).toMatchObject([{ type: 'entity.too.large', limit: 100, length: 147 }])
})
