// The app on Express, which the others are compared with.
import express from 'express'
import { commandQueue, memoryAdapter, terminalRouter } from 'express-iclock'

const adapter = memoryAdapter()
const commands = commandQueue(adapter)
const app = express()
app.post('/issue', async ({ query: { sn, id, text } }, res) => {
  await commands.issue(String(sn), { text: String(text) }, { commandId: String(id) })
  res.send('issued')
})
app.use(terminalRouter({ adapter, timeZone: 'Asia/Manila' }))
app.use((_req, res) => void res.status(404).send('not for terminals'))
app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'))
