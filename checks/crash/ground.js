// The setup of a campaign: a database, apps over it, and one address in front of them; everything
// but the address can be killed.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  findAtomicProgram,
  findProgram,
  freePort,
  serverName,
  startServer,
} from '../../test/support/mongodb.js'
import { findPostgres, startPostgres } from '../../test/support/postgres.js'
import { openFront } from './front.js'
import { hasGalera, startGalera } from './galera.js'
import { hasPgbouncer, startPgbouncer } from './pgbouncer.js'
import { startReplicated } from './standby.js'
import { openStorage } from './storage.js'

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

const APP = new URL('app.js', import.meta.url)

/** There is no database server on this machine to kill. */
export class NoServer extends Error {}

/** @type {Record<GroundName, () => Promise<Database>>} */
const DATABASES = {
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

/** @param {GroundName} name @param {string | undefined} defect */
export async function openGround(name, defect) {
  const database = await DATABASES[name]()
  const { storage, place, apps: count, isAtomic, killsApps, server, title } = database
  const places = database.places ?? [place]
  /** @type {Awaited<ReturnType<typeof startApp>>[]} */
  const apps = []
  try {
    // Before the first kill: FerretDB does not start again after one that came while it made a database.
    if (storage !== 'journal') await (await openStorage(storage, place)).close()
    for (let index = 0; index < count; index++)
      apps.push(await startApp(`${places[index % places.length]}`))
  } catch (error) {
    await end()
    throw error
  }
  const front = await openFront(apps.map(({ port }) => port))

  /** @param {string} own */
  async function startApp(own) {
    const port = await freePort()
    let ahead = 0
    const start = async () => {
      const child = fork(APP, [storage, own, `${port}`, `${ahead}`, defect ?? ''])
      const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')])
      if (message !== 'listening') throw new Error('an app of the campaign did not start')
      return child
    }
    let child = await start()
    const kill = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    return {
      port,
      kill,
      async start() {
        child = await start()
      },
      /** Sets its clock, from now on; an app that is down has it when it starts. @param {number} ms */
      async setClock(ms) {
        ahead = ms
        if (!child.connected) return
        const set = Promise.race([once(child, 'message'), once(child, 'exit')])
        child.send(ms, () => {})
        await set
      },
    }
  }

  async function end() {
    await Promise.all(apps.map((app) => app.kill()))
    await database.remove()
  }

  const targets = [
    ...(killsApps ? apps.map((app) => ({ what: 'an app', ...app })) : []),
    ...(server
      ? [{ what: 'the database', kill: () => server.kill(), start: () => server.start() }]
      : []),
  ]
  return {
    ...{ title, isAtomic, url: front.url, port: front.port, apps },
    /**
     * Kills an app or the database, and restarts it after some ms. @param {number} which from 0 to
     * 1 @param {number} pause
     */
    async kill(which, pause) {
      const target = targets[Math.floor(which * targets.length)]
      if (target === undefined) return ''
      await target.kill()
      await wait(pause)
      await target.start()
      return target.what
    },
    /** Ends the apps, and opens their storage. */
    async look() {
      await Promise.all(apps.map((app) => app.kill()))
      return openStorage(storage, place)
    },
    async remove() {
      front.close()
      await end()
    },
  }
}
