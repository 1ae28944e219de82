// One HR app on three storages: `npm run example:storages`, or with `-- sqlite`, or with
// `-- mongodb` and MONGODB_URL. Note the same lines for each of them, however often the terminal sends
// its replies.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { commandReplyRouter, memoryAdapter, outcomeOf } from 'express-iclock'
import { mongoAdapter } from 'express-iclock/mongo'
import { virtualTerminal } from 'express-iclock/simulator'
import { sqliteAdapter } from 'express-iclock/sqlite'
import Database from 'libsql'
import { connect } from '../mongo/server.js'

const ends = []

const STORAGES = {
  memory: () => memoryAdapter(),
  async sqlite() {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-example-'))
    // With Node 22 or later a path is enough: sqliteAdapter('iclock.db').
    const db = new Database(join(folder, 'iclock.db'))
    ends.push(
      () => db.close(),
      () => rm(folder, { recursive: true }),
    )
    return sqliteAdapter(db)
  },
  async mongodb() {
    const client = await connect()
    const db = client.db(`iclock_example_${process.pid}`)
    ends.push(
      () => db.dropDatabase(),
      () => client.close(),
    )
    return mongoAdapter(db)
  },
}

const [name = 'memory'] = process.argv.slice(2)
if (!Object.hasOwn(STORAGES, name)) {
  throw new Error(`There is no storage "${name}": ${Object.keys(STORAGES).join(', ')}`)
}

try {
  // The one line.
  const storage = await STORAGES[name]()

  const app = express()
  app.use(commandReplyRouter({ adapter: storage }))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.unshift(() => server.close())

  for (const [commandId, text] of [
    ['hr1', 'DATA UPDATE USERINFO PIN=7\tName=Ada'],
    ['hr2', 'ENROLL_FP PIN=7\tFID=1'],
    ['hr3', 'SHELL date'],
  ]) {
    await storage.recordSent({ serialNumber: '0316144680030', commandId, text })
  }
  const terminal = virtualTerminal({ server, serialNumber: '0316144680030' })
  const { records } = terminal
  await terminal.send(records.reply('hr1', 0), { repeats: 2 })
  await terminal.send([records.reply('hr2', 6, 'ENROLL_FP'), records.shell('hr3', 0, 'noon\n')])

  const { rows } = await storage.listReplies({})
  for (const { serialNumber, commandId } of rows.toSorted(byId)) {
    const { command, reply } = await storage.findRecord(serialNumber, commandId)
    const { outcome, meaning } = outcomeOf(reply, command)
    const content = reply.content ? `, ${JSON.stringify(reply.content.toString())}` : ''
    console.log(`${JSON.stringify(command.text)}: ${outcome} (${meaning}${content})`)
  }
} finally {
  for (const end of ends) await end()
}

function byId(one, other) {
  return one.commandId < other.commandId ? -1 : 1
}
