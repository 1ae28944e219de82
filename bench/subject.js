// A server in a process of its own, the load on it, and what one request cost it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import autocannon from 'autocannon'
import { median, rounds, row } from './measure.js'

/**
 * Starts a server; `ask` has it answer a question. Each is a new process, for what V8 makes of the same code differs from
 * process to process.
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

// Enough for V8 to have compiled what is hot: with 4000, most of the CPU time on Express was that of cold code.
const AMOUNT = 15_000

/** Sends so many requests: `request` makes each from its number. */
async function load({ kind, url }, request, amount = AMOUNT) {
  let count = 0
  const begin = performance.now()
  let end = begin
  const running = autocannon({
    ...{ url, connections: 10, amount },
    requests: [{ setupRequest: (defaults) => ({ ...defaults, ...request(count++) }) }],
  })
  // Its own duration is in whole seconds.
  running.on('response', () => {
    end = performance.now()
  })
  const result = await running
  const failed = result.non2xx + result.errors + result.timeouts
  if (failed > 0 || result['2xx'] === 0) {
    throw new Error(`${kind}: ${failed} requests failed, ${result['2xx']} were answered`)
  }
  return { requests: result['2xx'], perSecond: (result['2xx'] / (end - begin)) * 1000 }
}

/** What a load cost the server: CPU time and calls of storage per request. */
async function costOf(server, request, amount) {
  const before = await server.ask('figures')
  const { requests, perSecond } = await load(server, request, amount)
  const after = await server.ask('figures')
  const spent = (member) => after.cpu[member] - before.cpuAfter[member]
  const calls = Object.entries(after.calls).map(([name, count]) => [
    name,
    (count - (before.calls[name] ?? 0)) / requests,
  ])
  return { perSecond, micros: (spent('user') + spent('system')) / requests, calls }
}

const STEP = 1_000_000

/**
 * A row: how a server does beside its floor, the median over rounds in which they take turns.
 * The figure compares the CPU time of a request: a database is slower than both, and would hide the difference.
 *
 * @param {{ kind, floor, database, what, aim, request, amount?, prepare? }} options
 */
export async function compare({ kind, floor, database, what, aim, request, amount, prepare }) {
  const results = []
  for (let round = 0; round < rounds; round++) {
    const costs = {}
    for (const each of round % 2 ? [kind, floor] : [floor, kind]) {
      const server = await start(each, database)
      await prepare?.(server)
      // What storage keeps must be new to it: the load after the warm-up begins with other numbers.
      await load(server, request, amount)
      costs[each] = await costOf(server, (index) => request(index + STEP), amount)
      await server.stop()
    }
    const [ours, least] = [costs[kind], costs[floor]]
    const throughput = ours.perSecond / least.perSecond
    results.push({ ratio: least.micros / ours.micros, throughput, ...ours })
  }
  const middle = (member) => median(results.map((result) => result[member]))
  const calls = results[0].calls.filter(([, count]) => count >= 0.001)
  const counted = calls.map(([name, count]) => `${name} ${Number(count.toFixed(3))}`).join(', ')
  row(
    `${what}, ${kind} : ${floor}`,
    middle('ratio'),
    aim,
    `${Math.round(middle('perSecond'))}/s (${middle('throughput').toFixed(2)} of the other), ` +
      `${Math.round(middle('micros'))} µs of CPU${counted && `; calls: ${counted}`}`,
  )
}
