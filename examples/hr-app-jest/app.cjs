// A typical HR app: CommonJS, with body parsers for all routes. It puts employees on terminals, opens their doors, and
// shows the results in the browser.
const express = require('express')
const { commandQueue, memoryAdapter, terminalRouter } = require('express-iclock')
const { attendance } = require('express-iclock/commands')

/** Creates the app for these terminals; `patience` is how long a browser waits for one, in ms. */
function createApp({ terminals, adapter = memoryAdapter(), patience = 20_000 }) {
  const app = express()
  const commands = commandQueue(adapter)
  const employees = new Map()

  // Before the parsers: it reads requests of terminals itself.
  app.use(
    terminalRouter({ adapter, authorize: (serialNumber) => terminals.includes(serialNumber) }),
  )
  app.use(express.json())
  app.use(express.urlencoded({ extended: false }))

  // The answer does not wait for the terminal, which may be off until tomorrow.
  app.post(
    '/employees',
    route(async (req, res) => {
      const { pin, name, serialNumber } = req.body
      if (!terminals.includes(serialNumber)) return res.sendStatus(404)
      const command = fromInput(() => attendance.putUser({ pin, name }))
      const issued = await commands.issue(serialNumber, command, { members: { employee: pin } })
      employees.set(pin, { pin, name, issued })
      res.status(201).json({ pin, name })
    }),
  )

  app.get(
    '/employees/:pin',
    route(async (req, res) => {
      const employee = employees.get(req.params.pin)
      if (employee === undefined) return res.sendStatus(404)
      const { pin, name, issued } = employee
      res.json({ pin, name, terminal: await commands.state(issued) })
    }),
  )

  // Somebody stands at the door: this answer waits for the terminal.
  app.post(
    '/terminals/:serialNumber/door',
    route(async (req, res) => {
      const { serialNumber } = req.params
      if (!terminals.includes(serialNumber)) return res.sendStatus(404)
      const result = await commands.run(serialNumber, attendance.openDoor(), { timeout: patience })
      res.json({ state: result.state, meaning: result.meaning })
    }),
  )

  app.use((error, _req, res, next) => {
    if (error.code === 'COMMAND_TIMEOUT') {
      return res.status(504).json({ error: 'the terminal has not answered yet' })
    }
    if (error.status === undefined || error.status >= 500) return next(error)
    res.status(error.status).json({ error: error.message })
  })

  return app
}

// Builders refuse values that a terminal would misread, with a reason: here it is the browser's mistake.
function fromInput(build) {
  try {
    return build()
  } catch (error) {
    throw Object.assign(error, { status: 400 })
  }
}

// Express 4 does not pass on the errors of async routes.
function route(handle) {
  return (req, res, next) => handle(req, res).catch(next)
}

module.exports = { createApp }
