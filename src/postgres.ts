// Storage in PostgreSQL, on the app's own pool. It imports no driver: `pg` and PGlite fit, and
// anything with the same interface.
import { checkFlag, checkNames, describe, type OptionNames, wrong } from './check.js'
import type { IssuedCommand } from './command.js'
import type { EventStorage } from './events/storage.js'
import type { OfferStorage } from './files/storage.js'
import type { RetentionStorage } from './kept.js'
import { claimsOn } from './postgres/claim.js'
import { commandsOn } from './postgres/command.js'
import { commandListsOn } from './postgres/command-list.js'
import { eventsOn } from './postgres/event.js'
import { offersOn } from './postgres/offer.js'
import { openCommandsOn } from './postgres/open.js'
import { databaseOn, type PostgresPool } from './postgres/query.js'
import { refusedOn } from './postgres/refused.js'
import { repliesOn } from './postgres/reply.js'
import { retentionOn } from './postgres/retention.js'
import { rosterOn } from './postgres/roster.js'
import { migration } from './postgres/schema.js'
import { terminalsOn } from './postgres/terminal.js'
import { uploadsOn } from './postgres/upload.js'
import { uploadListsOn } from './postgres/upload-list.js'
import type { CommandStorage } from './queue/storage.js'
import type { Family, FamilyOfTerminal } from './reply/outcome.js'
import type { ReplyStorage } from './reply/storage.js'
import type { RosterStorage } from './roster/storage.js'
import type { RefusedStorage } from './terminal/refused.js'
import type { TerminalStorage } from './terminal/storage.js'
import type { UploadStorage } from './upload/storage.js'

export type { PostgresPool }

/** The options of `postgresAdapter`. */
export interface PostgresAdapterOptions {
  /**
   * The schema that holds the tables: lower-case letters, digits and `_`; `'iclock'` by default.
   */
  schema?: string
  /**
   * Which code table `outcome` and `meaning` of a stored reply follow (`outcomeOf`), `'attendance'`
   * by default; a function for mixed fleets.
   */
  family?: Family | FamilyOfTerminal
  /**
   * Logs what is stored, for `events`; `false` by default. Switch it on in every process
   * that stores.
   */
  events?: boolean
}

/** Storage in PostgreSQL: every call of every capability. */
export interface PostgresAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends Required<CommandStorage<Issued>>,
    Required<ReplyStorage<Issued>>,
    Required<UploadStorage>,
    Required<TerminalStorage>,
    RefusedStorage,
    RosterStorage,
    OfferStorage,
    RetentionStorage,
    Partial<EventStorage> {
  /**
   * Brings the tables up to date. Call it at every start: it does nothing if they are, and many
   * processes may call it at once.
   */
  migrate(): Promise<void>
}

const OPTIONS: OptionNames<PostgresAdapterOptions> = {
  schema: true,
  family: true,
  events: true,
}
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/

/**
 * Creates storage in a PostgreSQL database (12 or later) that the app has connected to; it neither
 * connects nor closes. Call `migrate()` once at start: it creates the tables, in their own schema.
 * Errors of the driver pass through unchanged, except that tables are missing.
 *
 * @param pool a `Pool` of `pg`, a PGlite, or anything with their `query(text, values)`
 * @throws TypeError if the pool or an option is wrong
 *
 * @example
 * const adapter = postgresAdapter(new pg.Pool({ connectionString: process.env.DATABASE_URL }))
 * await adapter.migrate()
 * app.use(terminalRouter({ adapter }))
 */
export function postgresAdapter<Issued extends IssuedCommand = IssuedCommand>(
  pool: PostgresPool,
  options: PostgresAdapterOptions = {},
): PostgresAdapter<Issued> {
  checkPool(pool)
  checkNames(options, OPTIONS)
  const { schema = 'iclock', family = 'attendance', events = false } = options
  if (typeof schema !== 'string' || !SCHEMA.test(schema)) {
    throw wrong('schema', schema, 'lower-case letters, digits and "_", such as "iclock"')
  }
  if (family !== 'attendance' && family !== 'access' && typeof family !== 'function') {
    throw wrong('family', family, '"attendance", "access", or a function (serialNumber)')
  }
  checkFlag('events', events)
  const database = databaseOn(pool, schema)
  return {
    ...commandsOn<Issued>(database),
    openCommands: (...asked) => openCommandsOn(database, ...asked),
    ...claimsOn(database, events),
    ...commandListsOn<Issued>(database),
    ...repliesOn<Issued>(database, family, events),
    ...uploadsOn(database, events),
    ...uploadListsOn(database),
    ...terminalsOn(database),
    ...refusedOn(database),
    ...rosterOn(database),
    ...offersOn(database),
    ...retentionOn(database),
    ...(events && eventsOn(database)),
    async migrate() {
      await pool.query(migration(schema))
    },
  }
}

function checkPool(pool: unknown): void {
  if (typeof (pool as Partial<PostgresPool> | null | undefined)?.query === 'function') return
  throw new TypeError(
    `express-iclock: the pool is ${describe(pool)}; expected an object with query(text, values), such as new pg.Pool() or new PGlite()`,
  )
}
