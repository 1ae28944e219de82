// Lets terminals reply, repeat, cut and flood for a while, beside many that dribble; then looks at the heap of the server.
// npm run test:soak [-- --seconds 60 --devices 50 --dribbling 2000]: bounded in time, and on this machine only.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import express from 'express'
import { commandReplyRouter, tolerateSurplus } from 'express-iclock'
import { postReplies, virtualDevice } from 'express-iclock/simulator'

const MEGABYTE = 1 << 20
// What a full collection leaves differs by as much from one time to the next.
const NOISE = 2 * MEGABYTE

if (process.send) serve()
else await soak()

/** The app, in a process of its own; its storage keeps nothing, so that what stays in the heap is the endpoint's. */
function serve() {
  const app = express()
  const adapter = { findCommand: () => undefined, onReply() {}, onUnparsed() {} }
  app.use(commandReplyRouter({ adapter, limit: '64kb' }))
  app.use(
    /** @type {import('express').ErrorRequestHandler} */
    (error, _req, res, _next) => void res.status(error.status ?? 500).end(),
  )
  const server = app.listen(0, '127.0.0.1', () => {
    process.send?.(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
  })
  tolerateSurplus(server)
  process.on('message', () => {
    globalThis.gc?.()
    process.send?.(process.memoryUsage().heapUsed)
  })
}

async function soak() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      devices: { type: 'string', default: '50' },
      dribbling: { type: 'string', default: '2000' },
    },
  })
  for (const [name, value] of Object.entries(values)) {
    if (!(Number(value) > 0)) throw new Error(`--${name} is "${value}"; expected a number above 0`)
  }
  const duration = Number(values.seconds) * 1000
  const devices = Number(values.devices)

  const app = fork(new URL(import.meta.url), [], { execArgv: ['--expose-gc'] })
  const [port] = await once(app, 'message')
  const url = `http://127.0.0.1:${port}`
  const heap = async () => {
    app.send('heap')
    return (await once(app, 'message'))[0]
  }

  await fleetOf(url, devices, duration / 10)
  const before = await heap()

  const [report, good] = await Promise.all([
    fleetOf(url, devices, duration),
    goodDevice(url, duration),
    ...Array.from({ length: Number(values.dribbling) }, (_, index) =>
      dribble(url, index, duration),
    ),
  ])
  // Connections that were cut have ended by then.
  await wait(1000)
  const after = await heap()
  app.kill()

  const inMegabytes = (/** @type {number} */ bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`
  console.table({
    posts: report.sent,
    ...Object.fromEntries(
      Object.entries(report.answered).map(([status, count]) => [`answered ${status}`, count]),
    ),
    'not answered, as asked': report.unanswered,
    repeats: report.repeated,
    'replies given up when time was over': report.givenUp.length,
    'terminals that dribbled': Number(values.dribbling),
    'posts of a good terminal beside them': good.posts,
    'of them accepted': good.accepted,
    'slowest of them': `${Math.round(good.slowest)} ms`,
    'heap before': inMegabytes(before),
    'heap after': inMegabytes(after),
  })
  const checks = {
    'a good terminal is answered beside a hostile fleet':
      good.posts > 0 && good.accepted === good.posts,
    'the heap is as before': after - before <= NOISE,
  }
  for (const [name, isRight] of Object.entries(checks)) {
    console.log(`${isRight ? 'passed' : 'FAILED'}: ${name}`)
  }
  const failed = Object.values(checks).filter((isRight) => !isRight).length
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

/** @param {string} url @param {number} devices @param {number} duration */
function fleetOf(url, devices, duration) {
  return postReplies({
    ...{ url, devices, duration, count: 1e9, pause: 20 },
    replies: (body, records) => {
      const commandId = `c${body}`
      if (body % 7 === 0) {
        const record = records.shell(commandId, 0, 'x'.repeat(body % 5000))
        return [{ commandId, returnCode: 0, record }]
      }
      return Array.from({ length: (body % 20) + 1 }, (_, index) => {
        return { commandId: `${commandId}n${index}`, returnCode: 0 }
      })
    },
    faults: (body) =>
      [
        undefined,
        { repeats: 2 },
        { cutAfter: body % 300 },
        { cutAfter: Number.POSITIVE_INFINITY },
        { query: '' },
        { surplus: 'DATA' },
        { chunkSize: 40 },
        { headers: { 'Content-Length': '100000' } },
        { headers: { 'Content-Encoding': 'gzip' } },
        { segmentSize: 9 },
      ][body % 10],
  })
}

/** @param {string} url @param {number} duration */
async function goodDevice(url, duration) {
  const device = virtualDevice({ url, serialNumber: 'GOOD', timeout: 10_000 })
  const end = performance.now() + duration
  const result = { posts: 0, accepted: 0, slowest: 0 }
  for (; performance.now() < end; await wait(100)) {
    const start = performance.now()
    const { accepted } = await device.exchange(device.records.reply(`${result.posts}`, 0))
    result.posts++
    if (accepted) result.accepted++
    result.slowest = Math.max(result.slowest, performance.now() - start)
  }
  return result
}

/** One octet a second. @param {string} url @param {number} index @param {number} timeout */
function dribble(url, index, timeout) {
  const device = virtualDevice({ url, serialNumber: `SLOW${index}`, timeout })
  return device.exchange('ID=1&Return=0&CMD=DATA', { segmentSize: 1, segmentPause: 1000 })
}
