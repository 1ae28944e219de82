// One connection for all calls. Its driver is synchronous, so work is done in short slices: writes
// that come together share a transaction, and with it the wait for the disk.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { definitions } from '../sql/schema.js'
import type { Database, Steps } from '../sql/step.js'
import { isBusy, type SqliteDatabase } from './driver.js'
import { Statements } from './statement.js'
import { type Task, taskOf } from './task.js'

/** How long it works before others have their turn, in milliseconds. */
const SLICE = 8
const SHORTEST_PAUSE = 1
const LONGEST_PAUSE = 20

// What was committed survives a loss of power. Waiting for another process would block this one, so
// SQLite gives up at once, and the call tries again after a pause that blocks nothing. The cache
// holds a large photo, which would be written twice otherwise; and what a commit copies from the log
// into the file stays small.
const SETTINGS = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0;
  PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 400`

/** A database of SQLite, as the adapter uses it. */
export class Connection implements Database {
  readonly dialect = 'sqlite'
  readonly #db: SqliteDatabase
  readonly #timeout: number
  readonly #statements: Statements
  readonly #tasks: Task[] = []
  /** Done, and safe once the transaction is. */
  readonly #finished: Task[] = []
  /** Reads that have begun; they are in no queue. */
  readonly #reading = new Set<Promise<unknown>>()
  #isReady = false
  /** Whether a task that is whole has paused, and its transaction is open. */
  #isOpen = false
  #isScheduled = false
  #pause = SHORTEST_PAUSE

  constructor(db: SqliteDatabase, timeout: number) {
    this.#db = db
    this.#statements = new Statements(db)
    this.#timeout = timeout
    try {
      this.#prepare()
    } catch (error) {
      // Another process makes the tables at this moment.
      if (!isBusy(error)) throw error
    }
  }

  read<Result>(steps: () => Steps<Result>): Promise<Result> {
    const reading: Promise<Result> = this.#read(steps).finally(() => this.#reading.delete(reading))
    this.#reading.add(reading)
    return reading
  }

  async #read<Result>(steps: () => Steps<Result>): Promise<Result> {
    if (!this.#isReady || this.#isOpen) return this.write(steps)
    const { task, result } = taskOf(steps, false, 0)
    try {
      while (!task.advance(this.#statements.execute, performance.now() + SLICE)) {
        await nextTurn()
        // What isn't committed must not be read.
        while (this.#isOpen) await nextTurn()
      }
      task.succeed()
    } catch (error) {
      if (isBusy(error)) return this.write(steps)
      throw error
    }
    return result
  }

  write<Result>(steps: () => Steps<Result>): Promise<Result> {
    return this.#enqueue(steps, false)
  }

  whole<Result>(steps: () => Steps<Result>): Promise<Result> {
    return this.#enqueue(steps, true)
  }

  /** Settles when the calls that have begun are over, however they end. */
  async settled(): Promise<void> {
    // A write comes after those that were asked before.
    await Promise.allSettled([...this.#reading, this.write(function* () {})])
  }

  #enqueue<Result>(steps: () => Steps<Result>, isWhole: boolean): Promise<Result> {
    const { task, result } = taskOf(steps, isWhole, performance.now() + this.#timeout)
    this.#tasks.push(task)
    this.#schedule()
    return result
  }

  // After the requests that came at the same time: their writes share a transaction.
  #schedule(pause = 0): void {
    if (this.#isScheduled || this.#tasks.length === 0) return
    this.#isScheduled = true
    const work = () => {
      this.#isScheduled = false
      this.#work()
    }
    if (pause === 0) setImmediate(work)
    else setTimeout(work, pause)
  }

  #work(): void {
    try {
      if (!this.#isReady) this.#prepare()
      if (!this.#isOpen) this.#run('BEGIN IMMEDIATE')
      this.#pause = SHORTEST_PAUSE
    } catch (error) {
      this.#wait(error)
      return
    }
    this.#advance(performance.now() + SLICE)
    if (!this.#isOpen) this.#commit()
    this.#schedule()
  }

  #advance(until: number): void {
    for (let task = this.#tasks[0]; task !== undefined; task = this.#tasks[0]) {
      if (task.isWhole && !this.#isOpen) this.#run('SAVEPOINT iclock')
      try {
        const isDone = task.advance(this.#statements.execute, until)
        this.#isOpen = task.isWhole && !isDone
        if (!isDone) return
        if (task.isWhole) this.#run('RELEASE iclock')
        this.#finished.push(task)
      } catch (error) {
        this.#isOpen = false
        if (task.isWhole) this.#undo('ROLLBACK TO iclock', 'RELEASE iclock')
        task.fail(error)
      }
      this.#tasks.shift()
      if (performance.now() >= until) return
    }
  }

  #commit(): void {
    const finished = this.#finished.splice(0)
    try {
      this.#run('COMMIT')
    } catch (error) {
      this.#undo('ROLLBACK')
      // The one that has begun has lost what it did.
      const begun = this.#tasks[0]?.hasBegun ? this.#tasks.splice(0, 1) : []
      for (const task of [...finished, ...begun]) task.fail(error)
      return
    }
    for (const task of finished) task.succeed()
  }

  // After some errors SQLite has undone everything by itself.
  #undo(...statements: string[]): void {
    try {
      for (const sql of statements) this.#run(sql)
    } catch {}
  }

  #wait(error: unknown): void {
    const now = performance.now()
    const isOver = isBusy(error) ? ({ deadline }: Task) => deadline <= now : () => true
    const over = this.#tasks.filter(isOver)
    const left = this.#tasks.filter((task) => !over.includes(task))
    this.#tasks.splice(0, this.#tasks.length, ...left)
    for (const task of over) task.fail(isBusy(error) ? lockedFor(this.#timeout, error) : error)
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE)
    // At another time than the process that it met.
    this.#schedule(this.#pause * (0.5 + Math.random()))
  }

  #prepare(): void {
    this.#db.exec(SETTINGS)
    this.#run('BEGIN IMMEDIATE')
    try {
      for (const sql of definitions('sqlite')) this.#db.exec(sql)
      this.#run('COMMIT')
    } catch (error) {
      this.#undo('ROLLBACK')
      throw error
    }
    this.#isReady = true
  }

  // Not as a prepared statement: libsql leaves one that met another process unfinished, and until it
  // is run again, what is read stays as it was then.
  #run(sql: string): void {
    this.#db.exec(sql)
  }
}

function lockedFor(timeout: number, cause: unknown): Error {
  return new Error(
    `express-iclock: another process held the SQLite database for ${timeout} ms; expected it to finish its transaction. ` +
      'With many processes, use a database server.',
    { cause },
  )
}
