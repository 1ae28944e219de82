import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { describe, it } from 'vitest'
import { sqliteAdapter } from '../../src/sqlite.js'
import { expectAlike } from '../support/alike.js'

describe('sqliteAdapter beside memoryAdapter', () => {
  for (let seed = 1; seed <= 20; seed++) {
    it(`sqliteAdapter answers as memoryAdapter does to random history ${seed}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'iclock-sqlite-'))
      const db = new Database(join(folder, 'iclock.db'))
      try {
        await expectAlike(sqliteAdapter(db), seed)
      } finally {
        db.close()
        await rm(folder, { recursive: true })
      }
    })
  }
})
