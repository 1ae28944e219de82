import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { memoryAdapter, terminalRouter } from '../../src/index.js'
import { send } from '../support/request.js'

const LINE = '7\t2026-10-05 06:58:10\t0\t1'
const PHOTO = Buffer.from(
  'PIN=20261005065810-7.jpg\nSN=1\nsize=3\nCMD=uploadphoto\0\xff\xd8\0',
  'latin1',
)

/** Posts an upload to a router behind other middleware. */
async function post(
  parsers: RequestHandler[],
  query: string,
  body: string | Buffer,
  type?: string,
) {
  const adapter = memoryAdapter()
  const app = express().set('env', 'test')
  if (parsers.length > 0) app.use(...parsers)
  app.use(terminalRouter({ adapter }))
  const headers = type === undefined ? {} : { 'Content-Type': type }
  const answer = await send(app, { path: `/iclock/cdata?SN=1&${query}`, body, headers })
  const kept = adapter.received().flatMap(({ records }) => records.map(({ raw }) => raw))
  return { ...answer, kept }
}

const everything = { type: () => true }
const exact: [string, RequestHandler[]][] = [
  ['nothing', []],
  [
    'express.json() and express.urlencoded()',
    [express.json(), express.urlencoded({ extended: true })],
  ],
  ['express.raw() of everything', [express.raw(everything)]],
]

describe.each(exact)('An upload behind %s', (_, parsers) => {
  it.each([undefined, 'text/plain', 'application/push;charset=UTF-8'])(
    'An upload with the Content-Type %s is stored',
    async (type) => {
      const { body, kept } = await post(parsers, 'table=ATTLOG', `${LINE}\n`, type)
      expect([body, kept.map(String)]).toEqual(['OK: 1', [LINE]])
    },
  )

  it('The bytes of a photo are stored', async () => {
    const { body, kept } = await post(parsers, 'table=ATTPHOTO', PHOTO, 'text/plain')
    expect([body, kept]).toEqual(['OK', [PHOTO]])
  })
})

describe('An upload behind a parser that turns everything into text', () => {
  const parsers = [express.text(everything)]

  it('An upload that lost nothing is stored', async () => {
    const { body, kept } = await post(parsers, 'table=ATTLOG', `${LINE}\n`, 'text/plain')
    expect([body, kept.map(String)]).toEqual(['OK: 1', [LINE]])
  })

  it('A photo is refused, since its bytes are lost', async () => {
    const { status, kept } = await post(parsers, 'table=ATTPHOTO', PHOTO, 'text/plain')
    expect([status, kept]).toEqual([500, []])
  })
})
