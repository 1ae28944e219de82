// Statements and their rows. A row comes back as one JSON text, because apps set type parsers on
// their driver: with those, a date or a number might come back as anything.

/**
 * The parts of a pool or a client that are used: of `pg`, of PGlite, or of anything with the same
 * interface.
 */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** Runs statements of one schema. */
export interface Database {
  /** The schema's quoted name. */
  schema: string
  /**
   * Runs a statement in which `:schema` is the schema; each row it returns is a JSON text named
   * `row`.
   */
  rows<Row>(statement: string, values?: unknown[]): Promise<Row[]>
}

/**
 * Runs statements on a pool; the driver's errors pass through unchanged. Retries rolled-back
 * statements.
 */
export function databaseOn(pool: PostgresPool, schema: string): Database {
  const quoted = `"${schema}"`
  const statements = new Map<string, string>()
  return {
    schema: quoted,
    async rows<Row>(statement: string, values: unknown[] = []) {
      let text = statements.get(statement)
      if (text === undefined) {
        text = statement.replaceAll(':schema', quoted)
        statements.set(statement, text)
      }
      const { rows } = await untilDone(() => pool.query(text, values))
      return rows.map((row) => JSON.parse((row as { row: string }).row) as Row)
    },
  }
}

// Such a statement changed nothing: a deadlock, or a concurrent write to its rows if the app has
// set a stricter isolation than PostgreSQL's default.
const UNDONE: readonly unknown[] = ['40001', '40P01']
const IN_FAILED_TRANSACTION = '25P02'
const MAX_TRIES = 8

async function untilDone<Result>(run: () => Promise<Result>): Promise<Result> {
  let undone: unknown
  for (let tries = 1; ; tries++) {
    try {
      return await run()
    } catch (error) {
      const { code } = error as { code?: unknown }
      // The pool is a client with a transaction of the app, which has to start over.
      if (undone !== undefined && code === IN_FAILED_TRANSACTION) throw undone
      if (tries === MAX_TRIES || !UNDONE.includes(code)) throw error
      undone = error
    }
    // Jitter, so that they don't collide again.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** tries))
  }
}

/** SQL for a moment as milliseconds, null if it is infinite. */
export function milliseconds(column: string): string {
  return `(extract(epoch FROM nullif(${column}, 'infinity')) * 1000)::bigint`
}

/** SQL for the moment of a parameter in milliseconds. */
export function moment(parameter: string): string {
  return `(timestamptz 'epoch' + ${parameter}::bigint * interval '1 millisecond')`
}

/** The moment of a row; undefined for null. */
export function dateOf(time: number | null): Date | undefined {
  return time === null ? undefined : new Date(time)
}
