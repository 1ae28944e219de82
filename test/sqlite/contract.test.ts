import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { TABLES } from '../../src/sql/schema.js'
import type { Row } from '../../src/sql/step.js'
import { sqliteAdapter } from '../../src/sqlite.js'
import { storedRows } from '../support/stored-rows.js'

describe('sqliteAdapter', () => {
  const create = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-sqlite-'))
    const file = join(folder, 'iclock.db')
    const databases: Database.Database[] = []
    const open = () => {
      const db = new Database(file)
      databases.push(db)
      return db
    }
    const db = open()
    const adapter = sqliteAdapter(db)
    return {
      adapter,
      ...storedRows((sql) => db.prepare(sql).all() as Row[]),
      reopen: () => sqliteAdapter(open()),
      // A closed connection of libsql goes on with the statements that it knows.
      disconnect() {
        for (const { name } of TABLES) db.exec(`DROP TABLE ${name}`)
      },
      async dispose() {
        for (const each of databases) if (each.open) each.close()
        await rm(folder, { recursive: true })
      },
    }
  }
  for (const { name, run } of adapterContract(create)) it(name, run)
})
