// Statements and their rows. A row comes back as one JSON text, because apps set type parsers on their driver: with
// those, a date or a number might come back as anything.

/** What is used of a pool or a client: of `pg`, of PGlite, and of whatever looks like them. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** Runs statements of one schema. */
export interface Database {
  /** The schema's quoted name. */
  schema: string
  /** Runs a statement in which `:schema` is the schema; each row it returns is a JSON text named `row`. */
  rows<Row>(statement: string, values?: unknown[]): Promise<Row[]>
}

/** Runs statements on a pool; the driver's errors pass through unchanged. */
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
      const { rows } = await pool.query(text, values)
      return rows.map((row) => JSON.parse((row as { row: string }).row) as Row)
    },
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
