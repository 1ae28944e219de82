// The statements of a connection: each is prepared once.
import type { Insert, Step } from '../sql/step.js'
import type { SqliteDatabase, SqliteStatement } from './driver.js'

const MOST_STATEMENTS = 500

/** Executes steps on a database. */
export class Statements {
  readonly #db: SqliteDatabase
  readonly #known = new Map<string, SqliteStatement>()

  constructor(db: SqliteDatabase) {
    this.#db = db
  }

  readonly execute = (step: Step): unknown => {
    if ('read' in step) return this.#prepared(step.read).all(...(step.values as never[]))
    if ('write' in step)
      return Number(this.#prepared(step.write).run(...(step.values as never[])).changes)
    return this.#insert(step)
  }

  #insert({ into, columns, rows }: Insert): boolean[] {
    const marks = columns.map(() => '?').join(', ')
    const sql = `INSERT INTO ${into} (${columns.join(', ')}) VALUES (${marks}) ON CONFLICT DO NOTHING`
    const statement = this.#prepared(sql)
    return rows.map((row) => Number(statement.run(...(row as never[])).changes) > 0)
  }

  #prepared(sql: string): SqliteStatement {
    const known = this.#known.get(sql)
    if (known !== undefined) return known
    if (this.#known.size >= MOST_STATEMENTS) this.#known.clear()
    const statement = this.#db.prepare(sql)
    this.#known.set(sql, statement)
    return statement
  }
}
