import { exec } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Database from 'libsql'
import { describe, expect, inject, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { adapterContract } from '../src/contract.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { href } = new URL('../examples/storages/sqlite.js', import.meta.url)
const { sqliteAdapter } = await import(href)
const url = inject('mongodbUrl')
const { VITEST: _, NODE_ENV: __, ...env } = process.env

/** Runs an example as its script does, but for the build, which was made before the tests. */
async function run(example: keyof typeof manifest.scripts, storage = ''): Promise<string> {
  const command = manifest.scripts[example].replace('node build.js --if-stale && ', '')
  const options = { cwd: root, env: { ...env, MONGODB_URL: url } }
  return (await promisify(exec)(`${command} ${storage}`, options)).stdout
}

describe('the SQLite adapter of the example', () => {
  const create = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-sqlite-'))
    const file = join(folder, 'iclock.db')
    const adapter = sqliteAdapter(file)
    const { issue, replies } = adapter
    const db = new Database(file)
    const unparsed = () => {
      const rows = db.prepare('SELECT * FROM unparsed').all() as {
        serialNumber: string
        line: Buffer
      }[]
      return rows.map(({ serialNumber, line }) => ({ serialNumber, line: Buffer.from(line) }))
    }
    const disconnect = () => db.exec('DROP TABLE commands; DROP TABLE replies; DROP TABLE unparsed')
    const dispose = () => rm(folder, { recursive: true })
    return { adapter, issue, replies, unparsed, disconnect, dispose }
  }
  for (const { name, run } of adapterContract(create)) it(name, run)
})

it('the example prints the same on every storage', async () => {
  const storages = ['memory', 'sqlite', ...(url === undefined ? [] : ['mongodb'])]
  for (const storage of storages) {
    expect(await run('example:storages', storage), storage).toBe(`\
"DATA UPDATE USERINFO PIN=7\\tName=Ada": succeeded (done)
"ENROLL_FP PIN=7\\tFID=1": failed (cancelled)
"SHELL date": succeeded (done, "noon\\n")
`)
  }
})

it.skipIf(url === undefined)(
  'the example on MongoDB keeps each reply once, over a restart',
  async () => {
    const printed = await run('example:mongo')
    const [, replies = ''] = printed.split('iclock_replies')
    expect(replies.match(/_id: '.*'/g)).toEqual(
      ['hr1001', 'hr1002', 'hr1003'].map((id) => `_id: '["0316144680030","${id}"]'`),
    )
    expect(printed).toContain("A command's reply\n'hr1001 succeeded: done'\n")
    expect(printed).toContain(
      'Failed since yesterday\n[ "hr1002 failed: duplicate of another user\'s" ]',
    )
  },
)
