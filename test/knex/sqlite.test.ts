import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { describe, it } from 'vitest'
import { adapterContract } from '../../src/contract.js'
import { expectAlike } from '../support/alike.js'
import { ABOUT_EVENTS } from '../support/event.js'
import { knexSubject } from '../support/knex-subject.js'

const require = createRequire(import.meta.url)
const { knex } = require('knex') as typeof import('knex')
const BetterSqlite = require('knex/lib/dialects/better-sqlite3')

// libsql has the interface of better-sqlite3, and needs no compiler.
class LibsqlClient extends BetterSqlite {
  _driver() {
    return require('libsql')
  }
}

describe('knexAdapter on SQLite', () => {
  const create = async (events = false) => {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-knex-'))
    const connection = knex({
      client: LibsqlClient as unknown as typeof Knex.Client,
      connection: { filename: join(folder, 'iclock.db') },
      useNullAsDefault: true,
    })
    // No second connection: its waits would block this process, and with it the first one.
    return knexSubject(connection, events, () => rm(folder, { recursive: true }))
  }
  for (const { name, run } of adapterContract(() => create())) it(name, run)

  describe('An adapter with events', () => {
    for (const { name, run } of adapterContract(() => create(true))) {
      if (ABOUT_EVENTS.test(name)) it(name, run)
    }
  })

  for (let seed = 1; seed <= 5; seed++) {
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
