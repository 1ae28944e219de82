import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import {
  commandReplyHandler,
  deliveryHandler,
  type Handler,
  handshakeHandler,
  type IclockError,
  uploadHandler,
} from '../../src/index.js'
import { type GoldenOptions, goldenText } from '../support/golden.js'

/** All handlers as one, chosen by method and path as in an app on node:http. */
function handlerOf(options: GoldenOptions): Handler {
  const { adapter, authorize, timeout, encoding, limit, maxRecords, maxCommands } = options
  const shared = {
    adapter,
    ...(authorize !== undefined && { authorize }),
    ...(timeout !== undefined && { timeout }),
  }
  const text = { ...(encoding !== undefined && { encoding }) }
  const body = {
    ...{ ...shared, ...text },
    ...(limit !== undefined && { limit }),
    ...(maxRecords !== undefined && { maxRecords }),
  }
  const delivery = { ...(maxCommands !== undefined && { maxCommands }) }
  const polls = deliveryHandler({ ...shared, ...text, delivery })
  const replies = commandReplyHandler(body)
  const uploads = uploadHandler(body)
  const handshakes = handshakeHandler({ ...shared, timeZone: 'Asia/Manila' })
  return (req, res, next) => {
    const name = nameOf(req)
    const isUpload =
      ['querydata', 'fdata'].includes(name) ||
      (name === 'cdata' && hasBody(req) && !req.url?.includes('options='))
    if (name === 'getrequest') polls(req, res, next)
    else if (name === 'devicecmd') replies(req, res, next)
    else if (isUpload) uploads(req, res, next)
    else handshakes(req, res, next)
  }
}

const nameOf = ({ url = '' }: IncomingMessage) =>
  /\w+(?=\.|\?|$)/.exec(url)?.[0].toLowerCase() ?? ''
const hasBody = ({ method }: IncomingMessage) => method === 'POST' || method === 'PUT'

it('Every octet that the handlers answer on node:http is as recorded', async () => {
  const text = await goldenText((options) => {
    const handler = handlerOf(options)
    return (req, res) => handler(req, res)
  })
  await expect(text).toMatchFileSnapshot('../fixtures/golden/node-http.txt')
})

it('Every octet that the handlers answer with a next is as recorded', async () => {
  const text = await goldenText((options) => {
    const handler = handlerOf(options)
    return (req, res) =>
      handler(req, res, (error) => {
        const { status = 500, code, message } = (error ?? { status: 404 }) as IclockError
        res.writeHead(status).end(error === undefined ? 'next\n' : `${code}: ${message}\n`)
      })
  })
  await expect(text).toMatchFileSnapshot('../fixtures/golden/node-http-next.txt')
})
