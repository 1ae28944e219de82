// The drivers of SQLite that are here: libsql everywhere, Node's own where Node has it, and
// better-sqlite3 if BETTER_SQLITE3 names a folder that has it: its binary needs Node 22.
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import type { SqliteDatabase } from '../../src/sqlite.js'

/** A database that is open, and can be closed. */
export type OpenDatabase = SqliteDatabase & { close(): unknown }

type Driver = new (file: string) => OpenDatabase

const own = process.getBuiltinModule('node:sqlite') as { DatabaseSync: Driver } | undefined
const folder = process.env.BETTER_SQLITE3

/** The drivers, by name. */
export const DRIVERS: Readonly<Record<string, Driver>> = {
  libsql: Libsql,
  ...(own !== undefined && { 'node:sqlite': own.DatabaseSync }),
  ...(folder && { 'better-sqlite3': createRequire(`${folder}/`)('better-sqlite3') }),
}

/** Whether Node has a driver of its own. */
export const hasOwnDriver = own !== undefined

/** A file of its own, and connections to it. */
export async function openFile(Database: Driver) {
  const directory = await mkdtemp(join(tmpdir(), 'iclock-sqlite-'))
  const file = join(directory, 'iclock.db')
  const databases: OpenDatabase[] = []
  return {
    file,
    open(): OpenDatabase {
      const database = new Database(file)
      databases.push(database)
      return database
    },
    async remove() {
      for (const database of databases) {
        try {
          database.close()
        } catch {
          // The test has closed it.
        }
      }
      await rm(directory, { recursive: true })
    },
  }
}
