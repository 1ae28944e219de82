// An app of ECMAScript modules.
import express from 'express'
import { commandQueue, memoryAdapter, terminalRouter } from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { monitorRouter } from 'express-iclock/monitor'

const adapter = memoryAdapter()
const commands = commandQueue(adapter)
const app = express()
app.use(terminalRouter({ adapter }))
app.use('/admin', monitorRouter({ adapter, commands }))
app.post('/open', async (_req, res) =>
  res.json(await commands.issue('0316144680030', attendance.openDoor())),
)
app.get('/replies', (_req, res) => res.json(adapter.replies()))
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
