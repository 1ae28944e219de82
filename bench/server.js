// One server of the benchmark, in its own process: `node bench/server.js KIND`. It reports its port
// to its parent.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import express5 from 'express'
import { commandReplyHandler, commandReplyRouter } from 'express-iclock'
import express4 from 'express4'
import getRawBody from 'raw-body'
import { naiveReplies } from './naive.js'

// Storage that costs nothing: what is measured is the endpoint.
const adapter = { findCommand: () => undefined, onReply: () => {} }
const paths = ['/iclock/devicecmd', '/iclock/devicecmd.aspx']
const limit = '16mb'

// The minimum for any such endpoint: it reads the whole body and gives the same answer.
const answering = (use) => (req, res) => {
  getRawBody(req, { limit, length: req.headers['content-length'] }).then(
    (body) => {
      use(body)
      res.writeHead(200, {
        Date: new Date().toUTCString(),
        'Content-Type': 'text/plain',
        'Content-Length': 2,
        Pragma: 'no-cache',
        'Cache-Control': 'no-store',
      })
      res.end('OK')
    },
    (error) => res.destroy(error),
  )
}
const floor = answering(() => {})
const floorOn = (express) => express().use(express.Router().post(paths, floor))
// The router of this process is Express 5's; this is the equivalent in an app with Express 4.
const routerOn4 = () => express4.Router().post(paths, commandReplyHandler({ adapter, limit }))

const listeners = {
  'express 5, floor': () => floorOn(express5),
  'express 5, router': () => express5().use(commandReplyRouter({ adapter, limit })),
  'express 4, floor': () => floorOn(express4),
  'express 4, router': () => express4().use(routerOn4()),
  'node:http, floor': () => floor,
  'node:http, handler': () => commandReplyHandler({ adapter, limit }),
  'node:http, naive parser': () => answering(naiveReplies),
}

const peak = () => ({
  peak: Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024,
  heap: process.memoryUsage().heapUsed,
})
const answers = {
  usage: () => ({ cpu: process.cpuUsage(), calls: {} }),
  rest() {
    globalThis.gc()
    writeFileSync('/proc/self/clear_refs', '5')
    return peak()
  },
  peak,
}

process.on('message', ({ question }) => process.send(answers[question]()))

// A benchmark that fails leaves no server behind.
process.on('disconnect', () => process.exit())

const server = createServer(listeners[process.argv[2]]())
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
