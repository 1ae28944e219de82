// A process of several over one file: `node writer.js FILE NAME COUNT`. It stores a line and claims a
// command, again and again, and prints each when it is done.
import { parseUpload } from 'express-iclock'
import { sqliteAdapter } from 'express-iclock/sqlite'
import Database from 'libsql'

const [, , file = '', name = '', count] = process.argv
const adapter = sqliteAdapter(new Database(file), { timeout: 30_000 })

for (let turn = 0; turn < Number(count); turn++) {
  const pin = `${name}${turn}`
  const body = Buffer.from(`${pin}\t2026-10-05 07:00:00\t0\t1\n`)
  const about = { serialNumber: 'A', table: 'ATTLOG', query: {}, receivedAt: new Date(), body }
  await adapter.onUpload({ ...about, ...parseUpload(body, { table: 'ATTLOG' }) })
  process.stdout.write(`stored ${pin}\n`)
  const sentAt = new Date()
  const replyDueAt = new Date(sentAt.getTime() + 60_000)
  const claim = { commandId: `c${turn}`, attempt: 1, sentAt, replyDueAt }
  const granted = await adapter.claim('A', [claim])
  for (const commandId of granted) process.stdout.write(`claimed ${commandId}\n`)
}
