// The endpoints on other hosts, which npm brings: the same requests, and the same answers as Express 5
// gives. `npm run test:hosts`, or some: `npm run test:hosts -- hono deno`.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { answerOf, conversationWith, REQUESTS } from './hosts/exchange.js'

/** What to install from npm for a host. @type {Record<string, string[]>} */
const PACKAGES = {
  deno: ['deno@2.9.6'],
  bun: ['bun@1.4.5'],
  workerd: ['workerd@1.20261117.1'],
  next: ['next@16.4.6', 'react@19', 'react-dom@19'],
}
// Next.js redirects it before its handlers see it; the docs say so.
const REDIRECTED = 'a doubled slash'
const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const count = { passed: 0, failed: 0, skipped: 0 }
const print = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`)

/** The program that serves, and its arguments, by host. @type {Record<string, (bin: string, port: number) => [string, string[]]>} */
const HOSTS = {
  'Express 5': () => [process.execPath, [join(root, 'checks/hosts/express.js')]],
  hono: () => [process.execPath, [join(root, 'checks/hosts/hono.js')]],
  deno: (bin) => [join(bin, 'deno'), ['run', '-A', '--no-config', join(bin, '../../deno.mjs')]],
  bun: (bin) => [join(bin, 'bun'), ['run', join(bin, '../../bun.mjs')]],
  next: (bin, port) => [join(bin, 'next'), ['start', join(bin, '../..'), '-p', `${port}`]],
  workerd: (bin) => [join(bin, 'workerd'), ['serve', join(bin, '../../config.capnp'), '--verbose']],
}

/** How a host runs a program, for those with a driver of SQLite. @type {Record<string, string[]>} */
const RUNS = { deno: ['run', '-A', '--no-config'], bun: ['run'] }

/** Throws unless a terminal's data can be kept in a file. @param {string} name @param {string} folder */
async function checkSqlite(name, folder) {
  const program = join(folder, 'node_modules/.bin', name)
  const args = [...(RUNS[name] ?? []), join(folder, 'sqlite.mjs'), join(folder, `${name}.db`)]
  const { stdout } = await run(program, args, { cwd: folder })
  if (stdout.trimEnd() !== 'succeeded, 1 punch') throw new Error(`on SQLite it says: ${stdout}`)
}

const CONFIG = (/** @type {number} */ port) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "workerd.mjs")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["nodejs_compat"]
);
`

/** One file for each host, as its users' bundlers make. @param {string} folder */
async function bundle(folder) {
  await mkdir(join(folder, 'app/[...path]'), { recursive: true })
  for (const name of ['deno', 'bun', 'workerd', 'next', 'sqlite']) {
    const bundled = await rolldown({
      input: join(root, `checks/hosts/${name}.js`),
      ...{ platform: 'node', external: /^(node:|next\/)/, logLevel: 'silent' },
    })
    const { output } = await bundled.generate({ format: 'esm' })
    // workerd gives a module no address.
    const code = output[0].code.replace('(import.meta.url)', '("file:///worker.mjs")')
    await writeFile(join(folder, name === 'next' ? 'app/[...path]/route.js' : `${name}.mjs`), code)
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  await once(server, 'close')
  return port
}

/** Every answer of a host. @param {string} name @param {string} folder */
async function answersOf(name, folder) {
  const port = await freePort()
  await writeFile(join(folder, 'config.capnp'), CONFIG(port))
  const bin = join(folder, 'node_modules/.bin')
  const [program, args] = HOSTS[name]?.(bin, port) ?? ['', []]
  const cwd = name === 'Express 5' || name === 'hono' ? root : bin
  const child = spawn(program, args, { cwd, env: { ...process.env, PORT: `${port}` } })
  let told = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      told += text
    })
  }
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${name} ended: ${told}`)))
  failed.catch(() => {})
  try {
    await Promise.race([listening(port), failed])
    /** @type {Map<string, string>} */
    const answers = new Map()
    for (const [index, request] of REQUESTS.entries()) {
      answers.set(`${index} ${request.name}`, await Promise.race([answerOf(port, request), failed]))
    }
    answers.set('a conversation', await Promise.race([conversationWith(port), failed]))
    return answers
  } finally {
    child.kill('SIGKILL')
  }
}

/** @param {number} port */
async function listening(port) {
  const probe = { name: '', method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0) }
  for (let attempt = 0; ; attempt++) {
    try {
      await answerOf(port, probe)
      return
    } catch (error) {
      if (attempt === 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** The names of the answers that differ. @param {Map<string, string>} expected @param {Map<string, string>} answers */
function differing(expected, answers) {
  return [...expected].flatMap(([name, text]) => (answers.get(name) === text ? [] : [name]))
}

const indent = (/** @type {string} */ text) => text.replace(/^/gm, '    ')

/** Installs a host; says why it can't. @param {string} name @param {string} folder */
async function install(name, folder) {
  const packages = PACKAGES[name] ?? []
  if (packages.length === 0) return undefined
  try {
    const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages]
    await run('npm', args, { cwd: folder })
    if (name === 'next') {
      const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
      await run(join(folder, 'node_modules/.bin/next'), ['build'], { cwd: folder, env })
    }
    return undefined
  } catch (error) {
    return /** @type {Error} */ (error).message
  }
}

const asked = process.argv.slice(2)
const known = Object.keys(HOSTS).slice(1)
const unknown = asked.find((name) => !known.includes(name))
if (unknown !== undefined) {
  throw new Error(`"${unknown}" is no host; expected ${known.join(', ')}`)
}
const folder = await mkdtemp(join(tmpdir(), 'iclock-hosts-'))
try {
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await writeFile(
    join(folder, 'next.config.mjs'),
    'export default { skipTrailingSlashRedirect: true }',
  )
  await bundle(folder)
  const expected = await answersOf('Express 5', folder)
  for (const name of asked.length === 0 ? known : asked) {
    const problem = await install(name, folder)
    if (problem !== undefined) {
      count.skipped++
      print(`skipped: ${name} can't be installed: ${problem}`)
      continue
    }
    try {
      if (RUNS[name] !== undefined) await checkSqlite(name, folder)
      const answers = await answersOf(name, folder)
      const others = differing(expected, answers)
      const wrong = others.filter((title) => {
        const isKnown = name === 'next' && title.endsWith(REDIRECTED)
        return !(isKnown && answers.get(title)?.startsWith('308'))
      })
      for (const title of wrong) {
        const [text, answer] = [expected, answers].map((all) => indent(all.get(title) ?? ''))
        print(`  ${title}\n${text}\n  but here\n${answer}`)
      }
      const verdict = wrong.length === 0 ? 'passed' : 'failed'
      count[verdict]++
      const alike = `${expected.size - others.length} of ${expected.size} answers as on Express 5`
      const redirected = others.length - wrong.length
      print(`${verdict}: ${name}, ${alike}${redirected > 0 ? `, ${redirected} redirected` : ''}`)
    } catch (error) {
      count.failed++
      print(`failed: ${name}: ${/** @type {Error} */ (error).stack}`)
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
print(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed === 0 ? 0 : 1
