// pgbouncer in front of a PostgreSQL, in transaction mode: each statement may run on another connection.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../test/support/mongodb.js'
import { account, untilReady } from '../../test/support/postgres.js'

const PROGRAM = '/usr/sbin/pgbouncer'

/** Whether Debian's package is here. */
export const hasPgbouncer = () =>
  access(PROGRAM).then(
    () => true,
    () => false,
  )

/** @param {string} target the URL of the server */
export async function startPgbouncer(target) {
  const { hostname, port: server } = new URL(target)
  const as = await account()
  const directory = await mkdtemp(join(tmpdir(), 'iclock-pgbouncer-'))
  const port = await freePort()
  const config = join(directory, 'pgbouncer.ini')
  const settings = [
    ...['[databases]', `postgres = host=${hostname} port=${server} user=iclock`],
    ...['[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir ='],
    ...['auth_type = any', 'pool_mode = transaction', 'default_pool_size = 8'],
    // It gives up as fast as the apps do.
    ...['max_client_conn = 200', 'server_connect_timeout = 1', 'server_login_retry = 1'],
    ...['query_wait_timeout = 3'],
  ]
  await writeFile(config, `${settings.join('\n')}\n`)
  if (as.uid !== undefined) await chown(directory, as.uid, Number(as.gid))
  const log = await open(join(directory, 'log'), 'a')
  const child = spawn(PROGRAM, [config], {
    ...{ ...as, cwd: directory },
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const url = `postgres://iclock@127.0.0.1:${port}/postgres`
  await untilReady(url, () => child.exitCode !== null, directory)
  return {
    url,
    async remove() {
      process.off('exit', end)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}
