import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { expect, it } from 'vitest'
import {
  commandReplyHandler,
  deliveryHandler,
  type Handler,
  handshakeHandler,
  type IclockError,
  uploadHandler,
} from '../../src/index.js'
import { terminalFetch } from '../../src/web.js'
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

it('Every octet that terminalFetch answers on Hono is as recorded', async () => {
  const text = await goldenText(({ limit, maxRecords, maxCommands, ...options }) => {
    const body = {
      ...(limit !== undefined && { limit }),
      ...(maxRecords !== undefined && { maxRecords }),
    }
    const delivery = { ...(maxCommands !== undefined && { maxCommands }) }
    const settings = { timeZone: 'Asia/Manila', reply: body, upload: body, delivery }
    const terminals = terminalFetch({ ...options, ...settings })
    return getRequestListener(async (request) => {
      return (await terminals(request)) ?? new Response('next\n', { status: 404 })
    })
  })
  await expect(text).toMatchFileSnapshot('../fixtures/golden/web.txt')
})

it('What terminalFetch answers with 200 has the octets of Express, in another order of headers', () => {
  const answersOf = (name: string) => {
    const text = readFileSync(new URL(`../fixtures/golden/${name}.txt`, import.meta.url), 'utf8')
    return text.split(/^### /m).flatMap((block) => {
      const [head = '', ...body] = block.split('␍\n␍\n')
      const [about, ...headers] = head.split('␍\n').flatMap((line) => line.split('\n'))
      return headers[0]?.startsWith('HTTP/1.1 200') ? [[about, headers.sort(), body]] : []
    })
  }
  const express = answersOf('express')
  expect(express.length).toBeGreaterThan(40)
  expect(answersOf('web')).toEqual(express)
})
