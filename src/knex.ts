// Storage in the SQL database that an app speaks to through Knex: MariaDB, MySQL, PostgreSQL, SQLite.
import { checkFlag, checkNames, describe, type OptionNames, wrong } from './check.js'
import type { IssuedCommand } from './command.js'
import { KnexDatabase } from './knex/database.js'
import { CLIENTS, dialectOf, type KnexLike } from './knex/driver.js'
import type { Family, FamilyOfTerminal } from './reply/outcome.js'
import { adapterOver, type SqlAdapter } from './sql/adapter.js'

export type { KnexConnection, KnexLike } from './knex/driver.js'

/** The options of `knexAdapter`. */
export interface KnexAdapterOptions {
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

/** Storage through Knex. */
export interface KnexAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends SqlAdapter<Issued> {
  /**
   * Creates the tables. Call it at every start, before the app: it does nothing if they exist, and
   * many processes may call it at once.
   */
  migrate(): Promise<void>
}

const OPTIONS: OptionNames<KnexAdapterOptions> = { family: true, events: true }

/**
 * Creates storage in a database that the app speaks to through its own Knex; it neither connects
 * nor closes. The tables begin with `iclock_`.
 *
 * What another transaction undoes (deadlocks, lock timeouts, a Galera node that is not ready) is
 * done again. The driver's other errors pass through unchanged.
 *
 * @throws TypeError if `knex` or an option is wrong
 *
 * @example
 * const adapter = knexAdapter(knex)
 * await adapter.migrate()
 * app.use(terminalRouter({ adapter }))
 */
export function knexAdapter<Issued extends IssuedCommand = IssuedCommand>(
  knex: KnexLike,
  options: KnexAdapterOptions = {},
): KnexAdapter<Issued> {
  checkNames(options, OPTIONS)
  const { family = 'attendance', events = false } = options
  if (family !== 'attendance' && family !== 'access' && typeof family !== 'function') {
    throw wrong('family', family, '"attendance", "access", or a function (serialNumber)')
  }
  checkFlag('events', events)
  const database = new KnexDatabase(knex, dialectIn(knex))
  const adapter = adapterOver<Issued>(database, family, events)
  return { ...adapter, migrate: () => database.migrate() }
}

function dialectIn(knex: KnexLike) {
  const { raw, transaction, client } = Object(knex) as Partial<KnexLike>
  if (typeof raw !== 'function' || typeof transaction !== 'function' || client === undefined) {
    throw new TypeError(
      `express-iclock: knex is ${describe(knex)}; expected what Knex({ client, connection }) returns`,
    )
  }
  const dialect = dialectOf(knex)
  if (dialect !== undefined) return dialect
  throw new TypeError(
    `express-iclock: the client of knex is of ${describe(client.dialect)}; expected ${CLIENTS}`,
  )
}
