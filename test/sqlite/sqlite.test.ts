import { writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { replyTo } from '../../src/contract/sample.js'
import { parseUpload } from '../../src/index.js'
import type { QueuedCommand } from '../../src/queue/storage.js'
import { type SqliteAdapterOptions, type SqliteDatabase, sqliteAdapter } from '../../src/sqlite.js'
import { DRIVERS, hasOwnDriver, openFile } from '../support/sqlite.js'

const NOW = new Date('2026-10-05T07:00:00Z')
const BOUNDS = { limit: 1000, maxBytes: 40_000 }

function queued(commandId: string): QueuedCommand {
  const command = { serialNumber: 'A', commandId, text: `CHECK ${commandId}` }
  return { command, terms: { attempts: 5, replyWithin: 60_000 }, issuedAt: NOW }
}

function attendance(count: number, serialNumber = 'A') {
  const lines = Array.from({ length: count }, (_, pin) => `${pin}\t2026-10-05 07:00:00\t0\t1\n`)
  const body = Buffer.from(lines.join(''))
  const query = Object.create(null) as Record<string, string>
  const parsed = parseUpload(body, { table: 'ATTLOG' })
  return { serialNumber, table: 'ATTLOG', query, receivedAt: NOW, body, ...parsed }
}

// A slice of work ends by the clock: it stands still where a test says what one slice has.
afterEach(() => void vi.useRealTimers())
const stopClock = () => vi.useFakeTimers({ toFake: ['performance'] })

describe.each(Object.entries(DRIVERS))('sqliteAdapter on %s', (_, Driver) => {
  /** Runs a test on a file; `statements` has each statement that the adapter ran. */
  async function onFile(
    test: (given: {
      db: SqliteDatabase
      other: SqliteDatabase
      statements: string[]
    }) => Promise<void>,
  ): Promise<void> {
    const { open, remove } = await openFile(Driver)
    const statements: string[] = []
    const real = open()
    const db: SqliteDatabase = {
      exec(sql) {
        statements.push(sql)
        return real.exec(sql)
      },
      prepare(sql) {
        const statement = real.prepare(sql)
        const noted = <Given extends unknown[], Result>(call: (...given: Given) => Result) => {
          return (...given: Given) => {
            statements.push(sql)
            return call.apply(statement, given)
          }
        }
        return { all: noted(statement.all), run: noted(statement.run) }
      },
    }
    try {
      await test({ db, other: open(), statements })
    } finally {
      await remove()
    }
  }

  it('The replies of a body have one entry in the log of events, written after their rows', () =>
    onFile(async ({ db, statements }) => {
      const adapter = sqliteAdapter(db, { events: true })
      const replies = ['a', 'b', 'c'].map((id) => replyTo('A', id, 0))
      await adapter.onReplies?.(replies.map((reply) => ({ reply, command: undefined })))
      const inserts = statements.filter((sql) => sql.startsWith('INSERT INTO'))
      const tables = inserts.map((sql) => sql.split(' ')[2])
      expect(tables).toEqual([...Array(3).fill('iclock_commands'), 'iclock_events'])
    }))

  it('The beginning of a command of megabytes is some kilobytes of one row', () =>
    onFile(async ({ db }) => {
      const rows: unknown[] = []
      const prepare: SqliteDatabase['prepare'] = (sql) => {
        const statement = db.prepare(sql)
        return {
          all(...given) {
            const found = statement.all(...given)
            rows.push(...found)
            return found
          },
          run: (...given) => statement.run(...given),
        }
      }
      const adapter = sqliteAdapter({ exec: (sql) => db.exec(sql), prepare })
      const one = queued('1')
      const text = `SHELL ${'x'.repeat(1_000_000)}`
      await adapter.issue([{ ...one, command: { ...one.command, text } }])
      const raw = Buffer.alloc(1_000_000, 'ID=1&')
      const fields = { of: 'x'.repeat(1_000_000), more: '1' }
      await adapter.onReply(
        { ...replyTo('A', '1'), fields, raw, content: raw.subarray(9) },
        undefined,
      )
      rows.length = 0
      const found = await adapter.findBeginning('A', '1')
      expect(found?.reply).toMatchObject({ fields: {}, hasMoreFields: true, rawBytes: 1_000_000 })
      expect(rows).toHaveLength(1)
      expect(JSON.stringify(rows).length).toBeLessThan(150_000)
    }))

  it('What comes at the same time is stored in one transaction', () =>
    onFile(async ({ db, statements }) => {
      const adapter = sqliteAdapter(db)
      statements.length = 0
      stopClock()
      const terminals = Array.from({ length: 50 }, (_, index) => `T${index}`)
      await Promise.all(terminals.map((each) => adapter.onUpload(attendance(1, each))))
      expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
      expect(statements.filter((sql) => sql.startsWith('INSERT'))).toHaveLength(50)
    }))

  it('A list of commands that is refused leaves nothing, and what came with it is stored', () =>
    onFile(async ({ db, statements }) => {
      const adapter = sqliteAdapter(db)
      await adapter.issue([queued('1')])
      statements.length = 0
      stopClock()
      const other = { ...queued('1'), command: { ...queued('1').command, text: 'REBOOT' } }
      const [refused, stored] = await Promise.allSettled([
        adapter.issue([queued('2'), other]),
        adapter.onUpload(attendance(1)),
      ])
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'COMMAND_ID_USED' } })
      expect(stored.status).toBe('fulfilled')
      expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
      expect(await adapter.findRecord('A', '2')).toBeUndefined()
      expect((await adapter.listAttendance({})).rows).toHaveLength(1)
    }))

  it('Whoever asks while a long upload is stored does not wait for its end', () =>
    onFile(async ({ db }) => {
      const adapter = sqliteAdapter(db)
      await adapter.issue([queued('1')])
      const ends: string[] = []
      const upload = adapter.onUpload(attendance(10_000)).then((fresh) => {
        ends.push('upload')
        return fresh
      })
      await new Promise(setImmediate)
      const poll = adapter.openCommands('A', NOW, BOUNDS).then(() => ends.push('poll'))
      await Promise.all([upload, poll])
      expect(ends).toEqual(['poll', 'upload'])
      expect(await upload).toHaveLength(10_000)
    }))

  it('Of a long list of commands none is seen before all are stored', () =>
    onFile(async ({ db, other }) => {
      const adapter = sqliteAdapter(db)
      const beside = sqliteAdapter(other)
      await beside.migrate()
      let isDone = false
      const many = Array.from({ length: 5000 }, (_, index) => queued(`${index}`))
      const issued = adapter.issue(many).then(() => {
        isDone = true
      })
      const counts = new Set<number>()
      while (!isDone) {
        const { records } = await beside.openCommands('A', NOW, BOUNDS)
        counts.add(records.length)
        await new Promise(setImmediate)
      }
      await issued
      expect([...counts].filter((count) => count > 0 && count < 1000)).toEqual([])
      const own = await adapter.openCommands('A', NOW, BOUNDS)
      expect(own.records).toHaveLength(1000)
    }))

  it('A call waits for another process without blocking, and is done when that has ended', () =>
    onFile(async ({ db, other }) => {
      const adapter = sqliteAdapter(db)
      await adapter.migrate()
      other.exec('BEGIN IMMEDIATE')
      let turns = 0
      let isStored = false
      const stored = adapter.onUpload(attendance(1)).then(() => {
        isStored = true
      })
      for (; turns < 50; turns++) await new Promise(setImmediate)
      expect(isStored).toBe(false)
      other.exec('COMMIT')
      await stored
      expect((await adapter.listAttendance({})).rows).toHaveLength(1)
    }))

  it('What another process stores is read at once, also while a call waits for it', () =>
    onFile(async ({ db, other }) => {
      const adapter = sqliteAdapter(db)
      await adapter.issue([queued('1')])
      const attemptsMade = async () => (await adapter.findRecord('A', '1'))?.attemptsMade
      other.exec('BEGIN IMMEDIATE')
      const waiting = adapter.issue([queued('2')])
      for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate)
      expect(await attemptsMade()).toBe(0)
      other.exec('UPDATE iclock_commands SET attempts_made = 3; COMMIT; BEGIN IMMEDIATE')
      expect(await attemptsMade()).toBe(3)
      other.exec('COMMIT')
      await waiting
    }))

  it('A call rejects if another process has held the database for as long as it may wait', () =>
    onFile(async ({ db, other }) => {
      const adapter = sqliteAdapter(db, { timeout: 30 })
      await adapter.migrate()
      other.exec('BEGIN IMMEDIATE')
      await expect(adapter.issue([queued('1')])).rejects.toThrow(
        'another process held the SQLite database for 30 ms; expected it to finish its transaction',
      )
      other.exec('COMMIT')
      await adapter.issue([queued('1')])
    }))

  it('The tables are made even if another process has the file at that moment', () =>
    onFile(async ({ db, other }) => {
      other.exec('BEGIN IMMEDIATE')
      const adapter = sqliteAdapter(db)
      const found = adapter.findRecord('A', '1')
      other.exec('COMMIT')
      expect(await found).toBeUndefined()
    }))

  it('A person is forgotten whatever the PIN begins with', () =>
    onFile(async ({ db }) => {
      const adapter = sqliteAdapter(db)
      const line = Buffer.from('#7\t2026-10-05 07:00:00\t0\t1\n')
      const upload = attendance(1)
      await adapter.onUpload({ ...upload, ...parseUpload(line, { table: 'ATTLOG' }) })
      const { attendance: count } = await adapter.forgetPerson({ pin: '#7', serialNumbers: ['A'] })
      expect(count).toBe(1)
    }))

  it('Other writes come between the batches of what is forgotten', () =>
    onFile(async ({ db }) => {
      const adapter = sqliteAdapter(db)
      await adapter.onUpload(attendance(2000))
      const order: string[] = []
      const forgetting = adapter.forget(new Date()).then(() => order.push('forgotten'))
      const issuing = adapter.issue([queued('1')]).then(() => order.push('issued'))
      await Promise.all([forgetting, issuing])
      expect(order).toEqual(['issued', 'forgotten'])
    }))

  it('A command is forgotten with the end of its text, or not at all', () =>
    onFile(async ({ db }) => {
      const adapter = sqliteAdapter(db)
      const long = queued('1')
      const text = `DATA UPDATE USERINFO PIN=7\tName=${'x'.repeat(1000)}`
      await adapter.issue([{ ...long, command: { ...long.command, text } }])
      db.exec(
        "CREATE TRIGGER broken BEFORE DELETE ON iclock_texts BEGIN SELECT RAISE(FAIL, 'broken'); END",
      )
      const person = { pin: '7', serialNumbers: ['A'] }
      await expect(adapter.forgetPerson(person)).rejects.toThrow('broken')
      expect((await adapter.findRecord('A', '1'))?.command?.text).toBe(text)
      db.exec('DROP TRIGGER broken')
      expect(await adapter.forgetPerson(person)).toMatchObject({ commands: 1 })
      expect(db.prepare('SELECT * FROM iclock_texts').all()).toEqual([])
    }))

  it('Commits wait for the disk, and readers for nobody', () =>
    onFile(async ({ db }) => {
      sqliteAdapter(db)
      expect(db.prepare('PRAGMA journal_mode').all()).toEqual([{ journal_mode: 'wal' }])
      expect(db.prepare('PRAGMA synchronous').all()).toEqual([{ synchronous: 2 }])
    }))
})

describe('sqliteAdapter', () => {
  it.skipIf(!hasOwnDriver)('A path opens a file, which close() closes', async () => {
    const { file, remove } = await openFile(DRIVERS['node:sqlite'] as never)
    try {
      const adapter = sqliteAdapter(file)
      const stored = adapter.onUpload(attendance(3))
      await adapter.close()
      expect(await stored).toHaveLength(3)
      await expect(adapter.listAttendance({})).rejects.toThrow('not open')
      const again = sqliteAdapter(file)
      expect((await again.listAttendance({})).rows).toHaveLength(3)
      await again.close()
    } finally {
      await remove()
    }
  })

  /** Lets paths be opened by a driver on any Node; notes when it is closed. */
  function withDriver(onClose: () => void) {
    const { libsql: Driver = class {} as never } = DRIVERS
    class DatabaseSync {
      readonly #db: InstanceType<typeof Driver>
      constructor(file: string) {
        this.#db = new Driver(file)
      }
      exec = (sql: string) => this.#db.exec(sql)
      prepare = (sql: string) => this.#db.prepare(sql)
      close() {
        onClose()
        this.#db.close()
      }
    }
    const opening = vi.spyOn(process, 'getBuiltinModule')
    opening.mockReturnValue({ DatabaseSync } as never)
    onTestFinished(() => opening.mockRestore())
  }

  it('close() waits for a read that goes on in slices', async () => {
    const { file, remove } = await openFile(DRIVERS.libsql as never)
    onTestFinished(remove)
    const order: string[] = []
    withDriver(() => order.push('closed'))
    const adapter = sqliteAdapter(file)
    const ids = Array.from({ length: 20_000 }, (_, index) => `${index}`)
    const reading = adapter.findCommands('A', ids).then(() => order.push('read'))
    await Promise.all([reading, adapter.close()])
    expect(order).toEqual(['read', 'closed'])
  })

  it('A file that is no database is closed again', async () => {
    const { file, remove } = await openFile(DRIVERS.libsql as never)
    onTestFinished(remove)
    await writeFile(file, 'no database '.repeat(1000))
    let closed = 0
    withDriver(() => closed++)
    expect(() => sqliteAdapter(file)).toThrow('not a database')
    expect(closed).toBe(1)
  })

  it.skipIf(hasOwnDriver)('A path is refused on a Node without SQLite, with what to take', () => {
    expect(() => sqliteAdapter('iclock.db')).toThrow(
      /^express-iclock: Node 20\.\S+ has no SQLite of its own; expected Node 22\.13 or later, or an open database .*better-sqlite3 \(12 on Node 20\) or of libsql$/,
    )
  })

  it('A wrong database or option is refused with what came and what was expected', () => {
    const made = (given: unknown, options?: object) => () =>
      sqliteAdapter(given as SqliteDatabase, options as SqliteAdapterOptions)
    expect(made(undefined)).toThrow('the database is undefined; expected the path of a file, or')
    expect(made({ prepare() {} })).toThrow('the database is an object')
    expect(made('x', { Timeout: 1 })).toThrow('did you mean "timeout"?')
    expect(made('x', { timeout: 0 })).toThrow('option "timeout" is 0')
    expect(made('x', { family: 'door' })).toThrow('option "family" is "door"')
  })
})
