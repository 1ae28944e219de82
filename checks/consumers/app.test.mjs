// The app's test in Vitest.
import express from 'express'
import { memoryAdapter, terminalRouter } from 'express-iclock'
import request from 'supertest'
import { expect, test } from 'vitest'
import { example } from './example.cjs'

test('keeps the replies of a terminal', async () => {
  const { path, body, kept } = example
  const adapter = memoryAdapter()
  const app = express().use(terminalRouter({ adapter }))
  const answer = await request(app).post(path).send(body).unset('Content-Type')
  expect([answer.status, answer.text]).toEqual([200, 'OK'])
  expect(adapter.replies()).toMatchObject(kept)
})

test('loads every subpath', async () => {
  for (const name of process.env.SUBPATHS.split(',')) expect(await import(name)).toBeTruthy()
})
