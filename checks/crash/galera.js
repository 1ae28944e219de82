// Three nodes of MariaDB Galera on this machine, from Debian's packages. The third can be killed, and joins again.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { freePort } from '../../test/support/mongodb.js'

const run = promisify(execFile)
const PROVIDER = '/usr/lib/galera/libgalera_smm.so'
const PROGRAM = '/usr/sbin/mariadbd'
const LONGEST_START = 120_000

/** @typedef {{ name: string, folder: string, port: number, group: number, url: string, child?: import('node:child_process').ChildProcess }} Node */

/** Whether Debian's packages are here: mariadb-server, galera-4, rsync. */
export async function hasGalera() {
  const needed = [PROVIDER, PROGRAM, '/usr/bin/rsync']
  const found = await Promise.all(
    needed.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.every(Boolean)
}

// MariaDB refuses to run as root.
async function account() {
  if (process.getuid?.() !== 0) return {}
  const ids = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'mysql'])))
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout))
  return { uid, gid }
}

/** Starts a cluster; `kill` and `start` are of one node, and `urls` of the two others first. */
export async function startGalera() {
  const as = await account()
  const directory = await mkdtemp(join(tmpdir(), 'iclock-galera-'))
  const own = async (/** @type {string} */ folder) => {
    if (as.uid !== undefined) await chown(folder, as.uid, Number(as.gid))
  }
  await own(directory)
  /** @type {Node[]} */
  const nodes = []
  // Five ports in a row are a node's own.
  const first = 20_000 + Math.floor(Math.random() * 5000) * 2
  for (const index of [0, 1, 2]) {
    const folder = join(directory, `node${index}`)
    await mkdir(join(folder, 'tmp'), { recursive: true })
    await own(folder)
    await own(join(folder, 'tmp'))
    const port = await freePort()
    const url = `mysql://root@127.0.0.1:${port}/iclock`
    nodes.push({ name: `n${index}`, folder, port, group: first + index * 10, url })
  }
  const env = (/** @type {Node} */ node) => ({ ...process.env, TMPDIR: join(node.folder, 'tmp') })

  await Promise.all(
    nodes.map((node) => {
      const data = `--datadir=${join(node.folder, 'data')}`
      const args = ['--no-defaults', data, '--auth-root-authentication-method=normal']
      const options = { ...as, cwd: node.folder, env: env(node) }
      return run('mariadb-install-db', [...args, '--skip-test-db'], options)
    }),
  )

  /** @param {Node} node @param {string} cluster */
  async function start(node, cluster) {
    const { name, folder, port, group } = node
    const log = await open(join(folder, 'log'), 'a')
    const args = [
      ...['--no-defaults', `--datadir=${join(folder, 'data')}`, `--tmpdir=${join(folder, 'tmp')}`],
      ...[`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`],
      ...[`--port=${port}`, '--bind-address=127.0.0.1', '--max-connections=200'],
      ...['--binlog_format=ROW', '--default_storage_engine=InnoDB', '--innodb_autoinc_lock_mode=2'],
      // Another node has what this one hasn't written yet.
      ...['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M'],
      ...['--wsrep_on=ON', `--wsrep_provider=${PROVIDER}`, '--wsrep_cluster_name=iclock'],
      ...[`--wsrep_node_name=${name}`, `--wsrep_node_address=127.0.0.1:${group}`],
      ...[`--wsrep_sst_receive_address=127.0.0.1:${group + 5}`, '--wsrep_sst_method=rsync'],
      `--wsrep_provider_options=gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${group + 1}`,
      // What was answered by one node is seen by the others.
      ...['--wsrep_sync_wait=1', `--wsrep_cluster_address=gcomm://${cluster}`],
    ]
    const child = spawn(PROGRAM, args, {
      ...{ ...as, cwd: folder, env: env(node), detached: true },
      stdio: ['ignore', log.fd, log.fd],
    })
    await log.close()
    node.child = child
    const end = () => killGroup(child)
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    await untilSynced(node)
  }

  const members = () => nodes.map(({ group }) => `127.0.0.1:${group}`).join(',')
  const killed = /** @type {Node} */ (nodes[2])

  async function remove() {
    for (const node of nodes) await kill(node)
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }

  try {
    for (const [index, node] of nodes.entries()) {
      await start(node, index === 0 ? '' : `127.0.0.1:${nodes[0]?.group}`)
    }
    const admin = await createConnection({
      host: '127.0.0.1',
      port: Number(nodes[0]?.port),
      user: 'root',
    })
    await admin.query('CREATE DATABASE iclock')
    await admin.end()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    urls: nodes.map(({ url }) => url),
    kill: () => kill(killed),
    start: () => start(killed, members()),
    remove,
  }
}

/** @param {Node} node */
async function kill({ child }) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  killGroup(child)
  await ended
}

/** A node that joins has helpers. @param {import('node:child_process').ChildProcess} child */
function killGroup({ pid }) {
  try {
    process.kill(-Number(pid), 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** @param {Node} node */
async function untilSynced({ port, folder, child }) {
  for (const end = Date.now() + LONGEST_START; Date.now() < end; await wait(200)) {
    if (child?.exitCode !== null || child.signalCode !== null) break
    try {
      const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' })
      const [rows] = await connection.query("SHOW STATUS LIKE 'wsrep_local_state_comment'")
      await connection.end()
      if (/** @type {any} */ (rows)[0]?.Value === 'Synced') return
    } catch {}
  }
  const log = await readFile(join(folder, 'log'), 'utf8')
  throw new Error(`A node of Galera did not start: ${log.slice(-3000)}`)
}
