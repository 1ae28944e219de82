// The storage of the demos: a file, or memory if Node has no SQLite of its own (Node 20).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryAdapter } from 'express-iclock'
import { sqliteAdapter } from 'express-iclock/sqlite'

/** `where` says where the data is; `close` deletes it. */
export async function openStorage() {
  if (process.getBuiltinModule('node:sqlite') === undefined) {
    const where = `in memory: Node ${process.versions.node} has no SQLite of its own`
    return { adapter: memoryAdapter(), where, async close() {} }
  }
  const folder = await mkdtemp(join(tmpdir(), 'iclock-demo-'))
  const file = join(folder, 'iclock.db')
  const adapter = sqliteAdapter(file)
  return {
    adapter,
    where: `in ${file}, until the demo ends`,
    async close() {
      await adapter.close()
      await rm(folder, { recursive: true })
    },
  }
}
