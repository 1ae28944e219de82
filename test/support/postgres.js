// The PostgreSQL that tests and checks speak to: the one of POSTGRES_URL, a server started here, or
// PGlite in this process.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './mongodb.js'

const run = promisify(execFile)
const DEBIAN = '/usr/lib/postgresql'

/**
 * The folder of initdb and postgres; undefined if there is none. @returns {Promise<string |
 * undefined>}
 */
export async function findPostgres() {
  const versions = await readdir(DEBIAN).catch(() => [])
  const newest = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, 'bin'))
  for (const folder of [...newest, ...(process.env.PATH ?? '').split(delimiter)]) {
    const found = await Promise.all(
      ['initdb', 'postgres'].map((name) => access(join(folder, name))),
    ).then(
      () => true,
      () => false,
    )
    if (found) return folder
  }
  return undefined
}

/**
 * PostgreSQL refuses to run as root: there it runs as the user that Debian's package makes.
 */
export async function account() {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])))
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
}

/**
 * Starts a server on its own files. It can be killed, stopped and restarted on the same files and
 * port.
 *
 * @param {string} bin the folder of initdb and postgres
 */
export async function startPostgres(bin) {
  const as = await account()
  const directory = await mkdtemp(join(tmpdir(), 'iclock-postgres-'))
  if (as.uid !== undefined) await chown(directory, as.uid, as.gid)
  const data = join(directory, 'data')
  // fsync stays on: the tests kill the server.
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'iclock', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    {
      ...as,
      cwd: directory,
    },
  )
  const port = await freePort()
  const url = `postgres://iclock@127.0.0.1:${port}/postgres`
  const args = [
    '-D',
    data,
    '-p',
    `${port}`,
    '-h',
    '127.0.0.1',
    '-k',
    directory,
    '-c',
    'max_connections=200',
  ]
  let child = await startChild()

  async function startChild() {
    const log = await open(join(directory, 'log'), 'a')
    const started = spawn(join(bin, 'postgres'), args, {
      ...as,
      cwd: directory,
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
    /** SIGKILL of the whole server: nothing that it holds in memory gets to its files. */
    async kill() {
      const ended = once(child, 'exit')
      const { stdout } = await run('pgrep', ['-P', `${child.pid}`]).catch(() => ({ stdout: '' }))
      child.kill('SIGKILL')
      for (const pid of stdout.split('\n').filter(Boolean)) {
        try {
          process.kill(Number(pid), 'SIGKILL')
        } catch {
          // It ended by itself.
        }
      }
      await ended
    },
    /** Ends it and removes its files. */
    async remove() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGQUIT')
        await ended
      }
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** @param {string} url @param {() => boolean} hasEnded @param {string} directory */
export async function untilReady(url, hasEnded, directory) {
  for (const end = Date.now() + 60_000; Date.now() < end && !hasEnded(); await wait(50)) {
    const client = new pg.Client(url)
    // A server that is killed breaks the connection outside of any query.
    client.on('error', () => {})
    try {
      await client.connect()
      return
    } catch {
    } finally {
      await client.end().catch(() => {})
    }
  }
  const log = await readFile(join(directory, 'log'), 'utf8')
  throw new Error(`PostgreSQL did not start: ${log.slice(-2000)}`)
}

/**
 * The server of POSTGRES_URL, which must answer, or one that is started here; undefined if only
 * PGlite is left, or if POSTGRES_URL is `pglite`.
 *
 * @returns {Promise<{ url: string, name: string, remove(): Promise<void> } | undefined>}
 */
export async function openPostgres() {
  const { POSTGRES_URL } = process.env
  if (POSTGRES_URL === 'pglite') return undefined
  if (POSTGRES_URL) {
    const name = await serverName(POSTGRES_URL).catch((error) => {
      throw new Error(`No server answers at POSTGRES_URL: ${error.message || error.code}`)
    })
    return { url: POSTGRES_URL, name, async remove() {} }
  }
  const bin = await findPostgres()
  if (bin === undefined) return undefined
  const server = await startPostgres(bin)
  return { url: server.url, name: await serverName(server.url), remove: () => server.remove() }
}

/** What answers there. @param {string} url */
async function serverName(url) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query('SHOW server_version')
    return `PostgreSQL ${rows[0].server_version}`
  } finally {
    await client.end()
  }
}
