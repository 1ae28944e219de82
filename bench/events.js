// Events: what keeping them costs an upload of one line, how fast they are read, and what a reader that
// waits asks of storage.
import { setTimeout as wait } from 'node:timers/promises'
import { parseUpload } from 'express-iclock'
import { events } from 'express-iclock/events'
import { withDatabases } from './database.js'
import { brief, median, progress, rounded, rounds, row, sized, storages } from './measure.js'
import { closeStorages, openStorage } from './storage.js'

const UPLOADS = sized(400)
const LINES = sized(20_000)
const IDLE = brief ? 500 : 10_000

let count = 0

function upload(serialNumber, lines) {
  const each = () => `${++count}\t2026-01-01 08:00:00\t0\t1\t0\t0\t0\n`
  const body = Buffer.from(Array.from({ length: lines }, each).join(''))
  const about = { serialNumber, table: 'ATTLOG', query: {}, receivedAt: new Date(), body }
  return { ...about, ...parseUpload(body, { table: 'ATTLOG' }) }
}

/** Milliseconds of an upload of one line, one after the other. */
async function timeOf(adapter) {
  const started = performance.now()
  for (let index = 0; index < UPLOADS; index++) await adapter.onUpload(upload(`B${index % 50}`, 1))
  return (performance.now() - started) / UPLOADS
}

async function read(adapter) {
  let [found, after] = [0, '']
  for await (const { cursor } of events(adapter, { live: false })) {
    found++
    after = cursor
  }
  return { found, after }
}

/** How many calls a reader makes in a minute in which nothing happens. */
async function callsOf(adapter, after) {
  let calls = 0
  const { eventLog, readEvents } = adapter
  const counted = (...asked) => {
    calls++
    return readEvents(...asked)
  }
  const stop = new AbortController()
  const reader = events({ eventLog, readEvents: counted }, { after, signal: stop.signal })
  const reading = (async () => {
    for await (const _ of reader);
  })()
  // Until its pauses are as long as they get.
  await wait(IDLE / 2)
  calls = 0
  await wait(IDLE)
  stop.abort()
  await reading
  return (calls * 60_000) / IDLE
}

/** Milliseconds in which lists read the same rows. */
async function listed(adapter) {
  const started = performance.now()
  let after
  do {
    const page = await adapter.listAttendance({
      limit: 1000,
      ...(after !== undefined && { after }),
    })
    after = page.next
  } while (after !== undefined)
  return performance.now() - started
}

export async function measure() {
  await withDatabases(storages, async ({ name, url, storage }) => {
    progress(`events in ${name}`)
    const [off, on] = [
      await openStorage(storage, url),
      await openStorage(storage, url, { events: true }),
    ]
    const ratios = []
    for (let round = 0; round <= rounds; round++) {
      // They take turns at being first.
      const order = round % 2 === 0 ? [off, on] : [on, off]
      const times = new Map()
      for (const adapter of order) times.set(adapter, await timeOf(adapter))
      if (round > 0) ratios.push(times.get(on) / times.get(off))
    }
    row(`upload of 1 line with events / without, ${name}`, median(ratios), '<= 1.15')
    for (let sent = 0; sent < LINES; sent += 100) await on.onUpload(upload(`B${sent % 50}`, 100))
    const started = performance.now()
    const { found, after } = await read(on)
    const took = performance.now() - started
    const lists = await listed(on)
    row(
      `events read a second, ${name}`,
      (found / took) * 1000,
      '',
      `${rounded(took / lists)} × the time of listAttendance`,
    )
    row(`looks of a waiting reader in a minute, ${name}`, await callsOf(on, after), '<= 70')
    await closeStorages()
  })
}
