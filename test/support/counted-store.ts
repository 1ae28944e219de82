// A PostgreSQL store that counts the buffers its statements touch, by PostgreSQL's own account.
import pg from 'pg'
import { type PostgresAdapter, postgresAdapter } from '../../src/postgres.js'
import { type Amounts, fillHistory } from './postgres-history.js'

interface Plan {
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
}

export interface CountedStore {
  adapter: PostgresAdapter
  client: pg.Client
  /** Counts the buffers that the statements of a call touch. */
  counted(call: () => unknown): Promise<{ buffers: number; answer: unknown }>
  close(): Promise<void>
}

/** Makes a store in a schema of its own, with what came until a moment. */
export async function openCountedStore(
  url: string,
  schema: string,
  amounts: Amounts,
  end: Date,
): Promise<CountedStore> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let buffers: number | undefined
  const adapter = postgresAdapter(
    {
      async query(text, values) {
        if (buffers !== undefined) buffers += await buffersOf(client, text, values)
        return client.query(text, values)
      },
    },
    { schema },
  )
  await adapter.migrate()
  await fillHistory(client, schema, amounts, end)
  return {
    adapter,
    client,
    async counted(call) {
      buffers = 0
      try {
        const answer = await call()
        return { buffers, answer }
      } finally {
        buffers = undefined
      }
    },
    async close() {
      await client.query(`DROP SCHEMA "${schema}" CASCADE`)
      await client.end()
    },
  }
}

// It runs the statement: what that changes is taken back.
async function buffersOf(client: pg.Client, text: string, values?: unknown[]): Promise<number> {
  await client.query('BEGIN')
  try {
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values)
    const plan = rows[0]['QUERY PLAN'][0].Plan as Plan
    return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
  } finally {
    await client.query('ROLLBACK')
  }
}
