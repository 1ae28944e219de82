// The parts of Knex that are used, and how each of its databases answers. Knex is not imported.
import { ownOf } from '../check.js'
import type { Database } from '../sql/step.js'

/** The parts of a `Knex` that are used. */
export interface KnexLike extends KnexConnection {
  readonly client: { readonly dialect?: string }
  transaction<Result>(
    work: (transaction: KnexConnection) => Promise<Result>,
    options?: { isolationLevel: 'read committed' },
  ): Promise<Result>
}

/** The parts of a `Knex` and of a `Knex.Transaction` that are used. */
export interface KnexConnection {
  raw(sql: string, values: readonly never[]): PromiseLike<unknown>
}

const DIALECTS: Readonly<Record<string, Database['dialect']>> = {
  mysql: 'mysql',
  postgresql: 'postgres',
  sqlite3: 'sqlite',
}

/** The names of Knex for the databases that its adapter speaks to. */
export const CLIENTS = 'mysql2, pg, better-sqlite3 or sqlite3'

/** The database that a Knex speaks to; undefined if this package doesn't. */
export function dialectOf({ client }: KnexLike): Database['dialect'] | undefined {
  return ownOf(DIALECTS, String(client.dialect))
}

// MySQL: deadlock, lock wait timeout, and a node of a Galera cluster that is not ready. PostgreSQL:
// serialization failure, deadlock.
const AGAIN = new Set<unknown>([1213, 1205, 1047, '40001', '40P01'])
const NO_TABLE = new Set<unknown>([1146, '42P01'])
// PostgreSQL checks whether a table or an index exists before it creates it; another process may create it in between.
const MADE_MEANWHILE = new Set<unknown>(['23505', '42P07'])

/** Whether a database has undone a write because of another one: it is to be done again. */
export function isToBeRepeated(error: unknown): boolean {
  const { code, errno } = error as { code?: unknown; errno?: unknown }
  return AGAIN.has(errno) || AGAIN.has(code) || /^SQLITE_(BUSY|LOCKED)/.test(String(code))
}

/** Whether another process made the same table or index at this moment: then it is there now. */
export function isMadeMeanwhile(error: unknown): boolean {
  return MADE_MEANWHILE.has((error as { code?: unknown }).code)
}

/** Whether an error says that there are no tables. */
export function isWithoutTables(error: unknown): boolean {
  const { code, errno, message } = error as Partial<Record<'code' | 'errno' | 'message', unknown>>
  return NO_TABLE.has(errno) || NO_TABLE.has(code) || /no such table: iclock_/.test(String(message))
}
