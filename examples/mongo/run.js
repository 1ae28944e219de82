// Runs the HR app of app.js on the MongoDB of MONGODB_URL: `MONGODB_URL=mongodb://127.0.0.1:27017
// npm run example:mongo`. Note one document for each command, its reply included, and one for each
// record, however often the terminal sends them.
import { inspect } from 'node:util'
import { attendance } from 'express-iclock/commands'
import { virtualTerminal } from 'express-iclock/simulator'
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
  const terminal = virtualTerminal({ server: app.server, serialNumber: SERIAL_NUMBER })
  await terminal.handshake()
  await terminal.attend({ pin: '7', time: '2026-10-05 06:58:10' }, { repeats: 1 })

  const ada = attendance.putUser({ pin: '7', name: 'Ada' })
  const enrollment = attendance.enrollFingerprint({ pin: '7', finger: 1 })
  const added = await app.commands.issue(SERIAL_NUMBER, ada, { members: { employee: 'Ada' } })
  await app.commands.issue(SERIAL_NUMBER, enrollment, { members: { employee: 'Ada' } })
  await terminal.serve(({ text }) => (text.startsWith('ENROLL') ? 5 : 0), { untilIdle: true })
  await terminal.reply(added.commandId, 0)

  // The app ends, and starts again; the terminal doesn't know that its reply arrived.
  app.server.close()
  await client.close()
  client = await connect()
  app = await startApp(client, DATABASE)
  const restarted = virtualTerminal({ server: app.server, serialNumber: SERIAL_NUMBER })
  await restarted.reply(added.commandId, 0)

  const documents = await app.db.collection('iclock_commands').find().sort({ _id: 1 }).toArray()
  const punches = await app.db.collection('iclock_attendance').find().toArray()
  show('iclock_commands', documents)
  show('iclock_attendance', punches)

  const { storage } = app
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000)
  const told = ({ commandName, outcome, meaning }) => `${commandName} ${outcome}: ${meaning}`
  const [command] = await app.commands.look([added])
  show("A command's state", `${command?.state}: ${command?.meaning}`)
  const last = await storage.listReplies({ serialNumber: SERIAL_NUMBER, limit: 10 })
  show("The terminal's last replies", last.rows.map(told).sort())
  const failed = await storage.listReplies({ outcome: 'failed', since: yesterday })
  show('Failed since yesterday', failed.rows.map(told))
} finally {
  await app.db.dropDatabase()
  app.server.close()
  await client.close()
}
