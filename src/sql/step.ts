// What storage asks of an SQL database, step by step, whoever talks to it: a synchronous driver of
// SQLite, or a pool of connections.
/** A value that every driver binds alike. */
export type Value = string | number | Buffer | null

/** A row as drivers return it: some return whole numbers as text. */
export type Row = Readonly<Record<string, unknown>>

/** A statement that reads rows. */
export interface Read {
  read: string
  values: readonly Value[]
}

/** A statement that changes rows; its answer is how many. */
export interface Write {
  write: string
  values: readonly Value[]
}

/** Rows to insert where their unique key is free; its answer is whether it was, for each of them. */
export interface Insert {
  into: string
  /** The columns of the unique key. */
  key: readonly string[]
  columns: readonly string[]
  rows: readonly (readonly Value[])[]
}

/** One step. */
export type Step = Read | Write | Insert

/** Work on a database: it yields steps, is given their answers, and returns its result. */
export type Steps<Result> = Generator<Step, Result, unknown>

/** How many rows an `Insert` has at most. */
export const ROWS_AT_ONCE = 100

/** Reads rows. */
export function* read(sql: string, ...values: Value[]): Steps<Row[]> {
  return (yield { read: sql, values }) as Row[]
}

/** Changes rows. */
export function* write(sql: string, ...values: Value[]): Steps<number> {
  return (yield { write: sql, values }) as number
}

/** Inserts rows that are not there yet, and says of each whether it was new. */
export function* insert(
  into: string,
  key: readonly string[],
  rows: readonly Readonly<Record<string, Value>>[],
): Steps<boolean[]> {
  const columns = Object.keys(rows[0] ?? {})
  const fresh: boolean[] = []
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const batch = rows.slice(start, start + ROWS_AT_ONCE)
    const values = batch.map((row) => columns.map((name) => row[name] ?? null))
    const added = (yield { into, key, columns, rows: values }) as boolean[]
    fresh.push(...added)
  }
  return fresh
}

/** A database, and the words in which databases differ. */
export interface Database {
  dialect: 'sqlite' | 'mysql' | 'postgres'
  /** Reads. */
  read<Result>(steps: () => Steps<Result>): Promise<Result>
  /** Writes; each step is atomic by itself. */
  write<Result>(steps: () => Steps<Result>): Promise<Result>
  /** Writes all or nothing. */
  whole<Result>(steps: () => Steps<Result>): Promise<Result>
}

/** `?, ?, ?` */
export function marks(count: number): string {
  return Array(count).fill('?').join(', ')
}
