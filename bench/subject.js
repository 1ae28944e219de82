// A server in its own process, the load on it, and the cost of one request.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import autocannon from 'autocannon'
import { brief, median, rounded, rounds, row, sized } from './measure.js'

/**
 * Starts a server; `ask` sends it a question. Each is a new process, because V8 optimizes the same
 * code differently from process to process.
 */
export async function start(kind, { program = 'terminal-server.js', storage = '', url = '' }) {
  const child = fork(new URL(program, import.meta.url), [kind, storage, url], {
    execArgv: ['--expose-gc'],
  })
  const [{ port }] = await once(child, 'message')
  return {
    kind,
    url: `http://127.0.0.1:${port}`,
    async ask(question, options = {}) {
      child.send({ question, ...options })
      return (await once(child, 'message'))[0]
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

// Enough for V8 to compile hot code: with 4000, most of the CPU time on Express was that of cold
// code.
const AMOUNT = sized(15_000)

/** Sends this many requests; `request` creates each from its number. */
export async function load({ kind, url }, request, amount) {
  let count = 0
  const begin = performance.now()
  let end = begin
  const durations = []
  const running = autocannon({
    ...{ url, connections: Math.min(brief ? 2 : 10, amount), amount },
    requests: [{ setupRequest: (defaults) => ({ ...defaults, ...request(count++) }) }],
  })
  // Its own duration is in whole seconds.
  running.on('response', (_client, _status, _bytes, duration) => {
    end = performance.now()
    durations.push(duration)
  })
  const result = await running
  const failed = result.non2xx + result.errors + result.timeouts
  if (failed > 0 || result['2xx'] === 0) {
    const statuses = JSON.stringify(result.statusCodeStats)
    throw new Error(`${kind}: ${failed} of ${amount} requests failed; statuses: ${statuses}`)
  }
  const p99 = durations.toSorted((a, b) => a - b)[Math.floor(durations.length * 0.99)]
  return { requests: result['2xx'], perSecond: (result['2xx'] / (end - begin)) * 1000, p99 }
}

/** The cost of a load for the server: CPU time and storage calls. */
async function costOf(server, request, amount) {
  const before = await server.ask('usage')
  const { requests, perSecond, p99 } = await load(server, request, amount)
  const after = await server.ask('usage')
  const micros = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system
  const calls = Object.entries(after.calls).map(([name, count]) => {
    return [name, (count - (before.calls[name] ?? 0)) / requests]
  })
  return { requests, seconds: requests / perSecond, micros, calls, p99 }
}

const STEP = 1_000_000
// Short enough for other work on the machine to slow down both equally.
const SLICES = brief ? 2 : 10

/** The cost of two servers, in slices of the load in which they take turns. */
async function costsOf(kinds, { database, request, amount = AMOUNT, prepare }) {
  const servers = await Promise.all(kinds.map((kind) => start(kind, database)))
  for (const server of servers) {
    await prepare?.(server)
    await load(server, request, amount)
  }
  const costs = kinds.map(() => ({ requests: 0, seconds: 0, micros: 0, p99s: [] }))
  const size = Math.ceil(amount / SLICES)
  for (let slice = 0; slice < SLICES; slice++) {
    for (const turn of slice % 2 ? [0, 1] : [1, 0]) {
      // Stored records must be new: the load after the warm-up begins with other numbers.
      const first = STEP + slice * size
      const cost = await costOf(servers[turn], (index) => request(first + index), size)
      for (const member of ['requests', 'seconds', 'micros']) costs[turn][member] += cost[member]
      costs[turn].calls = cost.calls
      costs[turn].p99s.push(cost.p99)
    }
  }
  for (const server of servers) await server.stop()
  return costs.map(({ requests, seconds, micros, calls, p99s }) => {
    return { perSecond: requests / seconds, micros: micros / requests, calls, p99: median(p99s) }
  })
}

/**
 * A row: a server compared with its floor, the median over rounds, each with new processes. The
 * figure compares the CPU time of a request: a database is slower than both, and would hide the
 * difference.
 *
 * @param {{ kind, floor, database, what, aim, request, amount?, prepare? }} options
 */
export async function compare({ kind, floor, what, aim, ...options }) {
  const results = []
  for (let round = 0; round < rounds; round++) {
    const [ours, least] = await costsOf([kind, floor], options)
    const throughput = ours.perSecond / least.perSecond
    results.push({ ratio: least.micros / ours.micros, throughput, ...ours, floorP99: least.p99 })
  }
  const middle = (member) => median(results.map((result) => result[member]))
  const calls = results[0].calls.filter(([, count]) => count >= 0.001)
  const counted = calls.map(([name, count]) => `${name} ${Number(count.toFixed(3))}`).join(', ')
  row(
    `${what}, ${kind} : ${floor}`,
    middle('ratio'),
    aim,
    `${Math.round(middle('perSecond'))}/s (${middle('throughput').toFixed(2)} of the other), ` +
      `${Math.round(middle('micros'))} µs of CPU, p99 ${rounded(middle('p99'))} ms ` +
      `(${rounded(middle('floorP99'))} ms)${counted && `; calls: ${counted}`}`,
  )
}
