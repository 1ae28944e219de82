// An HR app as many teams have it: Express 4 behind nginx, with PostgreSQL. What ends with `// +` was added, so that an
// employee is put on a terminal, and the answer says whether it's done.
const express = require('express')
const { Pool } = require('pg')
const { commandQueue, terminalRouter } = require('express-iclock') // +
const { attendance } = require('express-iclock/commands') // +
const { postgresAdapter } = require('express-iclock/postgres') // +

exports.createApp = async ({ terminal }) => {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL })
  await pool.query('CREATE TABLE employees (pin text PRIMARY KEY, name text NOT NULL)')
  const adapter = postgresAdapter(pool) // +
  await adapter.migrate() // +
  const commands = commandQueue(adapter) // +

  const app = express()
  app.set('trust proxy', 1)
  app.use('/hr', terminalRouter({ adapter, authorize: (sn) => sn === terminal })) // +
  app.use(express.json())
  app.use(express.urlencoded({ extended: true }))

  app.post('/hr/employees', async (req, res, next) => {
    try {
      const { pin, name } = req.body
      await pool.query('INSERT INTO employees VALUES ($1, $2)', [pin, name])
      const { state, meaning } = await commands.run(terminal, attendance.putUser({ pin, name })) // +
      res.status(201).json({ pin, name, state, meaning })
    } catch (error) {
      next(error)
    }
  })
  return { app, pool }
}
