import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../fixtures/cluster.js', import.meta.url))

it('A worker of a cluster, which has a memory of its own, warns once', async () => {
  const { stderr } = await promisify(execFile)(process.execPath, [program])
  expect(stderr.match(/\[ICLOCK_CLUSTER\] Warning/g)).toHaveLength(1)
  expect(stderr).toContain('Use storage that all workers share.')
})
