// One server for terminals, in its own process: `node bench/terminal-server.js KIND STORAGE URL`.
// It reports its port to its parent, and its cost on request.
import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import express from 'express'
import { commandQueue, deliveryHandler, terminalRouter, uploadHandler } from 'express-iclock'
import { floorOf } from './floor.js'
import { openStorage } from './storage.js'

const [kind, storage, url] = process.argv.slice(2)
const calls = {}
const adapter = counted(await openStorage(storage, url))
const queue = commandQueue(adapter)

const onExpress = (path, handler) => express().use(express.Router().all(path, handler))
const listeners = {
  'express, router': () => express().use(terminalRouter({ adapter })),
  'express, poll floor': () => onExpress('/iclock/getrequest', floorOf(adapter).poll),
  'express, hand-out floor': () => onExpress('/iclock/getrequest', floorOf(adapter).handOut),
  'express, reply floor': () => onExpress('/iclock/devicecmd', floorOf(adapter).reply),
  'express, deciding router': () => {
    const verification = { decide: () => ({ allow: true }), deadline: 60_000 }
    return express().use(terminalRouter({ adapter, verification }))
  },
  'express, decision floor': () => onExpress('/iclock/cdata', floorOf(adapter).decision),
  'express, upload floor': () => onExpress('/iclock/cdata', floorOf(adapter).upload),
  'node:http, poll': () => deliveryHandler({ adapter }),
  'node:http, upload': () => uploadHandler({ adapter }),
  'node:http, poll floor': () => floorOf(adapter).poll,
  'node:http, upload floor': () => floorOf(adapter).upload,
}

function counted(original) {
  return Object.fromEntries(
    Object.entries(original).map(([name, call]) => [
      name,
      (...values) => {
        calls[name] = (calls[name] ?? 0) + 1
        return call(...values)
      },
    ]),
  )
}

let issuing = false
/** The app's part in a fleet: this many commands per second, each to another terminal. */
async function issueSteadily({ perSecond, serialNumbers }) {
  issuing = true
  const begin = performance.now()
  for (let count = 0; issuing; count++) {
    const serialNumber = serialNumbers[(count * 7919) % serialNumbers.length]
    // Not awaited: a slow database must not reduce the load.
    queue.issue(serialNumber, { text: 'CHECK' }).catch((error) => process.emitWarning(error))
    await wait(Math.max(0, begin + ((count + 1) * 1000) / perSecond - performance.now()))
  }
}

const answers = {
  usage: () => ({ cpu: process.cpuUsage(), calls: { ...calls } }),
  figures() {
    // The garbage collection is not part of the load's cost.
    const cpu = process.cpuUsage()
    globalThis.gc()
    return { cpu, cpuAfter: process.cpuUsage(), ...process.memoryUsage() }
  },
  async issue({ serialNumbers }) {
    for (let at = 0; at < serialNumbers.length; at += 500) {
      const part = serialNumbers.slice(at, at + 500)
      await queue.issueAll(
        part.map((serialNumber) => ({ serialNumber, command: { text: 'CHECK' } })),
      )
    }
  },
  issueSteadily(options) {
    issueSteadily(options)
  },
  stopIssuing() {
    issuing = false
  },
}

process.on('message', async ({ question, ...options }) => {
  process.send((await answers[question](options)) ?? {})
})
// A benchmark that fails leaves no server behind.
process.on('disconnect', () => process.exit())

const server = createServer(listeners[kind]())
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
