// A fleet: terminals that poll every ten seconds, execute their commands, and reply; with one process,
// on SQLite and on PostgreSQL.
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { withDatabases } from './database.js'
import {
  brief,
  median,
  progress,
  rounded,
  row,
  seconds,
  sized,
  storages,
  terminals,
} from './measure.js'
import { load, start } from './subject.js'

const DELAY = brief ? 1000 : 10_000
const TICK = 10
const COMMANDS_PER_SECOND = 50
const DURATION = (brief ? 2 : Math.max(20, seconds * 20)) * 1000

const serialNumbers = Array.from({ length: terminals }, (_, n) => `FLEET${n}`)

export async function measure() {
  await withDatabases(
    ['sqlite', 'postgresql'].filter((name) => storages.includes(name)),
    carry,
  )
  await growth()
}

/** Sends a request; returns the body of its answer. */
function send(agent, url, path, body) {
  return new Promise((resolve, reject) => {
    const req = request(`${url}${path}`, { agent, method: body === undefined ? 'GET' : 'POST' })
    req.on('error', reject)
    req.on('response', (res) => {
      let text = ''
      res.setEncoding('latin1')
      res.on('data', (chunk) => {
        text += chunk
      })
      res.on('end', () => {
        if (res.statusCode === 200) resolve(text)
        else reject(new Error(`${path} was answered ${res.statusCode}`))
      })
    })
    req.end(body)
  })
}

/**
 * All polls of a period, evenly spread; a poll's latency counts from when it was due, not from when
 * it was sent.
 */
async function polls(url, duration, latencies) {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 })
  const begin = performance.now()
  let executed = 0
  const poll = async (serialNumber, dueAt) => {
    const text = await send(agent, url, `/iclock/getrequest?SN=${serialNumber}`)
    latencies.push(performance.now() - dueAt)
    const id = /^C:(\w+):/.exec(text)?.[1]
    if (id === undefined) return
    await send(agent, url, `/iclock/devicecmd?SN=${serialNumber}`, `ID=${id}&Return=0&CMD=CHECK`)
    executed++
  }
  const running = new Set()
  const perMilli = serialNumbers.length / DELAY
  for (let sent = 0; performance.now() - begin < duration; await wait(TICK)) {
    const due = Math.floor((performance.now() - begin) * perMilli)
    for (; sent < due; sent++) {
      const one = poll(serialNumbers[sent % serialNumbers.length], begin + sent / perMilli)
      running.add(one)
      one.finally(() => running.delete(one)).catch(() => {})
    }
  }
  await Promise.all(running)
  agent.destroy()
  return executed
}

async function carry(database) {
  progress(`${terminals} terminals on ${database.name}, ${DURATION / 1000} s after a first round`)
  const server = await start('express, router', database)
  await polls(server.url, DELAY, [])
  await server.ask('issueSteadily', { perSecond: COMMANDS_PER_SECOND, serialNumbers })
  const before = await server.ask('figures')
  const begin = performance.now()
  const latencies = []
  const executed = await polls(server.url, DURATION, latencies)
  const elapsed = performance.now() - begin
  const after = await server.ask('figures')
  await server.ask('stopIssuing')
  await server.stop()

  const sorted = latencies.toSorted((one, other) => one - other)
  const at = (share) => sorted[Math.floor(sorted.length * share)]
  const cpu = after.cpu.user + after.cpu.system - before.cpuAfter.user - before.cpuAfter.system
  const second = (count) => Math.round((count / elapsed) * 1000)
  const what = `${terminals} terminals, ${database.name}`
  const load = `${second(latencies.length)} polls/s, ${second(executed)} commands/s executed`
  row(`${what}: cores in use`, cpu / 1000 / elapsed, '< 1', load)
  row(`${what}: p99 of a poll, ms`, at(0.99), '< 50', `median ${rounded(median(latencies))} ms`)
  row(
    `${what}: heap after : before`,
    after.heapUsed / before.heapUsed,
    '',
    `${MB(after.heapUsed)} MB`,
  )
}

const MB = (bytes) => (bytes / 2 ** 20).toFixed(1)

/** The process's memory of terminals: it must stop growing, however many there are. */
async function growth() {
  const server = await start('express, router', { storage: 'nothing' })
  const heaps = []
  let first = 0
  for (const count of [1000, 10_000, 50_000, 50_000].map(sized)) {
    progress(`the heap after ${first + count} terminals`)
    const from = first
    const pollOf = (n) => ({ method: 'GET', path: `/iclock/getrequest?SN=GROWTH${from + n}` })
    await load(server, pollOf, count)
    first += count
    heaps.push({ terminals: first, heap: (await server.ask('figures')).heapUsed })
  }
  await server.stop()
  const [least, , bounded, most] = heaps
  row(
    `heap after ${most.terminals} terminals : after ${bounded.terminals}`,
    most.heap / bounded.heap,
    '<= 1.05',
    heaps.map(({ terminals, heap }) => `${terminals}: ${MB(heap)} MB`).join(', '),
  )
  row(
    `bytes of heap a remembered terminal`,
    (bounded.heap - least.heap) / (sized(10_000) - least.terminals),
    '',
  )
}
