// Storage in SQLite: a file, through Node's own driver or one that the app has.
import {
  checkFlag,
  checkNames,
  checkWhole,
  describe,
  LONGEST_TIMER,
  type OptionNames,
  wrong,
} from './check.js'
import type { IssuedCommand } from './command.js'
import type { Family, FamilyOfTerminal } from './reply/outcome.js'
import { adapterOver, type SqlAdapter } from './sql/adapter.js'
import { Connection } from './sqlite/connection.js'
import { openFile, type SqliteDatabase } from './sqlite/driver.js'

export type { SqliteDatabase, SqliteStatement } from './sqlite/driver.js'

/** The options of `sqliteAdapter`. */
export interface SqliteAdapterOptions {
  /**
   * Which code table `outcome` and `meaning` of a stored reply follow (`outcomeOf`), `'attendance'`
   * by default; a function for mixed fleets.
   */
  family?: Family | FamilyOfTerminal
  /** How long a call may wait for another process, in milliseconds; 5000 by default. */
  timeout?: number
  /**
   * Logs what is stored, for `events`; `false` by default. Switch it on in every process
   * that stores.
   */
  events?: boolean
}

/** Storage in SQLite. */
export interface SqliteAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends SqlAdapter<Issued> {
  /** Settles when the tables exist. They are created automatically, so this call isn't needed. */
  migrate(): Promise<void>
}

/** Storage in a file that the adapter opened. */
export interface SqliteFile<Issued extends IssuedCommand = IssuedCommand>
  extends SqliteAdapter<Issued> {
  /** Waits for the calls that have begun, however they end, and closes the file. */
  close(): Promise<void>
}

const OPTIONS: OptionNames<SqliteAdapterOptions> = {
  family: true,
  timeout: true,
  events: true,
}

/**
 * Makes storage in SQLite: in a file, which it opens with Node's own `node:sqlite`, or in a database
 * that the app has opened with better-sqlite3, libsql or `node:sqlite`, as a connection for this
 * adapter alone.
 *
 * What it has stored survives a loss of power (WAL, `synchronous = FULL`). Several processes may use
 * one file; each write waits for those of the others.
 *
 * @throws TypeError if this Node has no SQLite, or an argument is wrong
 *
 * @example
 * const adapter = sqliteAdapter('iclock.db')
 * app.use(terminalRouter({ adapter }))
 */
export function sqliteAdapter<Issued extends IssuedCommand = IssuedCommand>(
  file: string,
  options?: SqliteAdapterOptions,
): SqliteFile<Issued>
export function sqliteAdapter<Issued extends IssuedCommand = IssuedCommand>(
  database: SqliteDatabase,
  options?: SqliteAdapterOptions,
): SqliteAdapter<Issued>
export function sqliteAdapter<Issued extends IssuedCommand>(
  given: string | SqliteDatabase,
  options: SqliteAdapterOptions = {},
): SqliteAdapter<Issued> | SqliteFile<Issued> {
  checkNames(options, OPTIONS)
  const { family = 'attendance', timeout = 5000, events = false } = options
  if (family !== 'attendance' && family !== 'access' && typeof family !== 'function') {
    throw wrong('family', family, '"attendance", "access", or a function (serialNumber)')
  }
  checkWhole('timeout', timeout, 1, LONGEST_TIMER)
  checkFlag('events', events)
  const over = (connection: Connection): SqliteAdapter<Issued> => ({
    ...adapterOver<Issued>(connection, family, events),
    // It comes after what was asked before, and the tables before that.
    migrate: () => connection.write(function* () {}),
  })
  if (typeof given !== 'string') return over(new Connection(checked(given), timeout))
  const database = openFile(given)
  try {
    const connection = new Connection(database, timeout)
    return {
      ...over(connection),
      async close() {
        await connection.settled()
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

function checked(database: unknown): SqliteDatabase {
  const { exec, prepare } = Object(database) as Partial<SqliteDatabase>
  if (typeof exec === 'function' && typeof prepare === 'function') return database as SqliteDatabase
  throw new TypeError(
    `express-iclock: the database is ${describe(database)}; expected the path of a file, or a database of better-sqlite3, ` +
      'libsql or node:sqlite that is open',
  )
}
