// What is used of a driver: better-sqlite3, libsql and node:sqlite have it. None is imported.
/** What is used of an open database, such as `new Database('iclock.db')` of better-sqlite3. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
}

/** What is used of a prepared statement. */
export interface SqliteStatement {
  // The types of a driver may allow fewer values than it takes.
  all(...values: never[]): unknown[]
  run(...values: never[]): { changes: number | bigint }
}

interface ClosableDatabase extends SqliteDatabase {
  close(): unknown
}

/**
 * Opens a file with Node's own SQLite.
 *
 * @throws TypeError if this Node has none
 */
export function openFile(file: string): ClosableDatabase {
  const own = process.getBuiltinModule('node:sqlite') as
    | { DatabaseSync: new (file: string) => ClosableDatabase }
    | undefined
  if (own !== undefined) return new own.DatabaseSync(file)
  throw new TypeError(
    `express-iclock: Node ${process.versions.node} has no SQLite of its own; expected Node 22.13 or later, or an open ` +
      'database in the place of the path: new Database(path) of better-sqlite3 (12 on Node 20) or of libsql',
  )
}

const BUSY = 5
const LOCKED = 6

/** Whether an error says that another connection holds the database. */
export function isBusy(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return [BUSY, LOCKED].includes(errcode & 0xff)
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code)
}
