import express, { type ErrorRequestHandler } from 'express'
import { expect, it } from 'vitest'
import { type IclockError, terminalRouter } from '../../src/index.js'
import { goldenText, type Way } from '../support/golden.js'

const onError: ErrorRequestHandler = (error: IclockError, _req, res, next) => {
  if (res.headersSent) return next(error)
  res
    .status(error.status ?? 500)
    .type('text/plain')
    .send(`${error.code}: ${error.message}\n`)
}

const way: Way = ({ limit, maxRecords, maxCommands, ...options }) => {
  const body = {
    ...(limit !== undefined && { limit }),
    ...(maxRecords !== undefined && { maxRecords }),
  }
  const delivery = { ...(maxCommands !== undefined && { maxCommands }) }
  return express()
    .disable('x-powered-by')
    .disable('etag')
    .use(
      terminalRouter({ ...options, timeZone: 'Asia/Manila', reply: body, upload: body, delivery }),
    )
    .use((_req, res) => void res.status(404).send('next\n'))
    .use(onError)
}

it(`Every octet that terminalRouter answers on Express ${process.env.EXPRESS} is as recorded`, async () => {
  const file = '../fixtures/golden/express.txt'
  await expect(await goldenText(way)).toMatchFileSnapshot(file)
})
