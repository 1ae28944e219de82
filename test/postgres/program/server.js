// An app in a process of its own, whose heap is as large as the test says: everything that a terminal
// asks for, and the page for people.
import express from 'express'
import { commandQueue, terminalRouter } from 'express-iclock'
import { monitorRouter } from 'express-iclock/monitor'
import { postgresAdapter } from 'express-iclock/postgres'
import pg from 'pg'

const [url = '', schema = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 10 })
const adapter = postgresAdapter(pool, { schema })
const commands = commandQueue(adapter)
const app = express()
// A busy machine may need longer than the default: what is tested is the heap.
app.use(terminalRouter({ adapter, timeout: 60_000, delivery: { maxCommands: 200 } }))
app.use('/page', monitorRouter({ adapter, commands }))
app.post('/issue', express.json({ limit: '2mb' }), async (req, res) => {
  const { serialNumber, command } = req.body
  res.json(await commands.issue(serialNumber, command))
})
const server = app.listen(0, '127.0.0.1', () => process.send?.(server.address()))
