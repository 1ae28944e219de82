// Storage on several machines, and behind a pooler: the contract, with each other process on another
// node, and a campaign of kills. `npm run test:engines`, or one: `npm run test:engines -- galera`; with
// `--whole`, all cases of the contract, not only those of several callers; with `--broken`, a planted
// defect instead, which the campaign must find.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findPostgres, startPostgres } from '../test/support/postgres.js'
import { hasGalera, startGalera } from './crash/galera.js'
import { hasPgbouncer, startPgbouncer } from './crash/pgbouncer.js'

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    whole: { type: 'boolean', default: false },
    broken: { type: 'boolean', default: false },
  },
})
const RACES = 'at the same moment|two processes|in another|many callers|thirty times|hundred times'

const root = fileURLToPath(new URL('..', import.meta.url))
const count = { passed: 0, failed: 0, skipped: 0 }
const print = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`)

/**
 * `broken` is what the engine is there for: nodes that grant one claim twice, or a standby that lacks
 * what was confirmed.
 *
 * @type {Record<string, { kills: number, broken: import('./crash/broken.js').Defect, contract?: () => Promise<void> }>}
 */
const ENGINES = {
  galera: {
    kills: 3,
    broken: 'claim',
    async contract() {
      if (!(await hasGalera())) return missing('mariadb-server, galera-4 and rsync')
      const server = await startGalera()
      const [one, other] = server.urls.map((url) => url.replace(/[^/]*$/, ''))
      const test = 'test/knex/contract.mariadb.test.ts'
      try {
        await testWith('mariadb', test, { MARIADB_URLS: `${one},${other}` })
      } finally {
        await server.remove()
      }
    },
  },
  // A standby is not written to: the contract on it is that on PostgreSQL.
  standby: { kills: 3, broken: 'answer' },
  pgbouncer: {
    kills: 3,
    broken: 'claim',
    async contract() {
      const bin = await findPostgres()
      if (bin === undefined || !(await hasPgbouncer())) return missing('postgresql and pgbouncer')
      const server = await startPostgres(bin)
      const pooler = await startPgbouncer(server.url)
      const test = 'test/postgres/contract.postgres.test.ts'
      try {
        await testWith('postgres', test, { POSTGRES_URL: pooler.url })
      } finally {
        await pooler.remove()
        await server.remove()
      }
    },
  },
}

/** @param {string} packages */
function missing(packages) {
  if (process.env.REQUIRE_ENGINES === '1') throw new Error(`apt-get install ${packages}`)
  count.skipped++
  print(`skipped: the contract needs ${packages}`)
}

/** Adds up what Vitest counts. @param {string} project @param {string} test @param {object} env */
async function testWith(project, test, env) {
  const folder = await mkdtemp(join(tmpdir(), 'iclock-engines-'))
  const report = join(folder, 'report.json')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', `--project=${project}`, test, '--reporter=dot', '--reporter=json']
  try {
    const cases = values.whole ? [] : ['-t', RACES]
    await run([...args, ...cases, `--outputFile.json=${report}`], env)
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      await readFile(report, 'utf8'),
    )
    count.passed += numPassedTests
    count.failed += numFailedTests
    if (values.whole) count.skipped += numPendingTests
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @param {string[]} args @param {object} [env] */
async function run(args, env) {
  const child = spawn(process.execPath, args, {
    ...{ cwd: root, env: { ...process.env, ...env } },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
    process.stdout.write(text)
  })
  await once(child, 'close')
  return said
}

/** @param {string} name @param {number} kills @param {string[]} options */
async function campaign(name, kills, ...options) {
  const said = await run(['checks/crash.js', '--storage', name, '--kills', `${kills}`, ...options])
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m.exec(said)
  count.passed += Number(found?.[1] ?? 0)
  count.failed += Number(found?.[2] ?? 1)
  count.skipped += Number(found?.[3] ?? 0)
}

const unknown = asked.find((name) => !Object.hasOwn(ENGINES, name))
if (unknown !== undefined) {
  throw new Error(`"${unknown}" is no engine; expected ${Object.keys(ENGINES).join(', ')}`)
}
for (const [name, { kills, broken, contract }] of Object.entries(ENGINES)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const began = Date.now()
  print(`== ${name}`)
  try {
    if (values.broken) await campaign(name, kills, '--broken', broken)
    else {
      await contract?.()
      await campaign(name, kills, '--events')
    }
  } catch (error) {
    count.failed++
    print(`failed: ${/** @type {Error} */ (error).stack}`)
  }
  print(`${name}: ${Math.round((Date.now() - began) / 1000)} s`)
}
print(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed === 0 ? 0 : 1
