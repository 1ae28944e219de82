import { describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { TABLES } from '../../src/sql/schema.js'
import type { Row } from '../../src/sql/step.js'
import { sqliteAdapter } from '../../src/sqlite.js'
import { expectAlike } from '../support/alike.js'
import { ABOUT_EVENTS } from '../support/event.js'
import { DRIVERS, openFile } from '../support/sqlite.js'
import { storedRows } from '../support/stored-rows.js'

describe.each(Object.entries(DRIVERS))('sqliteAdapter on %s', (_, Driver) => {
  const create = async (events = false) => {
    const { open, remove } = await openFile(Driver)
    const db = open()
    const adapter = sqliteAdapter(db, { events })
    return {
      adapter,
      ...storedRows((sql) => db.prepare(sql).all() as Row[]),
      reopen: () => sqliteAdapter(open(), { events }),
      // A connection of libsql that is closed goes on with the statements that it knows.
      disconnect() {
        for (const { name } of TABLES) db.exec(`DROP TABLE ${name}`)
      },
      dispose: remove,
    }
  }
  for (const { name, run } of adapterContract(() => create())) it(name, run)

  describe('An adapter with events', () => {
    for (const { name, run } of adapterContract(() => create(true))) {
      if (ABOUT_EVENTS.test(name)) it(name, run)
    }
  })

  for (let seed = 1; seed <= 10; seed++) {
    it(`Random history ${seed} has the answers of memoryAdapter`, async () => {
      const { adapter, dispose } = await create()
      try {
        await expectAlike(adapter, seed)
      } finally {
        await dispose()
      }
    })
  }
})
