// Pages of offers, as SQLite finds them.
import { expect, it } from 'vitest'
import { cursorOf } from '../../src/page.js'
import { type SqliteAdapter, type SqliteDatabase, sqliteAdapter } from '../../src/sqlite.js'
import { DRIVERS, openFile } from '../support/sqlite.js'

const AFTER = cursorOf([Date.now(), '0'.repeat(32)])

it.each<[string, (adapter: SqliteAdapter) => unknown]>([
  ['offers', (adapter) => adapter.listOffers({})],
  ['the offers of a terminal', (adapter) => adapter.listOffers({ serialNumber: 'A' })],
  ['the next offers', (adapter) => adapter.listOffers({ after: AFTER })],
  [
    'the next offers of a terminal',
    (adapter) => adapter.listOffers({ serialNumber: 'A', after: AFTER }),
  ],
])('A page of %s is read by an index, in its order', async (_, list) => {
  const [Driver] = Object.values(DRIVERS)
  if (Driver === undefined) throw new Error('no driver of SQLite')
  const { open, remove } = await openFile(Driver)
  try {
    const db = open()
    const run: [string, unknown[]][] = []
    const noted: SqliteDatabase = {
      exec: (sql) => db.exec(sql),
      prepare(sql) {
        const statement = db.prepare(sql)
        return {
          run: (...values) => statement.run(...values),
          all(...values) {
            run.push([sql, values])
            return statement.all(...values)
          },
        }
      },
    }
    const adapter = sqliteAdapter(noted)
    await adapter.migrate()
    run.length = 0
    await list(adapter)
    expect(run.length).toBeGreaterThan(0)
    for (const [sql, values] of run) {
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(values as never[]))
      const steps = plan.map((step) => String((step as { detail: unknown }).detail))
      expect(steps.join('\n')).toMatch(/USING (COVERING )?INDEX/)
      expect(steps.join('\n')).not.toMatch(/TEMP B-TREE|SCAN iclock_\w+$/m)
    }
  } finally {
    await remove()
  }
})
