// An HR app as many are: CommonJS, with body parsers for all routes. It puts employees on a terminal and shows
// what the terminal said.
const { randomBytes } = require('node:crypto')
const express = require('express')
const { commandReplyRouter, memoryAdapter, outcomeOf } = require('express-iclock')

/** Makes the app; `storage` holds issued commands and replies. */
function createApp(storage = memoryAdapter()) {
  const app = express()
  const employees = new Map()
  const waiting = new Map()

  // The endpoint stands before the parsers: it reads what the terminal sends itself.
  app.use(
    commandReplyRouter({
      adapter: {
        ...storage,
        async onReply(reply, command) {
          await storage.onReply(reply, command)
          if (command === undefined) return
          waiting.delete(command.commandId)
          const { outcome, meaning } = outcomeOf(reply)
          employees.get(command.pin).terminal = `${outcome}: ${meaning}`
        },
      },
    }),
  )
  app.use(express.json())
  app.use(express.urlencoded({ extended: false }))

  app.post('/employees', async (req, res) => {
    const { pin, name, serialNumber } = req.body
    const isText = (value) => typeof value === 'string' && /^[^\t\r\n]+$/.test(value)
    // A TAB or a line end in a value would write another command to the terminal.
    if (![pin, name, serialNumber].every(isText)) return res.status(400).json({ error: 'invalid' })
    const commandId = randomBytes(8).toString('hex')
    const command = {
      ...{ serialNumber, commandId, pin },
      text: `DATA UPDATE USERINFO PIN=${pin}\tName=${name}`,
    }
    await storage.issue(command)
    waiting.set(commandId, command)
    employees.set(pin, { pin, name, terminal: 'waiting' })
    res.status(201).json(employees.get(pin))
  })

  app.get('/employees/:pin', (req, res) => {
    const employee = employees.get(req.params.pin)
    return employee === undefined ? res.sendStatus(404) : res.json(employee)
  })

  // Terminals ask here for commands, a line for each.
  app.get('/iclock/getrequest', (req, res) => {
    const lines = [...waiting.values()]
      .filter(({ serialNumber }) => serialNumber === req.query.SN)
      .map(({ commandId, text }) => `C:${commandId}:${text}\n`)
    res.type('text/plain').send(lines.join('') || 'OK')
  })

  return app
}

module.exports = { createApp }
