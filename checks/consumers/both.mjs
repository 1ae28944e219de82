// An app that both imports and requires this package: two copies, which must work together.
import { createRequire } from 'node:module'
import express from 'express'
import { IclockError as ImportedError, memoryAdapter } from 'express-iclock'

const { IclockError: RequiredError, commandReplyRouter } = createRequire(import.meta.url)(
  'express-iclock',
)

const adapter = memoryAdapter()
const app = express()
app.use(commandReplyRouter({ adapter }))
app.get('/replies', (_req, res) => res.json(adapter.replies()))
app.use((error, _req, res, _next) => {
  const classes = { imported: ImportedError, required: RequiredError }
  const instanceOf = Object.keys(classes).filter((name) => error instanceof classes[name])
  res.status(error.status).json({ code: error.code, instanceOf })
})
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
