import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const PROGRAM = fileURLToPath(new URL('../dist/esm/cli.js', import.meta.url))

it('The built program runs through a link like that of npm', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iclock-cli-'))
  const link = join(folder, 'express-iclock')
  symlinkSync(PROGRAM, link)
  const run = promisify(execFile)
  const version = await run(process.execPath, [link, '--version'])
  const wrong = await run(process.execPath, [link, 'reply']).catch((error) => error)
  rmSync(folder, { recursive: true })
  expect(version).toMatchObject({ stdout: `${manifest.version}\n`, stderr: '' })
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toBe(
    'express-iclock: --url is missing, e.g. --url localhost:3000 (see --help)\n',
  )
})
