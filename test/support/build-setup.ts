// Builds the package before the tests if a source has changed since, for tests that run examples and programs on it.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../build.js', import.meta.url))

export function setup(): void {
  execFileSync(process.execPath, [program, '--if-stale'], { stdio: 'inherit' })
}
