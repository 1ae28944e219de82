import { readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { runExample } from '../support/example.js'
import { STORAGES_PRINT } from '../support/storages-print.js'

it('The demo completes the loop, and fills a terminal that was replaced', async () => {
  const { stdout } = await runExample('demo')
  expect(stdout.match(/app +reads .*/g)).toEqual([
    'app       reads "succeeded": done',
    'app       reads "succeeded": done',
    expect.stringContaining('reads "failed": capacity reached'),
  ])
  expect(stdout.match(/receives .*PIN=8/g)).toHaveLength(2)
  expect(stdout.match(/terminal +holds .*/g)).toEqual([
    'terminal  holds Visitor',
    'terminal  holds Visitor, Ada, Bo, Chen',
    'terminal  holds nobody',
    'terminal  holds Ada, Bo, Chen',
  ])
  expect(stdout).not.toContain('HTTP/1.1')
})

it('The demo shows every request and answer on request', async () => {
  const { stdout } = await runExample('demo', '--wire')
  expect(stdout).toMatch(/> GET \/iclock\/getrequest\?SN=0316144680030/)
  expect(stdout).toMatch(/< C:[0-9a-z]{16}:DATA UPDATE USERINFO PIN=7\tName=Ada/)
  expect(stdout).toMatch(/> ID=[0-9a-z]{16}&Return=-1001&CMD=DATA/)
})

it('The example of webhooks reads each arrival once its receiver works', async () => {
  expect((await runExample('example:webhooks')).stdout.split('\n').slice(0, 3)).toEqual([
    'receiver  answers 500',
    'receiver  reads punch of 7',
    'receiver  reads punch of 8',
  ])
})

it('The example of a dashboard draws each of its metrics', async () => {
  const { stdout } = await runExample('example:dashboard', '', { SECONDS: '2' })
  const [, file = ''] = /^4 panels of \d+ looks: (.*)$/m.exec(stdout) ?? []
  const page = await readFile(file, 'utf8')
  await rm(dirname(file), { recursive: true })
  const names = [...page.matchAll(/>([\w ]+)<\/text>/g)].map(([, name]) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'poll',
      'handshake',
      'TERMINAL_NOT_AUTHORIZED',
      'succeeded',
      'waiting',
    ]),
  )
})

it('The tests of the HR app pass under Jest', async () => {
  const { stderr } = await runExample('example:hr-app-jest')
  expect(stderr).toMatch(/Tests: +8 passed, 8 total/)
})

it.each(['memory', 'sqlite'])('The example of storages prints the same on %s', async (storage) => {
  expect((await runExample('example:storages', storage)).stdout).toBe(STORAGES_PRINT)
})

it.each(['example:mongo', 'example:storages'] as const)(
  'The example %s says what to start if there is no MongoDB',
  async (script) => {
    const words = script === 'example:storages' ? 'mongodb' : ''
    await expect(runExample(script, words, { MONGODB_URL: '' })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MONGODB_URL=mongodb://127.0.0.1:27017'),
    })
  },
)
