// Statements and their rows. A row comes back as one JSON text, because apps set type parsers on
// their driver: with those, a date or a number might come back as anything.
import { restoredJson, storable, storableJson } from './text.js'

/**
 * The parts of a pool or a client that are used: of `pg`, of PGlite, or of anything with the same
 * interface.
 */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** Runs statements of one schema. */
export interface Database {
  /**
   * Runs a statement in which `:schema` is the schema; each row it returns is a JSON text named
   * `row`. Text goes in and comes back in a form that PostgreSQL keeps.
   */
  rows<Row>(statement: string, values?: readonly unknown[]): Promise<Row[]>
}

/** A value that a statement takes as JSON. */
export class Json {
  readonly text: string
  constructor(value: unknown) {
    this.text = storableJson(value)
  }
}

const CHUNK = 100

/**
 * A list as the bytes of its JSON: as one text, that of a large upload would take a large part of the
 * heap.
 *
 * @param count how many values it has
 * @param make makes each of them
 */
export function jsonBytes(count: number, make: (index: number) => unknown): Buffer {
  const chunks: Buffer[] = []
  for (let start = 0; start < count; start += CHUNK) {
    const length = Math.min(CHUNK, count - start)
    const values = Array.from({ length }, (_, index) => make(start + index))
    chunks.push(Buffer.from(`${start > 0 ? ',' : '['}${storableJson(values).slice(1, -1)}`))
  }
  return Buffer.concat([...chunks, Buffer.from(']')])
}

/**
 * Runs statements on a pool. What was undone runs again, and missing tables are explained; the
 * driver's other errors pass through unchanged.
 */
export function databaseOn(pool: PostgresPool, schema: string): Database {
  return {
    async rows<Row>(statement: string, values: readonly unknown[] = []) {
      const text = statement.replaceAll(':schema', `"${schema}"`)
      const { rows } = await untilDone(() => pool.query(text, values.map(parameterOf))).catch(
        (error: unknown) => explainTables(error, schema),
      )
      return rows.map((row) => restoredJson<Row>((row as { row: string }).row))
    },
  }
}

function parameterOf(value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (value instanceof Json) return value.text
  return Array.isArray(value) ? value.map(parameterOf) : value
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

// A schema, a table, a column, or a function that doesn't exist.
const MISSING: readonly unknown[] = ['3F000', '42P01', '42703', '42883']

function explainTables(error: unknown, schema: string): never {
  const { code } = error as { code?: unknown }
  if (!MISSING.includes(code)) throw error
  throw new Error(
    `express-iclock: PostgreSQL lacks a table of the schema "${schema}", or has an older one (${(error as Error).message}); ` +
      'call await adapter.migrate() once when your app starts',
    { cause: error },
  )
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
