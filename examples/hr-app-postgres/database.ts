// The database: the PostgreSQL of POSTGRES_URL, or without it PGlite, which is PostgreSQL in this process.
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'

/** The calls of a database that this app uses: `Pool` of `pg` and PGlite both have them. */
export interface Database {
  query<Row>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
}

/** Opens the database; `close` ends its connections. */
export async function openDatabase(
  url: string | undefined,
): Promise<{ database: Database; close(): Promise<void> }> {
  if (!url) {
    const database = await PGlite.create()
    return { database, close: () => database.close() }
  }
  // A database that hangs must not hold connections forever.
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 3000,
    query_timeout: 5000,
  })
  const database: Database = {
    query: async <Row>(text: string, values?: unknown[]) => {
      const { rows } = await pool.query(text, values)
      return { rows: rows as Row[] }
    },
  }
  return { database, close: () => pool.end() }
}
