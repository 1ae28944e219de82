// An app of CommonJS modules.
const express = require('express')
const { commandReplyRouter, memoryAdapter } = require('express-iclock')

const adapter = memoryAdapter()
const app = express()
app.use(commandReplyRouter({ adapter }))
app.get('/replies', (_req, res) => res.json(adapter.replies()))

module.exports = { app, adapter }
if (require.main === module) {
  const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
}
