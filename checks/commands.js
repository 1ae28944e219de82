// Runs, at least briefly, every command in the docs and package.json, or says why not; some in a
// fresh copy of the repository, like a newcomer's clone. None may print an npm warning or a stack.
// `npm run check:commands [-- WORD …]` runs those that contain one of these words.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import express from 'express'
import { memoryAdapter, terminalRouter } from 'express-iclock'
import { ROOT } from '../test/support/page.js'
import { namedCommands } from './commands/named.js'
import { CI, PLAN } from './commands/plan.js'

const ADDRESS = /localhost:3000|192\.168\.1\.10:8080/
const LIMIT = 15 * 60_000

const count = { passed: 0, failed: 0, skipped: 0 }
/** What ran, as it ran. @type {Map<string, Promise<void>>} */
const runs = new Map()
const copy = mkdtempSync(join(tmpdir(), 'express-iclock-newcomer-'))
const words = process.argv.slice(2)

// An interrupted check leaves no copy behind.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
process.once('exit', () => rmSync(copy, { recursive: true, force: true }))

const named = namedCommands()
for (const command of named.keys()) {
  if (command in PLAN || CI.has(command)) continue
  is('failed', command, 'checks/commands/plan.js does not say how to run it')
}
copyRepository()
for (const [command, step] of Object.entries(PLAN)) {
  if (words.length > 0 && !words.some((word) => command.includes(word))) continue
  try {
    const note = await carryOut(command, step)
    is('skip' in step ? 'skipped' : 'passed', command, note)
  } catch (error) {
    is('failed', command, /** @type {Error} */ (error).message)
  }
}
const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`)
process.exitCode = count.failed === 0 ? 0 : 1

/** @param {keyof typeof count} verdict @param {string} command @param {string} note */
function is(verdict, command, note) {
  count[verdict]++
  console.log(`${verdict}: ${command}${note && `: ${note}`}`)
}

/** Everything that Git has or would add, like a clone of the working tree. */
function copyRepository() {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const files = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0')
  for (const file of files.filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(copy, file))
  }
}

/** @param {string} command @param {import('./commands/plan.js').Step} step @returns {Promise<string>} */
async function carryOut(command, step) {
  if (!named.has(command)) throw new Error('nothing names it')
  if ('skip' in step) return step.skip
  if ('by' in step) {
    const [name = ''] = command.split(' ').slice(-1)
    const isNamed = readFileSync(join(ROOT, step.by), 'utf8').includes(name)
    if (!isNamed) throw new Error(`${step.by} does not run it`)
    return step.by
  }
  const { run = command } = step
  const began = performance.now()
  const running = runs.get(run) ?? execute(run, step)
  runs.set(run, running)
  await running
  const seconds = Math.round((performance.now() - began) / 1000)
  return `${run === command ? '' : `as ${run}, `}${seconds} s`
}

/** An app as the docs assume it. */
async function serve() {
  const server = express()
    .use(terminalRouter({ adapter: memoryAdapter() }))
    .listen(0)
  await once(server, 'listening')
  return server
}

/** @param {string} command @param {import('./commands/plan.js').Run} run */
async function execute(command, { isNewcomer = false, isServed = false, until, prints }) {
  const server = isServed ? await serve() : undefined
  const address = /** @type {import('node:net').AddressInfo | undefined} */ (server?.address())
  const served = command.replace(ADDRESS, `localhost:${address?.port}`)
  const { NODE_ENV: _, ...env } = process.env
  // A process group, so that what npm starts ends with it.
  const child = spawn('sh', ['-c', served], { cwd: isNewcomer ? copy : ROOT, env, detached: true })
  const end = (/** @type {NodeJS.Signals} */ signal) => process.kill(-(child.pid ?? 0), signal)
  const timer = setTimeout(() => end('SIGKILL'), LIMIT)
  let output = ''
  let isInterrupted = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      if (isInterrupted || until?.test(output) !== true) return
      isInterrupted = true
      end('SIGINT')
    })
  }
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  server?.close()
  const text = stripVTControlCharacters(output)
  const warning = /^npm warn.*|^ +at .+:\d+:\d+\)?$/im.exec(text)?.[0]
  const fault =
    (until === undefined && code !== 0 && `it ended with ${code}`) ||
    (until !== undefined && !isInterrupted && `it never printed ${until}`) ||
    (warning !== undefined && `it printed ${warning}`) ||
    (prints?.test(text) === false && `it did not print ${prints}`)
  if (fault) throw new Error(`${fault}\n${text.slice(-4000)}`)
}
