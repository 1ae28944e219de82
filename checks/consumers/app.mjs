// An app of ECMAScript modules.
import express from 'express'
import { commandReplyRouter, memoryAdapter } from 'express-iclock'

const adapter = memoryAdapter()
const app = express()
app.use(commandReplyRouter({ adapter }))
app.get('/replies', (_req, res) => res.json(adapter.replies()))
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
