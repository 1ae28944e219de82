// The databases of campaigns, each with what can be killed of it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  findAtomicProgram,
  findProgram,
  serverName,
  startServer,
} from '../../test/support/mongodb.js'
import { findPostgres, startPostgres } from '../../test/support/postgres.js'
import { hasGalera, startGalera } from './galera.js'
import { hasPgbouncer, startPgbouncer } from './pgbouncer.js'
import { startReplicated } from './standby.js'

/**
 * @typedef {'journal' | 'sqlite' | 'postgres' | 'mongodb' | 'mongodb-apps' | Engine} GroundName
 *
 * @typedef {'galera' | 'standby' | 'pgbouncer'} Engine several machines, or one that stands between
 *
 * @typedef {object} Database
 * @property {string} title
 * @property {import('./storage.js').StorageName} storage
 * @property {string} place
 * @property {string[]} [places] of each app, if they differ
 * @property {number} apps
 * @property {boolean} isAtomic whether its conditional updates are atomic
 * @property {boolean} killsApps
 * @property {{ kill(): Promise<void>, start(): Promise<void> }} [server] what can be killed
 * @property {() => Promise<void>} remove
 */

/** There is no database server on this machine to kill. */
export class NoServer extends Error {}

/** @type {Record<GroundName, () => Promise<Database>>} */
export const DATABASES = {
  async journal() {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-campaign-'))
    return {
      ...{
        title: 'a file and memory, one app',
        storage: 'journal',
        place: join(folder, 'journal'),
      },
      ...{ apps: 1, isAtomic: true, killsApps: true },
      remove: () => rm(folder, { recursive: true }),
    }
  },
  async sqlite() {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-campaign-'))
    return {
      ...{ title: 'SQLite, two apps', storage: 'sqlite', place: join(folder, 'iclock.db') },
      ...{ apps: 2, isAtomic: true, killsApps: true },
      remove: () => rm(folder, { recursive: true }),
    }
  },
  async postgres() {
    const bin = await findPostgres()
    if (bin === undefined) throw new NoServer('no initdb and postgres')
    const server = await startPostgres(bin)
    return {
      ...{ title: 'PostgreSQL, two apps', storage: 'postgres', place: server.url },
      ...{ apps: 2, isAtomic: true, killsApps: true, server, remove: () => server.remove() },
    }
  },
  async galera() {
    if (!(await hasGalera())) throw new NoServer('no mariadb-server, galera-4 and rsync')
    const server = await startGalera()
    const [place = ''] = server.urls
    return {
      ...{ title: 'MariaDB Galera, three nodes, two apps', storage: 'knex', place },
      // The third node is killed: an app on it would only say that its database is away.
      ...{ places: server.urls.slice(0, 2), apps: 2, isAtomic: true, killsApps: true, server },
      remove: () => server.remove(),
    }
  },
  async standby() {
    const bin = await findPostgres()
    if (bin === undefined) throw new NoServer('no initdb and postgres')
    const server = await startReplicated(bin)
    return {
      ...{ title: 'PostgreSQL with a synchronous standby, two apps', storage: 'postgres' },
      ...{ place: server.url, apps: 2, isAtomic: true, killsApps: false, server },
      remove: () => server.remove(),
    }
  },
  async pgbouncer() {
    const bin = await findPostgres()
    if (bin === undefined || !(await hasPgbouncer()))
      throw new NoServer('no postgres and pgbouncer')
    const server = await startPostgres(bin)
    const pooler = await startPgbouncer(server.url)
    return {
      ...{ title: 'PostgreSQL behind pgbouncer, two apps', storage: 'postgres' },
      ...{ place: pooler.url, apps: 2, isAtomic: true, killsApps: true, server },
      remove: () => pooler.remove().then(() => server.remove()),
    }
  },
  async mongodb() {
    const { server, program } = await startMongo(await findProgram())
    const isAtomic = program.kind === 'mongod'
    const note = isAtomic
      ? 'two apps'
      : 'one app, and nothing at once for a terminal: its updates are not atomic'
    return {
      title: `${await serverName(server.url)}, ${note}`,
      ...{ storage: 'mongodb', place: server.url, apps: isAtomic ? 2 : 1, isAtomic },
      ...{ killsApps: isAtomic, server, remove: () => server.remove() },
    }
  },
  async 'mongodb-apps'() {
    const { server, program } = await startMongo(await findAtomicProgram())
    const note =
      program.kind === 'mongod' ? '' : ', which keeps nothing on disk and so is not killed'
    return {
      title: `${await serverName(server.url)}${note}, two apps`,
      ...{ storage: 'mongodb', place: server.url, apps: 2, isAtomic: true, killsApps: true },
      remove: () => server.remove(),
    }
  },
}

export const GROUND_NAMES = /** @type {GroundName[]} */ (Object.keys(DATABASES))

/** @param {import('../../test/support/mongodb.js').Program | { reasons: string[] }} program */
async function startMongo(program) {
  if ('reasons' in program) throw new NoServer(program.reasons.join('; '))
  return { program, server: await startServer(program) }
}
