// Steps over a pool of connections: each in a statement of its own, or all in one transaction.
import { setTimeout as wait } from 'node:timers/promises'
import { newMark } from '../sql/mark.js'
import { definitions } from '../sql/schema.js'
import {
  type Database,
  type Insert,
  marks,
  type Row,
  type Step,
  type Steps,
  type Value,
} from '../sql/step.js'
import {
  isMadeMeanwhile,
  isToBeRepeated,
  isWithoutTables,
  type KnexConnection,
  type KnexLike,
} from './driver.js'

const MOST_TRIES = 20
const LONGEST_PAUSE = 100

/** A database, through the app's own Knex. */
export class KnexDatabase implements Database {
  readonly dialect: Database['dialect']
  readonly #knex: KnexLike

  constructor(knex: KnexLike, dialect: Database['dialect']) {
    this.#knex = knex
    this.dialect = dialect
  }

  read<Result>(steps: () => Steps<Result>): Promise<Result> {
    return this.write(steps)
  }

  async write<Result>(steps: () => Steps<Result>): Promise<Result> {
    const { dialect } = this
    return walk(steps(), (step) => repeated(() => execute(this.#knex, dialect, step)))
  }

  whole<Result>(steps: () => Steps<Result>): Promise<Result> {
    const { dialect } = this
    // What was inserted by another process a moment ago must be seen.
    const options =
      dialect === 'sqlite' ? undefined : ({ isolationLevel: 'read committed' } as const)
    return repeated(() => {
      return this.#knex.transaction(
        (transaction) => walk(steps(), (step) => execute(transaction, dialect, step)),
        options,
      )
    })
  }

  /** Creates what doesn't exist yet. */
  async migrate(): Promise<void> {
    for (const sql of definitions(this.dialect)) {
      await repeated(async () => this.#knex.raw(sql, []), isMadeMeanwhile)
    }
  }
}

async function walk<Result>(
  steps: Steps<Result>,
  answer: (step: Step) => Promise<unknown>,
): Promise<Result> {
  let next = steps.next()
  while (!next.done) next = steps.next(await answer(next.value))
  return next.value
}

async function repeated<Result>(
  write: () => Promise<Result>,
  isHarmless: (error: unknown) => boolean = () => false,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (isWithoutTables(error)) throw withoutTables(error)
      const isAgain = isToBeRepeated(error) || isHarmless(error)
      if (tries === MOST_TRIES || !isAgain) throw error
      // At another time than the write that it met.
      await wait(Math.random() * Math.min(5 * tries, LONGEST_PAUSE))
    }
  }
}

async function execute(
  connection: KnexConnection,
  dialect: Database['dialect'],
  step: Step,
): Promise<unknown> {
  if ('read' in step) return rowsOf(await raw(connection, step.read, step.values))
  if ('into' in step) return insert(connection, dialect, step)
  // Drivers of SQLite don't agree on how they count.
  const sql = dialect === 'sqlite' ? `${step.write} RETURNING 1 AS changed` : step.write
  return countOf(await raw(connection, sql, step.values))
}

function raw(connection: KnexConnection, sql: string, values: readonly Value[]) {
  return connection.raw(sql, values as readonly never[])
}

async function insert(
  connection: KnexConnection,
  dialect: Database['dialect'],
  { into, key, columns, rows }: Insert,
): Promise<boolean[]> {
  const at = key.map((column) => columns.indexOf(column))
  const keyOf = (values: readonly unknown[]) => values.map(String).join('\n')
  const keys = rows.map((row) => at.map((index) => row[index] as Value))
  const added =
    dialect === 'mysql'
      ? await insertMarked(connection, { into, key, columns, rows }, keys)
      : await raw(
          connection,
          `INSERT INTO ${into} (${columns.join(', ')}) VALUES ${lists(rows)} ON CONFLICT DO NOTHING RETURNING ${key.join(', ')}`,
          rows.flat(),
        )
  const fresh = new Set(rowsOf(added).map((row) => keyOf(key.map((column) => row[column]))))
  return keys.map((values) => fresh.has(keyOf(values)))
}

// MySQL doesn't return what it inserted: a mark tells those rows from the ones that were there.
async function insertMarked(
  connection: KnexConnection,
  { into, key, columns, rows }: Insert,
  keys: readonly (readonly Value[])[],
): Promise<unknown> {
  const mark = newMark()
  const marked = rows.map((row) => [...row, mark])
  await raw(
    connection,
    `INSERT INTO ${into} (${columns.join(', ')}, mark) VALUES ${lists(marked)} ON DUPLICATE KEY UPDATE mark = ${into}.mark`,
    marked.flat(),
  )
  const names = key.join(', ')
  return raw(
    connection,
    `SELECT ${names} FROM ${into} WHERE (${names}) IN (${lists(keys)}) AND mark = ?`,
    [...keys.flat(), mark],
  )
}

function lists(rows: readonly (readonly Value[])[]): string {
  return rows.map((row) => `(${marks(row.length)})`).join(', ')
}

// mysql2 answers with a list of rows, or a header, and the fields; pg with an object; others with
// the rows.
function rowsOf(answer: unknown): readonly Row[] {
  if (!Array.isArray(answer)) return (answer as { rows: Row[] }).rows
  return Array.isArray(answer[0]) ? answer[0] : answer
}

function countOf(answer: unknown): number {
  if (!Array.isArray(answer)) return (answer as { rowCount: number }).rowCount
  const header: { affectedRows?: number } | undefined = answer[0]
  return header?.affectedRows ?? answer.length
}

function withoutTables(cause: unknown): Error {
  return new Error(
    'express-iclock: the database has no tables of this package; expected await adapter.migrate() once, before the app starts',
    { cause },
  )
}
