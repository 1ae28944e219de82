// The setup of a campaign: a database, apps over it, and one address in front of them; everything
// but the address can be killed.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../test/support/mongodb.js'
import { DATABASES } from './database.js'
import { openFront } from './front.js'
import { openStorage } from './storage.js'

const APP = new URL('app.js', import.meta.url)

/**
 * @param {import('./database.js').GroundName} name
 * @param {string | undefined} defect
 * @param {{ program?: URL, events?: boolean }} [options] what each app runs, and whether its storage
 *   keeps events
 */
export async function openGround(name, defect, { program = APP, events = false } = {}) {
  const database = await DATABASES[name]()
  const { storage, place, apps: count, isAtomic, killsApps, server, title } = database
  const places = database.places ?? [place]
  /** @type {Awaited<ReturnType<typeof startApp>>[]} */
  const apps = []
  try {
    // Before the first kill: FerretDB does not start again after one that came while it made a database.
    if (storage !== 'journal') await (await openStorage(storage, place, { events })).close()
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
      const child = fork(program, [
        storage,
        own,
        `${port}`,
        `${ahead}`,
        events ? 'events' : '',
        defect ?? '',
      ])
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
        const done = new AbortController()
        const { signal } = done
        const set = ['message', 'exit'].map((event) => once(child, event, { signal }))
        child.send(ms, () => {})
        await Promise.race(set)
        done.abort()
        await Promise.allSettled(set)
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
      return openStorage(storage, place, { events })
    },
    /** Opens their storage beside them. */
    beside: () => openStorage(storage, place, { events }),
    async remove() {
      front.close()
      await end()
    },
  }
}
