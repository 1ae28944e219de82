import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('../support/flood.js', import.meta.url))
const run = promisify(execFile)

// Without a bound, either ends a process with twice this heap.
it.each(['dense', 'packed'])(
  'Twenty %s uploads at once fit into a heap of 160 MB, and all are answered',
  async (kind) => {
    const { stdout } = await run(process.execPath, ['--max-old-space-size=160', program, kind])
    expect(stdout).toBe('20\n')
  },
  180_000,
)
