// An app of CommonJS modules.
const express = require('express')
const { commandQueue, memoryAdapter, terminalRouter } = require('express-iclock')
const { attendance } = require('express-iclock/commands')
const { monitorRouter } = require('express-iclock/monitor')

const adapter = memoryAdapter()
const commands = commandQueue(adapter)
const page = monitorRouter({ adapter, commands })
const app = express()
app.use(terminalRouter({ adapter }))
app.use('/admin', page)
app.post('/open', async (_req, res) =>
  res.json(await commands.issue('0316144680030', attendance.openDoor())),
)
app.get('/replies', (_req, res) => res.json(adapter.replies()))

module.exports = { app, adapter, page }
if (require.main === module) {
  const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
}
