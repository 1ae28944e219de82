// Lets terminals perform handshakes, poll, execute, reply, upload, retry, cut and flood for a
// while, next to many that dribble; then checks the heap, the handles and the rejections of the
// server. npm run test:soak [-- --seconds 50 --terminals 50 --dribbling 2000]: bounded in time, and
// on this machine only.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { runFleet, virtualTerminal } from 'express-iclock/simulator'
import { postReplies } from './soak/replies.js'

const MEGABYTE = 1 << 20
// The heap after a full collection varies by this much.
const NOISE = 2 * MEGABYTE
// The faults of three in eleven requests: a cut, a lost answer, octets in small segments.
const FAULTS = [
  { cutAfter: 30 },
  ...Array(4).fill(undefined),
  { cutAfter: Number.POSITIVE_INFINITY },
  ...Array(4).fill(undefined),
  { segmentSize: 9 },
]

// Connections that were cut have ended by then, and idle ones were closed (5 s, Node's keep-alive).
const QUIET = 8000

await soak()

async function soak() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '50' },
      terminals: { type: 'string', default: '50' },
      dribbling: { type: 'string', default: '2000' },
    },
  })
  for (const [name, value] of Object.entries(values)) {
    if (!(Number(value) > 0)) throw new Error(`--${name} is "${value}"; expected a number above 0`)
  }
  const duration = Number(values.seconds) * 1000
  const terminals = Number(values.terminals)

  const app = fork(new URL('soak-app.js', import.meta.url), [], { execArgv: ['--expose-gc'] })
  const [{ port }] = await once(app, 'message')
  const url = `http://127.0.0.1:${port}`
  const ask = async (/** @type {object} */ question = {}) => {
    app.send(question)
    return (await once(app, 'message'))[0]
  }
  const serialNumbers = Array.from({ length: terminals }, (_, index) => `WHOLE${index}`)

  // Everything once, so that whatever is loaded or compiled late is there before the measurement.
  await ask({ command: serialNumbers })
  await Promise.all([
    fleetOf(url, terminals, duration / 10),
    wholeTerminals(url, terminals, duration / 10),
  ])
  await ask({ stop: true })
  await wait(QUIET)
  const before = await ask()

  await ask({ command: serialNumbers })
  const [report, good, whole] = await Promise.all([
    fleetOf(url, terminals, duration),
    goodTerminal(url, duration),
    wholeTerminals(url, terminals, duration),
    ...Array.from({ length: Number(values.dribbling) }, (_, index) =>
      dribble(url, index, duration),
    ),
  ])
  await ask({ stop: true })
  await wait(QUIET)
  const after = await ask()
  app.kill()

  const inMegabytes = (/** @type {number} */ bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`
  console.table({
    posts: report.sent,
    ...Object.fromEntries(
      Object.entries(report.answered).map(([status, count]) => [`answered ${status}`, count]),
    ),
    'not answered, as asked': report.unanswered,
    repeats: report.repeated,
    'replies given up when time was over': report.givenUp,
    'terminals that dribbled': Number(values.dribbling),
    'posts of a good terminal beside them': good.posts,
    'of them accepted': good.accepted,
    'slowest of them': `${Math.round(good.slowest)} ms`,
    'handshakes of whole terminals': whole.handshake ?? 0,
    polls: whole.poll ?? 0,
    uploads: whole.upload ?? 0,
    'replies of theirs': whole.reply ?? 0,
    'commands issued': after.issued,
    'commands that succeeded': after.settled,
    'heap before': inMegabytes(before.heap),
    'heap after': inMegabytes(after.heap),
    'handles before': JSON.stringify(before.handles),
    'handles after': JSON.stringify(after.handles),
  })
  const checks = {
    'a good terminal is answered beside a hostile fleet':
      good.posts > 0 && good.accepted === good.posts,
    'whole terminals shake hands, poll, reply and upload beside it': [
      'handshake',
      'poll',
      'reply',
      'upload',
    ].every((kind) => (whole[kind] ?? 0) > 0),
    'commands are executed beside it': after.settled > before.settled,
    'the heap is as before': after.heap - before.heap <= NOISE,
    'no handle is left over': isNoMore(after.handles, before.handles),
    'no rejection is unhandled': after['unhandled rejections'] === 0,
    'no request ends in an error of the server': after.errors === 0,
  }
  for (const [name, isRight] of Object.entries(checks)) {
    console.log(`${isRight ? 'passed' : 'FAILED'}: ${name}`)
  }
  const failed = Object.values(checks).filter((isRight) => !isRight).length
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

/**
 * Whether no kind of handle has increased. @param {Record<string, number>} after @param
 * {Record<string, number>} before
 */
function isNoMore(after, before) {
  return Object.entries(after).every(([kind, count]) => count <= (before[kind] ?? 0))
}

/**
 * Complete terminals that use every request, in waves, each of which begins with handshakes.
 * Returns how many requests of each kind were accepted.
 *
 * @param {string} url @param {number} terminals @param {number} duration
 */
async function wholeTerminals(url, terminals, duration) {
  /** @type {Record<string, number>} */
  const accepted = {}
  const end = performance.now() + duration
  while (performance.now() < end) {
    let requests = 0
    await runFleet({
      ...{ url, terminals, delay: 200, rampUp: 500 },
      duration: Math.min(10_000, Math.max(1, end - performance.now())),
      serialNumber: (terminal) => `WHOLE${terminal}`,
      punches: (serialNumber) => (requests++ % 5 === 0 ? [{ pin: serialNumber.slice(5) }] : []),
      faults: () => FAULTS[requests % FAULTS.length],
      onExchange: ({ kind, accepted: isAccepted }) => {
        if (isAccepted) accepted[kind] = (accepted[kind] ?? 0) + 1
      },
    })
  }
  return accepted
}

/** @param {string} url @param {number} terminals @param {number} duration */
function fleetOf(url, terminals, duration) {
  return postReplies({
    ...{ url, terminals, duration },
    replies: (body, records) => {
      const commandId = `c${body}`
      if (body % 7 === 0) return [records.shell(commandId, 0, 'x'.repeat(body % 5000))]
      return Array.from({ length: (body % 20) + 1 }, (_, index) => {
        return records.reply(`${commandId}n${index}`, 0)
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
async function goodTerminal(url, duration) {
  const terminal = virtualTerminal({ url, serialNumber: 'GOOD', timeout: 10_000 })
  const end = performance.now() + duration
  const result = { posts: 0, accepted: 0, slowest: 0 }
  for (; performance.now() < end; await wait(100)) {
    const start = performance.now()
    const { accepted } = await terminal.exchange(terminal.records.reply(`${result.posts}`, 0))
    result.posts++
    if (accepted) result.accepted++
    result.slowest = Math.max(result.slowest, performance.now() - start)
  }
  return result
}

/** Sends one octet a second. @param {string} url @param {number} index @param {number} timeout */
function dribble(url, index, timeout) {
  const terminal = virtualTerminal({ url, serialNumber: `SLOW${index}`, timeout })
  return terminal.exchange('ID=1&Return=0&CMD=DATA', { segmentSize: 1, segmentPause: 1000 })
}
