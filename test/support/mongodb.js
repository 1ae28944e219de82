// The server that tests, examples and the campaign speak to: the one of MONGODB_URL, or a program
// started here.
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { access, cp, mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MongoClient } from 'mongodb'
import { DryMongoBinary, MongoBinary } from 'mongodb-memory-server-core'

const run = promisify(execFile)
const FERRETDB = fileURLToPath(new URL('ferretdb/', import.meta.url))
const MONGO_JAVA = fileURLToPath(new URL('mongo-java/', import.meta.url))
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/express-iclock/', import.meta.url))
const { MONGODB_URL, MONGOMS_DOWNLOAD_MIRROR } = process.env
const DOWNLOADS = MONGOMS_DOWNLOAD_MIRROR ?? 'https://fastdl.mongodb.org'

/** @typedef {{ kind: 'mongod' | 'ferretdb' | 'mongo-java', command: string }} Program */

/**
 * A program whose data outlives it, or why there is none. Conditional updates that meet are not
 * atomic on FerretDB 1.24: of 20 that ask for the same value, up to 19 match.
 */
export const findProgram = () =>
  firstOf([
    ['mongodb-memory-server-core, for a mongod', findMongod],
    ['Go, for FerretDB from test/support/ferretdb', buildFerretdb],
  ])

/**
 * A program whose updates are as atomic as MongoDB's, or why there is none. mongo-java-server keeps
 * nothing on disk.
 */
export const findAtomicProgram = () =>
  firstOf([
    ['mongodb-memory-server-core, for a mongod', findMongod],
    ['Java and Maven, for mongo-java-server from test/support/mongo-java', buildMongoJava],
  ])

/**
 * @param {[way: string, find: () => Promise<Program>][]} ways @returns {Promise<Program | {
 * reasons: string[] }>}
 */
async function firstOf(ways) {
  const reasons = []
  for (const [way, find] of ways) {
    try {
      return await find()
    } catch (error) {
      reasons.push(`${way}: ${/** @type {Error} */ (error).message.split('\n', 1)[0]}`)
    }
  }
  return { reasons }
}

/** @returns {Promise<Program>} */
async function findMongod() {
  const options = await DryMongoBinary.generateOptions()
  const found = await DryMongoBinary.locateBinary(options)
  if (found !== undefined) return { kind: 'mongod', command: found }
  // Asked first, for the download retries forever if there is no network.
  await fetch(DOWNLOADS, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).catch((error) => {
    throw new Error(`no download from ${DOWNLOADS} (${error.cause?.message ?? error.message})`)
  })
  const download = MongoBinary.getPath().then((command) => ({
    kind: /** @type {const} */ ('mongod'),
    command,
  }))
  const late = wait(120_000, undefined, { ref: false }).then(() => {
    throw new Error('the download took more than two minutes')
  })
  return Promise.race([download, late])
}

/** @returns {Promise<Program>} */
async function buildFerretdb() {
  const folder = await built('ferretdb', FERRETDB, ['main.go', 'go.mod', 'go.sum'], (cwd) =>
    run('go', ['build', '-o', 'ferretdb', '.'], { cwd, timeout: 600_000 }),
  )
  return { kind: 'ferretdb', command: join(folder, 'ferretdb') }
}

/** @returns {Promise<Program>} */
async function buildMongoJava() {
  const goal = ['-q', 'dependency:copy-dependencies', '-DoutputDirectory=jars']
  const folder = await built('mongo-java', MONGO_JAVA, ['Main.java', 'pom.xml'], async (cwd) => {
    await run('mvn', goal, { cwd, timeout: 600_000 })
    await run('javac', ['-cp', 'jars/*', 'Main.java'], { cwd, timeout: 60_000 })
  })
  return { kind: 'mongo-java', command: folder }
}

/**
 * The folder in which these sources were built; built once, whoever asks.
 *
 * @param {string} name @param {string} from @param {string[]} sources @param {(folder: string) =>
 * Promise<unknown>} build
 */
async function built(name, from, sources, build) {
  const hash = createHash('sha256')
  for (const source of sources) hash.update(await readFile(join(from, source)))
  const folder = join(CACHE, `${name}-server-${hash.digest('hex').slice(0, 12)}`)
  const isThere = () =>
    access(folder).then(
      () => true,
      () => false,
    )
  if (await isThere()) return folder
  await mkdir(CACHE, { recursive: true })
  const draft = await mkdtemp(join(CACHE, 'build-'))
  try {
    for (const source of sources) await cp(join(from, source), join(draft, source))
    await build(draft)
    // Somebody else may have been faster.
    if (!(await isThere())) await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return folder
}

/**
 * Starts the program on its own files. It can be killed, stopped and restarted on the same files
 * and port.
 *
 * @param {Program} program
 */
export async function startServer({ kind, command }) {
  const directory = await mkdtemp(join(tmpdir(), 'iclock-mongodb-'))
  const port = await freePort()
  const [executable, args] = {
    mongod: [command, ['--dbpath', directory, '--port', `${port}`, '--bind_ip', '127.0.0.1']],
    ferretdb: [command, [directory, `127.0.0.1:${port}`]],
    'mongo-java': ['java', ['-cp', `${command}/jars/*:${command}`, 'Main', `${port}`]],
  }[kind]
  const url = `mongodb://127.0.0.1:${port}`
  let child = await startChild()

  async function startChild() {
    const log = await open(join(directory, 'log'), 'a')
    const started = spawn(/** @type {string} */ (executable), /** @type {string[]} */ (args), {
      stdio: ['ignore', log.fd, log.fd],
    })
    await log.close()
    const end = () => started.kill('SIGKILL')
    process.once('exit', end)
    started.once('exit', () => process.off('exit', end))
    await untilReady(url, () => started.exitCode !== null, directory)
    return started
  }

  return {
    url,
    async start() {
      child = await startChild()
    },
    /** SIGKILL: nothing that it holds in memory gets to its files. */
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    /** SIGSTOP: connections stay open, and nothing answers. */
    hold: () => child.kill('SIGSTOP'),
    release: () => child.kill('SIGCONT'),
    /** Ends it and removes its files. */
    async remove() {
      if (child.exitCode === null && child.signalCode === null) await this.kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** @param {string} url @param {() => boolean} hasEnded @param {string} directory */
async function untilReady(url, hasEnded, directory) {
  for (const end = Date.now() + 30_000; Date.now() < end && !hasEnded(); await wait(50)) {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 1000 })
    try {
      await client.db().command({ ping: 1 })
      return
    } catch {
    } finally {
      await client.close()
    }
  }
  const log = await readFile(join(directory, 'log'), 'utf8')
  throw new Error(`the server did not start: ${log.slice(-2000)}`)
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What answers there, and its version. @param {string} url */
export async function serverName(url) {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5000 })
  try {
    const { version, ferretdbVersion, allocator } = await client.db().command({ buildInfo: 1 })
    // Only a real one says what allocates its memory.
    if (ferretdbVersion === undefined) {
      return allocator === undefined
        ? `mongo-java-server (as MongoDB ${version})`
        : `MongoDB ${version}`
    }
    const built = /FerretDB (v[\d.]+)/.exec(await readFile(join(FERRETDB, 'go.mod'), 'utf8'))?.[1]
    return `FerretDB ${ferretdbVersion === 'unknown' ? built : ferretdbVersion} (which calls itself MongoDB ${version})`
  } finally {
    await client.close()
  }
}

/**
 * The server of MONGODB_URL, which must answer, or else one that is started here.
 *
 * @returns {Promise<{ url: string, name: string, program: Program | undefined, remove():
 * Promise<void> } | { reasons: string[] }>}
 */
export async function openServer() {
  if (MONGODB_URL) {
    const name = await serverName(MONGODB_URL).catch((error) => {
      throw new Error(`No server answers at MONGODB_URL: ${error.message}`)
    })
    return { url: MONGODB_URL, name, program: undefined, async remove() {} }
  }
  const program = await findAtomicProgram()
  if ('reasons' in program) return { reasons: ['MONGODB_URL: not set', ...program.reasons] }
  const server = await startServer(program)
  return {
    url: server.url,
    name: await serverName(server.url),
    program,
    remove: () => server.remove(),
  }
}
