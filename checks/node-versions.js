// Runs the tests that need only Node on the oldest version that the package supports, and on the
// newest of each later line, where better-sqlite3 comes with it. `node checks/node-versions.js 22`
// runs them only on that one.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSIONS = ['20.19.0', '22', '24', '26']
const asked = process.argv.slice(2)
const versions = asked.length > 0 ? asked : VERSIONS

const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const temporary = mkdtempSync(join(tmpdir(), 'express-iclock-node-'))
const count = { passed: 0, failed: 0, skipped: 0 }
const lines = []

try {
  for (const version of versions) testOn(version)
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
console.log(lines.join('\n'))
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed === 0 ? 0 : 1

function testOn(version) {
  try {
    const installed = install(version)
    const exact = execFileSync(installed.node, ['--version'], { encoding: 'utf8' }).trim()
    console.log(`Node ${exact}`)
    add(`Node ${exact}`, runTests(installed))
  } catch (error) {
    add(`Node ${version} does not run here: ${error.message}`, { passed: 0, failed: 1, skipped: 0 })
  }
}

// The registry has Node's binaries, a package for each platform. better-sqlite3 brings its own, for
// Node 22 and later.
function install(version) {
  const binaries = `node-${process.platform}-${process.arch}`
  const folder = join(temporary, version)
  const drivers = Number.parseInt(version, 10) < 22 ? [] : ['better-sqlite3@13']
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder]
  // It is not installed for the Node that runs this program.
  const packages = [`${binaries}@${version}`, ...drivers]
  execFileSync('npm', ['install', '--engine-strict=false', ...options, ...packages], {
    encoding: 'utf8',
  })
  const modules = join(folder, 'node_modules')
  return {
    node: join(modules, binaries, 'bin/node'),
    drivers: drivers.length === 0 ? '' : modules,
  }
}

function runTests({ node, drivers }) {
  const report = join(temporary, 'report.json')
  rmSync(report, { force: true })
  // Workers are started as this process is; a test that starts `node` by its name finds this one first.
  const env = {
    ...process.env,
    BETTER_SQLITE3: drivers,
    PATH: dirname(node) + delimiter + process.env.PATH,
  }
  // The rest takes longer than all of these, or does not depend on Node: programs, databases and
  // types.
  const projects = ['node', 'express 4', 'express 5']
  const options = [
    ...projects.map((project) => `--project=${project}`),
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ]
  const { status } = spawnSync(node, [vitest, 'run', ...options], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  if (!existsSync(report))
    throw new Error(`vitest ended with status ${status} and without a report`)
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  return {
    passed: numPassedTests,
    // A file that cannot be loaded fails the run without a failed test.
    failed: status === 0 ? 0 : Math.max(numFailedTests, 1),
    skipped: numPendingTests + numTodoTests,
  }
}

function add(title, { passed, failed, skipped }) {
  count.passed += passed
  count.failed += failed
  count.skipped += skipped
  lines.push(`${title}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
}
