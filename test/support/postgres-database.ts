// A separate database for a test: a schema on the server, or a PGlite.
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { inject } from 'vitest'
import type { PostgresPool } from '../../src/postgres.js'

let lastSchema = 0

/** A pool, a schema that nothing else uses, and how many statements went over the pool. */
export interface TestDatabase {
  pool: PostgresPool & { count: number }
  schema: string
  /** Another pool on the same database, as another process has it. */
  reopen(): PostgresPool
  /** Cuts the pool off from the server for good. */
  disconnect(): Promise<void>
  remove(): Promise<void>
}

// A PGlite takes seconds to start: one serves all tests of a file.
let shared: Promise<PGlite> | undefined

/** Creates one; without a server, a schema in a PGlite. */
export async function openDatabase(): Promise<TestDatabase> {
  const url = inject('postgresUrl')
  lastSchema++
  const schema = `test_${process.pid}_${lastSchema}`
  if (url === undefined) {
    shared ??= PGlite.create()
    const lite = await shared
    let isOpen = true
    const pool = counted({
      async query(text, values) {
        if (!isOpen) throw new Error('the connection is closed')
        return lite.query(text, values)
      },
    })
    return {
      pool,
      schema,
      reopen: () => lite,
      async disconnect() {
        isOpen = false
      },
      async remove() {
        await lite.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
      },
    }
  }
  const pools = [new pg.Pool({ connectionString: url, max: 4 })]
  const [pool] = pools as [pg.Pool]
  let isOpen = true
  return {
    pool: counted(pool),
    schema,
    reopen() {
      const other = new pg.Pool({ connectionString: url, max: 4 })
      pools.push(other)
      return other
    },
    async disconnect() {
      isOpen = false
      await pool.end()
    },
    async remove() {
      const cleaner = new pg.Client(url)
      await cleaner.connect()
      await cleaner.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
      await cleaner.end()
      await Promise.all(pools.map((each) => (each === pool && !isOpen ? undefined : each.end())))
    },
  }
}

function counted(pool: PostgresPool): PostgresPool & { count: number } {
  return {
    count: 0,
    query(text, values) {
      this.count++
      return pool.query(text, values)
    },
  }
}
