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

onServer('the example on MongoDB keeps each reply and record once, over a restart', async () => {
  const { stdout } = await runExample('example:mongo', '', env)
  const [commands = '', rest = ''] = stdout.split('\niclock_attendance\n')
  const [punches = ''] = rest.split("A command's state")
  expect(commands.match(/_id:/g)).toHaveLength(2)
  expect(punches.match(/_id:/g)).toHaveLength(1)
  expect(punches).toContain('2026-10-05 06:58:10')
  expect(stdout).toContain("A command's state\n'succeeded: done'\n")
  expect(stdout).toContain(
    'Failed since yesterday\n[ "ENROLL_FP failed: duplicate of another user\'s" ]',
  )
})
