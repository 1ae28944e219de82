// A MariaDB for the tests: Debian's server, started in a separate folder.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { freePort } from './mongodb.js'

const run = promisify(execFile)

/** Where Debian's mariadbd is; undefined if it isn't installed. */
async function findMariadb(): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    const program = join(folder, 'mariadbd')
    const isThere = await access(program).then(
      () => true,
      () => false,
    )
    if (isThere) return program
  }
  return undefined
}

// MariaDB refuses to run as root: there it runs as the user that Debian's package makes.
async function account(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'mysql'])))
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout))
  return { uid: uid as number, gid: gid as number }
}

/**
 * The nodes at MARIADB_URLS, separated by commas, or a server that is started here; undefined if it
 * isn't installed.
 */
export async function openMariadb() {
  const { MARIADB_URLS } = process.env
  if (MARIADB_URLS) return { urls: MARIADB_URLS.split(','), async remove() {} }
  const program = await findMariadb()
  return program === undefined ? undefined : startMariadb(program)
}

/** Starts a server; `remove` ends it and deletes its files. */
async function startMariadb(program: string) {
  const as = await account()
  const directory = await mkdtemp(join(tmpdir(), 'iclock-mariadb-'))
  if (as !== undefined) await chown(directory, as.uid, as.gid)
  const data = join(directory, 'data')
  const install = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal']
  await run('mariadb-install-db', [...install, '--skip-test-db'], { ...as, cwd: directory })
  const port = await freePort()
  const log = await open(join(directory, 'log'), 'a')
  const args = ['--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1']
  const socket = [`--socket=${join(directory, 'socket')}`, `--pid-file=${join(directory, 'pid')}`]
  // The disk is not what is tested.
  const quick = ['--innodb-flush-log-at-trx-commit=0', '--max-connections=300']
  const child = spawn(program, [...args, ...socket, ...quick], {
    ...as,
    cwd: directory,
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const connection = { host: '127.0.0.1', port, user: 'root' }
  for (const last = Date.now() + 60_000; ; await wait(100)) {
    try {
      await (await createConnection(connection)).end()
      break
    } catch (cause) {
      if (child.exitCode === null && Date.now() < last) continue
      const said = await readFile(join(directory, 'log'), 'utf8')
      throw new Error(`MariaDB did not start: ${said.slice(-2000)}`, { cause })
    }
  }
  return {
    urls: [`mysql://root@127.0.0.1:${port}/`],
    async remove() {
      process.off('exit', end)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
