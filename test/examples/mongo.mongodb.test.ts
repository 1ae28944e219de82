import { expect, inject, it } from 'vitest'
import { runExample } from '../support/example.js'
import { STORAGES_PRINT } from '../support/storages-print.js'

const url = inject('mongodbUrl')
const onServer = it.skipIf(url === undefined)
const env = { MONGODB_URL: url }

onServer('the example of storages prints the same on MongoDB as on others', async () => {
  const { stdout } = await runExample('example:storages', 'mongodb', env)
  expect(stdout).toBe(STORAGES_PRINT)
})

onServer('the example on MongoDB keeps each reply once, over a restart', async () => {
  const { stdout } = await runExample('example:mongo', '', env)
  const [, replies = ''] = stdout.split('iclock_replies')
  expect(replies.match(/_id: '.*'/g)).toEqual(
    ['hr1001', 'hr1002', 'hr1003'].map((id) => `_id: '["0316144680030","${id}"]'`),
  )
  expect(stdout).toContain("A command's reply\n'hr1001 succeeded: done'\n")
  expect(stdout).toContain(
    'Failed since yesterday\n[ "hr1002 failed: duplicate of another user\'s" ]',
  )
})
