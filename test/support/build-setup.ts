// Builds the package before the tests if a source has changed since, for tests that run examples
// and programs on it; and reports which tests don't run.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

const program = fileURLToPath(new URL('../../build.js', import.meta.url))

const ELSEWHERE = {
  long: 'examples as programs, the docs, adapters that break the contract (npm run test:long)',
  browser: 'the page in a real browser (npm run test:browser)',
  mongodb: 'storage in MongoDB (npm run test:mongodb)',
  postgres: 'storage in PostgreSQL (npm run test:postgres)',
  mariadb: 'storage by Knex on MariaDB (npm run test:mariadb)',
}

export function setup({ name, vitest }: TestProject): void {
  execFileSync(process.execPath, [program, '--if-stale'], { stdio: 'inherit' })
  if (name !== 'node') return
  const running = vitest.projects.map((project) => project.name)
  const skipped = Object.entries(ELSEWHERE).filter(([project]) => !running.includes(project))
  if (skipped.length === 0) return
  const list = skipped.map(([, what]) => `\n  - ${what}`).join('')
  process.stdout.write(`\nNot run here; npm run test:all runs everything:${list}\n\n`)
}
