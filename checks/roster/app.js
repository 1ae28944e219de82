// An HR app with the roster, as a process that can be killed: `node checks/roster/app.js STORAGE PLACE PORT`, forked by the
// campaign; HR_FILE is what HR wants.
import express from 'express'
import { terminalRouter } from 'express-iclock'
import { roster } from 'express-iclock/roster'
import { openStorage } from '../crash/storage.js'
import { employeesAt } from './hr.js'

const LIFETIME = 60 * 60_000
const MANY = 100_000

// It must not outlive the campaign, however that ended.
process.on('disconnect', () => process.exit())
setTimeout(() => process.exit(), LIFETIME).unref()
process.on('error', () => process.exit())

const [, , name, place = '', port] = process.argv
const file = `${process.env.HR_FILE}`
const adapter = await openStorage(
  /** @type {import('../crash/storage.js').StorageName} */ (name),
  place,
)
const people = roster({
  adapter: /** @type {any} */ (adapter),
  desired: (serialNumber) => employeesAt(file, serialNumber),
  deletes: 'apply',
  ...{
    maxDeletes: MANY,
    maxFleetDeletes: MANY,
    every: Number(process.env.PASS_EVERY),
    onError: () => {},
  },
})
people.start()

const app = express()
app.use(terminalRouter({ adapter: people.adapter, timeout: 3000, onError: () => {} }))
app.use(express.json())
app.post('/changed', async (req, res) => {
  await people.changed(req.body)
  res.json({})
})
app.post('/read', async (req, res) => {
  res.json(await people.reconcile(req.body.serialNumber, { read: true }))
})
app.post('/open', async (req, res) => {
  const { serialNumber } = req.body
  const asked = { serialNumber, state: ['waiting', 'sent'] }
  const { rows = [] } = (await adapter.listCommands?.(/** @type {any} */ (asked), new Date())) ?? {}
  const { lastSeenAt } = (await adapter.findTerminal(serialNumber)) ?? {}
  res.json({ lastSeenAt, rows })
})
app.post('/status', async (req, res) => void res.json((await people.status(req.body)).rows))
/** @type {import('express').ErrorRequestHandler} */
const onError = (error, _req, res, _next) => {
  res.status(error.status ?? 503).json({ code: error.code, message: error.message })
}
app.use(onError)
app.listen(Number(port), '127.0.0.1', () => process.send?.('listening'))
