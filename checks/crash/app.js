// An HR app as a process that can be killed: `node checks/crash/app.js STORAGE PLACE PORT CLOCK EVENTS [DEFECT]`, forked by the campaign.

import { createServer } from 'node:http'
import express from 'express'
import { commandQueue, terminalRouter } from 'express-iclock'
import { withDefect } from './broken.js'
import { setClock } from './clock.js'
import { commandIdsOf } from './kind.js'
import { openStorage } from './storage.js'

const LIFETIME = 30 * 60_000

// It must not outlive the campaign, however that ended.
process.on('disconnect', () => process.exit())
setTimeout(() => process.exit(), LIFETIME).unref()
// Work of an adapter after its answer may fail; and an interrupted campaign may close the channel
// at any time.
process.on('error', () => process.exit())

const [, , name, place = '', port, clock, events, defect] = process.argv
setClock(Number(clock))
process.on('message', (ahead) => {
  setClock(Number(ahead))
  process.send?.('set')
})
const storage = await openStorage(
  /** @type {import('./storage.js').StorageName} */ (name),
  place,
  events === 'events' ? { events: true } : {},
)
const adapter = withDefect(storage, defect)
// Some terminals read whole numbers only.
const queue = commandQueue(/** @type {any} */ (adapter), { commandIds: commandIdsOf })

/** The calls of the driver. @type {Record<string, (body: any) => Promise<unknown>>} */
const CALLS = {
  issue: ({ serialNumber, command, intent }) =>
    queue.issue(serialNumber, command, { members: { intent } }),
  cancel: ({ identity }) => queue.cancel(identity),
  async result({ identity }) {
    const { state, reply } = await queue.result(identity, { timeout: 3000 })
    return { state, returnCode: reply?.returnCode }
  },
  // Unlike `result`, a list closes nothing.
  async state({ identity: { serialNumber, commandId } }) {
    const { rows } = await queue.list({ serialNumber, commandIds: [commandId] })
    return rows[0]?.state
  },
  async open() {
    const { waiting, sent } = await queue.count({ state: ['waiting', 'sent'] })
    return Number.parseInt(`${waiting}`, 10) + Number.parseInt(`${sent}`, 10)
  },
}

const app = express()
// One person in three stays outside.
const verification = {
  decide: (/** @type {{ pin?: string }} */ { pin }) => ({ allow: Number(pin) % 3 !== 0 }),
  deadline: 1200,
}
app.use(terminalRouter({ adapter, timeout: 1200, verification, onError: () => {} }))
app.post('/queue/:call', express.json(), async (req, res) => {
  const call = CALLS[req.params.call]
  res.json({ answer: await call?.(req.body) })
})
/** @type {import('express').ErrorRequestHandler} */
const onError = (error, _req, res, _next) => {
  res.status(error.status ?? 503).json({ code: error.code, message: error.message })
}
app.use(onError)
// Some terminals send no Host.
const server = createServer({ requireHostHeader: false }, app)
server.listen(Number(port), '127.0.0.1', () => process.send?.('listening'))
