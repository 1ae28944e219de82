// Packs the package, installs it in projects as its users have them, and runs an app in each.
import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startNginx } from '../examples/nginx/nginx.js'
import { freePort } from '../test/support/mongodb.js'
import { linksOf } from '../test/support/page.js'
import { findPostgres, startPostgres } from '../test/support/postgres.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = join(root, 'checks/consumers')
const temporary = mkdtempSync(join(folderApart(), 'express-iclock-package-'))
const { name, exports, bin = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { example } = createRequire(import.meta.url)('./consumers/example.cjs')

const subpaths = Object.keys(exports).map((subpath) => name + subpath.slice(1))
const isEntry = (subpath) => !subpath.endsWith('.json')

const TYPESCRIPTS = ['typescript5@npm:typescript@5', 'typescript7@npm:typescript@7']
const DRIVERS = [
  ...['pg@8', '@types/pg@8', '@electric-sql/pglite', 'mongodb@7', 'mongodb6@npm:mongodb@6'],
  ...['mongoose@9', 'mongoose8@npm:mongoose@8', 'knex@3', 'libsql@0.5', '@types/node@20'],
]
const MODULE_SETTINGS = [
  { module: 'node16', files: ['app.mts', 'app.cts'] },
  { module: 'nodenext', files: ['app.mts', 'app.cts'] },
  { module: 'esnext', moduleResolution: 'bundler', files: ['app.mts'] },
  { module: 'commonjs', files: ['app.ts'] },
  { module: 'commonjs', moduleResolution: 'node10', files: ['app.ts'] },
]

const STRICT = { strict: true, target: 'es2022', esModuleInterop: true, skipLibCheck: false }

// What express-iclock/opentelemetry needs of the app.
const OPENTELEMETRY = '@opentelemetry/api@1'
// Beside the docs: the entries, their types and maps, and what they share.
const MOST_BUILT = 116
const MOST_ADDED = 15

const execute = promisify(execFile)
const count = { passed: 0, failed: 0, skipped: 0 }

/** Of each project its title, its packages beside ours, and what is checked there. */
const PROJECTS = [
  ['Express 5', ['express@5', '@types/express@5', OPENTELEMETRY, ...TYPESCRIPTS], inExpress],
  ['Express 4', ['express@4', '@types/express@4', OPENTELEMETRY, ...TYPESCRIPTS], inExpress],
  ['Jest and Express 4.17', ['express@4.17.0', 'jest', 'supertest'], inJest],
  ["A newcomer's app", ['express@4', 'pg@8', 'jest'], asNewcomer],
  ['Vitest', ['express', 'vitest', 'supertest'], inVitest],
  [
    'NestJS 11',
    [...nest(11), 'typescript@5'],
    (project) => inNest(project, { module: 'commonjs', moduleResolution: 'node10' }),
  ],
  [
    'NestJS 12',
    [...nest(12), 'typescript@7'],
    (project) => inNest(project, { module: 'nodenext' }),
  ],
  [
    'Drivers',
    ['express@5', '@types/express@5', ...DRIVERS, ...TYPESCRIPTS],
    inTypeScriptWithDrivers,
  ],
  [
    'Bundlers',
    ['express@5', 'esbuild', 'rolldown', 'serverless-http', 'light-my-request'],
    inBundle,
  ],
]

// `node checks/consumers.js Jest` takes only the projects whose title has the word.
const [word = ''] = process.argv.slice(2)

try {
  const tarball = await pack()
  for (const [title, packages, checks] of PROJECTS) {
    if (title.includes(word)) await inProject(title, tarball, packages, checks)
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed === 0 ? 0 : 1

// A dependency that an app lacks would be found in a node_modules folder above it.
function folderApart() {
  const folder = realpathSync(tmpdir())
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    const modules = join(above, 'node_modules')
    if (!existsSync(modules)) continue
    throw new Error(
      `${modules} is above the temporary folder ${folder}, and the apps would load what it holds: ` +
        'set TMPDIR to a folder with no node_modules above it.',
    )
  }
  return folder
}

async function pack() {
  await run('npm', ['pack', '--pack-destination', temporary], root)
  const tarball = join(temporary, readdirSync(temporary)[0])
  const listed = (await run('tar', ['-tf', tarball], root)).trim().split('\n')
  const files = listed.map((path) => path.replace('package/', ''))
  console.log(`tarball: ${files.length} files, ${statSync(tarball).size} bytes`)
  await check('the tarball holds what it needs and nothing else', () => {
    const built = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => relative(root, join(file.parentPath, file.name)))
    const docs = readdirSync(join(root, 'docs'), { recursive: true })
      .filter((file) => file.includes('.'))
      .map((file) => join('docs', file))
    const needed = [
      ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md'],
      // The licenses of the libraries in the monitor's page.
      'THIRD-PARTY-LICENSES.md',
      ...[...built, ...docs],
    ]
    deepEqual(files.toSorted(), needed.toSorted())
    ok(built.length <= MOST_BUILT, `${built.length} built files`)
  })
  await check('every link of a page in the tarball leads into it', () => linksLead(tarball))
  return tarball
}

async function linksLead(tarball) {
  const folder = join(temporary, 'unpacked')
  mkdirSync(folder)
  await run('tar', ['-xf', tarball, '-C', folder], root)
  const unpacked = join(folder, 'package')
  const pages = readdirSync(unpacked, { recursive: true }).filter((file) => file.endsWith('.md'))
  const links = pages.flatMap((page) => {
    return linksOf(relative(root, join(unpacked, page))).map((link) => ({ page, link }))
  })
  const broken = links.filter(({ page, link }) => {
    const path = link.replace(/#.*/, '')
    return !/^https?:/.test(link) && !existsSync(join(unpacked, dirname(page), path))
  })
  ok(links.length > 50, `only ${links.length} links were found`)
  deepEqual(broken, [])
}

async function inProject(title, tarball, packages, checks) {
  const folder = join(temporary, title.toLowerCase().replaceAll(/\W+/g, '-'))
  mkdirSync(folder)
  // Everything else is there for an app that doesn't have it.
  const own = packages.includes(OPENTELEMETRY)
    ? subpaths
    : subpaths.filter((subpath) => !subpath.endsWith('/opentelemetry'))
  const project = { title, folder, subpaths: own, entries: own.filter(isEntry) }
  write(project, 'package.json', JSON.stringify({ private: true }))
  const isInstalled = await check(`${title}: installs`, () =>
    run('npm', ['install', '--no-audit', '--no-fund', tarball, ...packages], folder),
  )
  if (!isInstalled) return
  await check(
    `${title}: both module systems load every subpath, and find the same words`,
    async () => {
      const imported = await wordsOf(project, 'subpaths.mjs')
      const required = await wordsOf(project, 'subpaths.cjs')
      for (const entry of project.entries) {
        ok(imported[entry].length > 0, `${entry} has no words`)
        deepEqual(imported[entry], required[entry])
      }
    },
  )
  for (const command of Object.keys(bin)) {
    await check(`${title}: has the command ${command}`, () =>
      run(join(folder, 'node_modules/.bin', command), ['--help'], folder),
    )
  }
  await checks(project)
}

async function wordsOf(project, file) {
  copy(project, file)
  return JSON.parse(await run(process.execPath, [file, ...project.subpaths], project.folder))
}

async function inExpress(project) {
  copy(project, 'app.mjs', 'app.cjs', 'both.mjs')
  await checkApp(`${project.title}, ESM`, project, 'app.mjs')
  await checkApp(`${project.title}, CommonJS`, project, 'app.cjs')
  await checkApp(
    `${project.title}, imported and required: errors are known by code`,
    project,
    'both.mjs',
    {
      converses: false,
      async use(port) {
        const refusal = await post(port, '/iclock/devicecmd')
        equal(refusal.status, 400)
        const seen = { code: 'SERIAL_NUMBER_MISSING', instanceOf: ['required'] }
        deepEqual(JSON.parse(refusal.text), seen)
      },
    },
  )
  for (const entry of project.entries) await inTypeScriptAlone(project, entry)
  for (const version of [5, 7]) {
    for (const { files, ...settings } of MODULE_SETTINGS) {
      await inTypeScript(project, `typescript${version}`, files, settings)
    }
  }
}

async function inTypeScript(project, typescript, files, settings) {
  const setting = Object.values(settings).join(' + ')
  const title = `${project.title}, ${typescript}, ${setting}`
  const app = readFileSync(join(sources, 'app.ts'), 'utf8')
  const imports = project.entries.map((entry, i) => `import * as entry${i} from '${entry}'`)
  const list = `export const entries = [${project.entries.map((_, i) => `entry${i}`)}]`
  for (const file of files) write(project, file, [app, ...imports, list].join('\n'))
  const outDir = `${typescript}-${setting.replace(' + ', '-')}`
  const compilerOptions = { ...STRICT, ...settings, outDir }
  write(project, 'tsconfig.json', JSON.stringify({ compilerOptions, files }))
  const isCompiled = await check(`${title}: compiles`, () => compile(project, typescript))
  if (!isCompiled) return
  for (const file of files) {
    await checkApp(`${title}, ${file}`, project, join(outDir, file.replace('ts', 'js')), {
      use: (_port, replies) => equal(replies[0].employee, 7),
    })
  }
}

// TypeScript 7 knows Node's types only where something asks for them; an entry must not count on another to do so.
async function inTypeScriptAlone(project, entry) {
  write(project, 'alone.mts', `export * from '${entry}'`)
  const compilerOptions = { ...STRICT, module: 'nodenext', noEmit: true }
  write(project, 'tsconfig.json', JSON.stringify({ compilerOptions, files: ['alone.mts'] }))
  await check(`${project.title}, typescript7: ${entry} compiles alone`, () =>
    compile(project, 'typescript7'),
  )
}

// The drivers' own types name packages that an app need not have.
async function inTypeScriptWithDrivers(project) {
  copy(project, 'drivers.mts', 'drivers8.mts')
  const paths = { mongoose: ['./node_modules/mongoose8'] }
  for (const version of [5, 7]) {
    for (const [file, extra] of [
      ['drivers.mts', {}],
      ['drivers8.mts', { paths }],
    ]) {
      const settings = { module: 'nodenext', noEmit: true, skipLibCheck: true, types: ['node'] }
      const compilerOptions = { ...STRICT, ...settings, ...extra }
      write(project, 'tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }))
      await check(`${project.title}, typescript${version}, ${file}: the adapters take them`, () =>
        compile(project, `typescript${version}`),
      )
    }
  }
}

async function inBundle(project) {
  copy(project, 'app.mjs', 'app.cjs', 'hosts.mjs')
  for (const [bundler, output, args] of [
    ['esbuild', 'esbuild.cjs', ['app.mjs', '--bundle', '--platform=node', '--format=cjs']],
    ['esbuild', 'required.cjs', ['app.cjs', '--bundle', '--platform=node', '--format=cjs']],
    ['rolldown', 'rolldown.cjs', ['app.mjs', '--platform=node', '--format=cjs']],
  ]) {
    const [input] = args
    const to = bundler === 'esbuild' ? [`--outfile=${output}`] : ['--file', output]
    const isBundled = await check(`${bundler}: bundles ${input} into one file`, () =>
      run(join('node_modules/.bin', bundler), [...args, ...to], project.folder),
    )
    if (!isBundled) continue
    // Away from node_modules, so that nothing can be loaded from there.
    const alone = { title: bundler, folder: join(temporary, `alone-${output}`) }
    mkdirSync(alone.folder)
    copyFileSync(join(project.folder, output), join(alone.folder, output))
    await checkApp(`${bundler}, ${input} in one file`, alone, output)
  }
  for (const host of ['serverless-http', 'light-my-request']) {
    await check(`${host}: the whole conversation through a host that replays bodies`, () =>
      run(process.execPath, ['hosts.mjs', host], project.folder),
    )
  }
}

// TS5108 means that the compiler no longer has a setting.
async function compile({ folder }, typescript) {
  const tsc = join('node_modules', typescript, 'bin/tsc')
  try {
    await run(process.execPath, [tsc, '-p', 'tsconfig.json'], folder)
  } catch (error) {
    const isGone = error.message.includes('error TS5108')
    if (isGone) return { skipped: error.message.match(/error TS5108: .*/)[0] }
    throw error
  }
}

async function inJest(project) {
  copy(project, 'app.cjs', 'app.test.cjs', 'example.cjs')
  await check("Jest, as it comes: the app's test passes", () =>
    run('npx', ['jest'], project.folder, { SUBPATHS: project.subpaths.join() }),
  )
}

async function asNewcomer(project) {
  copy(project, 'newcomer.cjs', 'newcomer.test.cjs')
  const app = readFileSync(join(sources, 'newcomer.cjs'), 'utf8')
  await check(`${project.title}: at most ${MOST_ADDED} lines were added`, () => {
    const added = app.split('\n').filter((line) => line.endsWith('// +'))
    ok(added.length > 0 && added.length <= MOST_ADDED, `${added.length} lines`)
  })
  const title = `${project.title}: adds an employee through nginx, and sees it done, without a warning`
  await check(title, async () => {
    const bin = await findPostgres()
    if (bin === undefined) return { skipped: 'no initdb and postgres' }
    const port = await freePort()
    const postgres = await startPostgres(bin)
    try {
      const nginx = await startNginx(port)
      try {
        const env = { DATABASE_URL: postgres.url, NGINX: nginx.http, PORT: String(port) }
        const { stdout, stderr } = await execute('npx', ['jest', '--verbose'], {
          ...{ cwd: project.folder, env: { ...process.env, ...env }, timeout: 120_000 },
        })
        doesNotMatch(stdout + stderr, /warn|deprecat/i)
      } finally {
        await nginx.stop()
      }
    } finally {
      await postgres.remove()
    }
  })
}

async function inVitest(project) {
  copy(project, 'app.test.mjs', 'example.cjs')
  await check("Vitest: the app's test passes", () =>
    run('npx', ['vitest', 'run'], project.folder, { SUBPATHS: project.entries.join() }),
  )
}

function nest(major) {
  const packages = ['common', 'core', 'platform-express'].map((part) => `@nestjs/${part}@${major}`)
  return [...packages, 'reflect-metadata', 'rxjs', '@types/express@5']
}

async function inNest(project, settings) {
  // Nest's own types name packages that an app need not have.
  const nestOptions = { experimentalDecorators: true, skipLibCheck: true, types: ['node'] }
  const compilerOptions = { ...STRICT, ...nestOptions, ...settings, outDir: 'out' }
  const files = ['nest.ts', 'docs.ts']
  write(project, 'tsconfig.json', JSON.stringify({ compilerOptions, files }))
  copy(project, 'nest.ts')
  // The block of the docs is compiled unchanged.
  const page = readFileSync(join(root, 'docs/frameworks.md'), 'utf8')
  write(project, 'docs.ts', /```ts nest\n([\s\S]*?)```/.exec(page)[1])
  const AppModule =
    "import { Module } from '@nestjs/common'\n\n@Module({})\nexport class AppModule {}\n"
  write(project, 'app.module.ts', AppModule)
  await check(`${project.title}: compiles`, () => compile(project, 'typescript'))
  const app = 'out/nest.js'
  await checkApp(`${project.title}, in main.ts`, project, app)
  await checkApp(`${project.title}, in main.ts, rawBody: true`, project, app, { rawBody: true })
  await checkApp(`${project.title}, behind Nest's parsers, rawBody: true`, project, app, {
    rawBody: true,
    path: example.path.replace('iclock', 'parsed'),
    headers: ['Content-Type: application/x-www-form-urlencoded'],
  })
}

/**
 * Starts an app, talks to it like a terminal, and checks what it stored: the manual's example, and
 * a command.
 */
async function checkApp(title, { folder }, file, options = {}) {
  const { rawBody = false, path = example.path, headers = [], use = () => {} } = options
  const { converses = true } = options
  await check(`${title}: speaks with a terminal`, async () => {
    const env = { ...process.env, RAW_BODY: String(rawBody) }
    const app = spawn(process.execPath, [file], { cwd: folder, env, timeout: 60_000 })
    try {
      const said = text(app.stderr)
      const { value: address } = await createInterface(app.stdout)[Symbol.asyncIterator]().next()
      if (address === undefined) throw new Error(await said)
      const { port } = JSON.parse(address)
      const answer = await post(port, path, headers)
      deepEqual([answer.status, answer.text], [200, 'OK'])
      const replies = await (await fetch(`http://127.0.0.1:${port}/replies`)).json()
      deepEqual(replies.map(withoutRest), example.kept)
      await use(port, replies)
      if (converses) await converse(port)
    } finally {
      app.kill()
    }
  })
}

/** A terminal starts, uploads attendance, gets a command, and replies; the page is there. */
async function converse(port) {
  const ask = async (path, body) => {
    const method = body === undefined ? 'GET' : 'POST'
    const headers = { Connection: 'close', 'Content-Type': 'text/plain' }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body })
    equal(answer.status, 200, path)
    return answer.text()
  }
  const terminal = 'SN=0316144680030'
  match(await ask(`/iclock/cdata?${terminal}&options=all`), /^GET OPTION FROM: 0316144680030/)
  const line = '7\t2026-10-05 06:58:10\t0\t1\t0\t0\t0\n'
  equal(await ask(`/iclock/cdata?${terminal}&table=ATTLOG&Stamp=1`, line), 'OK: 1')
  const open = await fetch(`http://127.0.0.1:${port}/open`, { method: 'POST' })
  const { commandId } = await open.json()
  const handed = await ask(`/iclock/getrequest?${terminal}`)
  ok(handed.includes(`C:${commandId}:`), handed)
  equal(await ask(`/iclock/devicecmd?${terminal}`, `ID=${commandId}&Return=0&CMD=AC_UNLOCK`), 'OK')
  const replies = JSON.parse(await ask('/replies'))
  ok(replies.some((reply) => reply.commandId === commandId && reply.returnCode === 0))
  match(await ask('/admin/'), /<!doctype html>/i)
}

function withoutRest({ serialNumber, commandId, returnCode, commandName, fields }) {
  return { serialNumber, commandId, returnCode, commandName, fields }
}

async function post(port, path, headers = []) {
  const { body } = example
  const head = [
    'Host: 127.0.0.1',
    'Connection: close',
    `Content-Length: ${body.length}`,
    ...headers,
  ]
  const socket = connect(port, '127.0.0.1')
  socket.write([`POST ${path} HTTP/1.1`, ...head, '', body].join('\r\n'))
  const answer = await text(socket)
  const [, status] = answer.split(' ')
  return { status: Number(status), text: answer.split('\r\n\r\n')[1] }
}

/** Counts a check and prints its line; it is skipped if its action returns a reason. */
async function check(title, action) {
  try {
    const result = await action()
    const outcome = result?.skipped ? 'skipped' : 'passed'
    count[outcome]++
    console.log(`${outcome}  ${title}${result?.skipped ? `: ${result.skipped}` : ''}`)
    return outcome === 'passed'
  } catch (error) {
    count.failed++
    console.log(`failed  ${title}\n${error.message}`)
    return false
  }
}

async function run(program, args, cwd, env) {
  try {
    const options = { cwd, env: { ...process.env, ...env }, timeout: 300_000 }
    const { stdout } = await execute(program, args, options)
    return stdout
  } catch ({ message, stdout = '' }) {
    throw new Error(`${message}\n${stdout}`)
  }
}

function copy({ folder }, ...files) {
  for (const file of files) copyFileSync(join(sources, file), join(folder, file))
}

function write({ folder }, file, content) {
  writeFileSync(join(folder, file), content)
}
