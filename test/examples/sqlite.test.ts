import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'

// In a variable, since the example has no types.
const { href } = new URL('../../examples/storages/sqlite.js', import.meta.url)
const { sqliteAdapter } = await import(href)

describe('The SQLite adapter of the example', () => {
  const create = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-sqlite-'))
    const file = join(folder, 'iclock.db')
    const databases: Database.Database[] = []
    const open = () => {
      const db = new Database(file, { timeout: 5000 })
      // The disk is not what is tested.
      db.exec('PRAGMA synchronous = OFF')
      databases.push(db)
      return db
    }
    const db = open()
    const adapter = sqliteAdapter(db)
    const { replies, unparsed } = adapter
    const disconnect = () => db.exec('DROP TABLE commands; DROP TABLE unparsed')
    const dispose = async () => {
      for (const each of databases) each.close()
      await rm(folder, { recursive: true })
    }
    const reopen = () => sqliteAdapter(open())
    return { adapter, replies, unparsed, reopen, disconnect, dispose }
  }
  for (const { name, run } of adapterContract(create)) it(name, { timeout: 30_000 }, run)
})
