// A dashboard from the metrics of a fleet: `npm run example:dashboard` lets 40 terminals work for some
// seconds, some of them strangers and some away, and writes a page with four panels.
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import express from 'express'
import { commandQueue, memoryAdapter, terminalRouter } from 'express-iclock'
import { attendance } from 'express-iclock/commands'
import { observeRequests, observeStorage } from 'express-iclock/opentelemetry'
import { runFleet } from 'express-iclock/simulator'
import { panel, widthOf } from './panel.js'

const SECONDS = Number(process.env.SECONDS ?? 6)
const TERMINALS = 40
const EACH = 500

// An app has an exporter here, such as the one for Prometheus.
class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader()
const meterProvider = new MeterProvider({ readers: [reader] })

observeRequests({ meterProvider })
const adapter = observeStorage(memoryAdapter(), { meterProvider })
const commands = commandQueue(adapter)
const app = express()
app.use(
  terminalRouter({ adapter, authorize: (serialNumber) => !serialNumber.startsWith('STRANGER') }),
)
// Refused strangers are counted above; by default Express would print each error.
app.use((error, _req, res, _next) => res.status(error.status ?? 500).send(error.code))
const server = app.listen(0)
await once(server, 'listening')

const looks = []
const looking = setInterval(async () => looks.push(await look()), EACH)
const issuing = setInterval(() => {
  const serialNumber = serialNumberOf(Math.floor(Math.random() * TERMINALS))
  void commands.issue(serialNumber, attendance.putUser({ pin: `${looks.length + 1}`, name: 'Ada' }))
}, 40)
const url = `http://localhost:${server.address().port}`
const work = { url, duration: SECONDS * 1000, delay: 700, giveUpAfter: 300 }
await Promise.all([
  // The last five were never switched on: their commands wait.
  runFleet({
    ...{ ...work, terminals: TERMINALS - 5, serialNumber: serialNumberOf },
    execute: () => (Math.random() < 0.1 ? -1001 : 0),
    punches: () => (Math.random() < 0.3 ? [{ pin: '7', time: new Date() }] : []),
  }),
  runFleet({ ...work, terminals: 3, serialNumber: (index) => `STRANGER${index}` }),
])
clearInterval(looking)
clearInterval(issuing)
server.close()
server.closeAllConnections()

const panels = [
  panel('Requests a second, by kind', rates('iclock.requests', 'iclock.kind')),
  panel('Refusals a second, by error', rates('iclock.refusals', 'error.type')),
  panel('Seconds from issue to reply, 95 % of them below', percentiles('iclock.reply.duration')),
  panel('Open commands, by state', values('iclock.commands.open', 'iclock.state')),
]
const file = join(await mkdtemp(join(tmpdir(), 'iclock-dashboard-')), 'dashboard.html')
await writeFile(
  file,
  `<!doctype html><title>Terminals</title><body style="width:${widthOf(2)}px">${panels.join('')}`,
)
process.stdout.write(`${panels.length} panels of ${looks.length} looks: ${file}\n`)

function serialNumberOf(index) {
  return `SIM${String(index).padStart(6, '0')}`
}

/** The points of all metrics now, by name. */
async function look() {
  const { resourceMetrics } = await reader.collect()
  const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  return new Map(all.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]))
}

/** What a metric was at each look, by an attribute. */
function values(name, attribute) {
  const series = new Map()
  for (const [at, points] of looks.entries()) {
    for (const { attributes, value } of points.get(name) ?? []) {
      const key = attributes[attribute]
      if (!series.has(key)) series.set(key, Array(looks.length).fill(0))
      series.get(key)[at] = value
    }
  }
  return series
}

/** What a counter grew by in a second, as `rate()` of Prometheus. */
function rates(name, attribute) {
  const growth = (all) => all.map((value, at) => ((value - (all[at - 1] ?? 0)) * 1000) / EACH)
  return new Map([...values(name, attribute)].map(([key, all]) => [key, growth(all)]))
}

/** Below which bound 95 % of a histogram are, as `histogram_quantile()` of Prometheus. */
function percentiles(name) {
  const series = values(name, 'iclock.outcome')
  const below = ({ buckets: { boundaries, counts }, count }) => {
    let sum = 0
    const at = counts.findIndex((each) => {
      sum += each
      return sum >= count * 0.95
    })
    return boundaries[at] ?? boundaries.at(-1)
  }
  return new Map(
    [...series].map(([key, all]) => [key, all.map((value) => (value ? below(value) : 0))]),
  )
}
