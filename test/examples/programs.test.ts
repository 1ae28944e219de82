import { expect, it } from 'vitest'
import { runExample } from '../support/example.js'
import { STORAGES_PRINT } from '../support/storages-print.js'

it('the demo keeps every reply, each once', async () => {
  const { stdout } = await runExample('demo')
  expect(stdout).toMatch(/Every reply is kept, each once: 8 of 8\.\n$/)
})

it('the tests of the HR app pass under Jest', { timeout: 60_000 }, async () => {
  const { stderr } = await runExample('example:hr-app-jest')
  expect(stderr).toMatch(/Tests: +5 passed, 5 total/)
})

it.each(['memory', 'sqlite'])('the example of storages prints the same on %s', async (storage) => {
  expect((await runExample('example:storages', storage)).stdout).toBe(STORAGES_PRINT)
})

it.each(['example:mongo', 'example:storages'] as const)(
  '%s says what to start if there is no MongoDB',
  async (script) => {
    const words = script === 'example:storages' ? 'mongodb' : ''
    await expect(runExample(script, words, { MONGODB_URL: '' })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MONGODB_URL=mongodb://127.0.0.1:27017'),
    })
  },
)
