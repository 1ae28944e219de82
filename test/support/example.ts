// Runs an example as its npm script does, but for the build, which was made before the tests.
import { exec } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import manifest from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../..', import.meta.url))
const { VITEST: _, NODE_ENV: __, ...inherited } = process.env

/** What the example prints; rejects if it fails. */
export function runExample(
  script: keyof typeof manifest.scripts,
  words = '',
  env: NodeJS.ProcessEnv = {},
): Promise<{ stdout: string; stderr: string }> {
  const command = manifest.scripts[script].replace('node build.js --if-stale && ', '')
  const PATH = `node_modules/.bin:${inherited.PATH}`
  return promisify(exec)(`${command} ${words}`, { cwd: root, env: { ...inherited, PATH, ...env } })
}
