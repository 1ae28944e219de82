// PostgreSQL with a synchronous standby, which takes over when the primary is killed. One address
// leads to the primary of the moment.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../../test/support/mongodb.js'
import { account, untilReady } from '../../test/support/postgres.js'
import { openFront } from './front.js'

const run = promisify(execFile)

/** @typedef {{ data: string, port: number, url: string, child?: import('node:child_process').ChildProcess }} Server */

/**
 * Starts both. `kill` is of the primary; `start` promotes the standby, and makes a new standby of
 * the other.
 *
 * @param {string} bin the folder of PostgreSQL's programs
 */
export async function startReplicated(bin) {
  const as = await account()
  const directory = await mkdtemp(join(tmpdir(), 'iclock-standby-'))
  if (as.uid !== undefined) await chown(directory, as.uid, Number(as.gid))
  const options = { ...as, cwd: directory }
  /** @type {[Server, Server]} */
  const servers = [await place('a'), await place('b')]

  /** @param {string} name @returns {Promise<Server>} */
  async function place(name) {
    const port = await freePort()
    const url = `postgres://iclock@127.0.0.1:${port}/postgres`
    return { data: join(directory, name), port, url }
  }

  /** @param {Server} server */
  async function start(server) {
    const log = await open(join(directory, 'log'), 'a')
    const settings = [
      ...['max_connections=100', 'synchronous_standby_names=*', 'synchronous_commit=on'],
      // A standby is copied again and again.
      ...['shared_buffers=32MB', 'max_wal_size=64MB', 'min_wal_size=32MB'],
    ].flatMap((setting) => ['-c', setting])
    const args = ['-D', server.data, '-p', `${server.port}`, '-h', '127.0.0.1', '-k', directory]
    const child = spawn(join(bin, 'postgres'), [...args, ...settings], {
      ...options,
      stdio: ['ignore', log.fd, log.fd],
    })
    await log.close()
    server.child = child
    const end = () => child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    await untilReady(server.url, () => child.exitCode !== null, directory)
  }

  /** @param {Server} standby @param {Server} primary */
  async function follow(standby, primary) {
    await rm(standby.data, { recursive: true, force: true })
    const from = ['-h', '127.0.0.1', '-p', `${primary.port}`, '-U', 'iclock']
    const to = ['-D', standby.data, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync']
    await run(join(bin, 'pg_basebackup'), [...from, ...to], options)
    await start(standby)
  }

  async function remove() {
    for (const server of servers) await kill(server)
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }

  try {
    const [primary, standby] = servers
    const init = ['-D', primary.data, '-U', 'iclock', '-A', 'trust', '-E', 'UTF8', '--no-locale']
    await run(join(bin, 'initdb'), [...init, '--no-sync'], options)
    await start(primary)
    await follow(standby, primary)
  } catch (error) {
    await remove()
    throw error
  }
  const ports = [servers[0].port]
  const front = await openFront(ports)
  return {
    url: `postgres://iclock@127.0.0.1:${front.port}/postgres`,
    kill: () => kill(servers[0]),
    async start() {
      servers.reverse()
      const [primary, standby] = servers
      await query(primary.url, 'SELECT pg_promote()')
      ports[0] = primary.port
      await follow(standby, primary)
    },
    async remove() {
      front.close()
      await remove()
    },
  }
}

/** @param {string} url @param {string} text */
async function query(url, text) {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(text)
  await client.end()
}

/** SIGKILL of the whole server. @param {Server} server */
async function kill({ child }) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
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
}
