import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../checks/soak.js', import.meta.url))

it('a good terminal is answered beside a hostile fleet, and the heap is as before', {
  timeout: 60_000,
}, async () => {
  const options = ['--seconds', '3', '--devices', '20', '--dribbling', '200']
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...options])
  expect(stdout).toContain('heap after')
  expect(stdout).not.toContain('RED')
})
