// Runs the HR app of app.js on the MongoDB of MONGODB_URL: `MONGODB_URL=mongodb://127.0.0.1:27017 npm run example:mongo`.
// Look at: one document for each command, though the terminal reports one three times, and once after a restart.
import { inspect } from 'node:util'
import { virtualDevice } from 'express-iclock/simulator'
import { startApp } from './app.js'
import { connect } from './server.js'

// Of its own, for it is dropped at the end.
const DATABASE = `iclock_example_${process.pid}`
const SERIAL_NUMBER = '0316144680030'
const show = (title, value) => {
  console.log(`\n${title}\n${inspect(value, { depth: 4, compact: 1, breakLength: 100 })}`)
}

let client = await connect()
let app = await startApp(client, DATABASE)
try {
  for (const [commandId, text, employee] of [
    ['hr1001', 'DATA UPDATE USERINFO PIN=7\tName=Ada', 'Ada'],
    ['hr1002', 'ENROLL_FP PIN=7\tFID=1', 'Ada'],
    ['hr1003', 'GetFile FilePath=/etc/motd', undefined],
  ]) {
    await app.storage.issue({ serialNumber: SERIAL_NUMBER, commandId, text, employee })
  }

  const terminal = virtualDevice({ server: app.server, serialNumber: SERIAL_NUMBER })
  const { records } = terminal
  await terminal.send(records.reply('hr1001', 0), { repeats: 1 })
  await terminal.send([
    records.reply('hr1002', 5, 'ENROLL_FP'),
    records.getFile('hr1003', '/etc/motd', Buffer.from('Good morning\n')),
  ])

  // The app ends, and starts again.
  app.server.close()
  await client.close()
  client = await connect()
  app = await startApp(client, DATABASE)
  await virtualDevice({ server: app.server, serialNumber: SERIAL_NUMBER }).send(
    records.reply('hr1001', 0),
  )

  const commands = await app.db.collection('iclock_commands').find().sort({ _id: 1 }).toArray()
  const replies = await app.db.collection('iclock_replies').find().sort({ _id: 1 }).toArray()
  show('iclock_commands', commands)
  show('iclock_replies', replies)

  const { storage } = app
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000)
  const told = ({ commandId, outcome, meaning }) => `${commandId} ${outcome}: ${meaning}`
  show("A command's reply", told(await storage.findReply(SERIAL_NUMBER, 'hr1001')))
  const last = await storage.replies({ serialNumber: SERIAL_NUMBER, limit: 10 })
  show("The device's last replies", last.map(told).sort())
  const failed = await storage.replies({ outcome: 'failed', since: yesterday })
  show('Failed since yesterday', failed.map(told))
} finally {
  await app.db.dropDatabase()
  app.server.close()
  await client.close()
}
