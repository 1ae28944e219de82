// The databases of the benchmark, each started once in its own process; undefined if not installed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findAtomicProgram, serverName, startServer } from '../test/support/mongodb.js'
import { openPostgres } from '../test/support/postgres.js'
import { progress } from './measure.js'

const openers = {
  memory: () => ({ name: 'memory', url: '', async remove() {} }),
  async sqlite() {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-bench-'))
    return { name: 'SQLite', url: folder, remove: () => rm(folder, { recursive: true }) }
  },
  async mongodb() {
    const program = await findAtomicProgram()
    if ('reasons' in program) return undefined
    const server = await startServer(program)
    return { url: server.url, name: await serverName(server.url), remove: () => server.remove() }
  },
  postgresql: openPostgres,
}

/** Calls a function with each of these databases, one after the other. */
export async function withDatabases(names, use) {
  for (const name of names) {
    if (!Object.hasOwn(openers, name)) throw new Error(`there is no storage named "${name}"`)
    const database = await openers[name]()
    if (database === undefined) {
      progress(`skipped: ${name} can't be started on this machine`)
      continue
    }
    try {
      await use({ ...database, storage: name })
    } finally {
      await database.remove()
    }
  }
}
