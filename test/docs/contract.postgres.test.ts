// The harness of the page on storage, run as it is printed.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { blocksIn, ROOT } from '../support/page.js'

const url = inject('postgresUrl')
const { VITEST: _, NODE_ENV: __, ...inherited } = process.env

// PGlite has no address that a driver could connect to.
it.skipIf(url === undefined)('The harness for SQL proves every case on replies', async () => {
  const block = blocksIn('js', 'docs/storage.md').find(({ mark, text }) => {
    return mark === 'run' && text.includes('DATABASE_URL')
  })
  // Within the repository, so that the package is found by its own name.
  const folder = await mkdtemp(join(ROOT, '.build-docs-'))
  try {
    const file = join(folder, 'harness.mjs')
    await writeFile(file, `${block?.text}`)
    const options = { env: { ...inherited, DATABASE_URL: url }, maxBuffer: 2 ** 26 }
    const arguments_ = ['--test-reporter', 'tap', file]
    const { stdout } = await promisify(execFile)(process.execPath, arguments_, options)
    const skipped = [...stdout.matchAll(/# SKIP (.*)$/gm)].map(([, reason]) => reason)
    const [lacking, ...others] = skipped
    expect(lacking).toContain(
      'the adapter has no onUpload (terminalRouter and uploadHandler need it',
    )
    expect(
      others.filter((reason) => !reason?.startsWith('not proved: the adapter has no')),
    ).toEqual([])
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(30)
  } finally {
    await rm(folder, { recursive: true })
  }
})
