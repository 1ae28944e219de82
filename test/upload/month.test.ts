// A month of attendance over real HTTP, with random faults: nothing is lost, and nothing is stored
// twice.
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, vi } from 'vitest'
import { memoryAdapter, type Upload, type UploadStorage, uploadHandler } from '../../src/index.js'
import { serve } from '../support/terminal.js'

const SN = '0316144680030'
const LINES = 20_000
const SEED = Number(process.env.MONTH_SEED ?? 1)

/** Numbers below 1 that look random, the same again for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Storage that fails before it stores anything, midway, or after it has stored everything. */
function unreliable(storage: UploadStorage, roll: () => number): UploadStorage {
  return {
    async onUpload(upload) {
      const luck = roll()
      if (luck < 0.05) throw new Error('out of reach')
      if (luck < 0.1) {
        const records = upload.records.slice(0, Math.floor(roll() * upload.records.length))
        await storage.onUpload({ ...upload, records, unparsed: [] })
        throw new Error('half of it is kept')
      }
      const fresh = await storage.onUpload(upload)
      if (luck < 0.15) throw new Error('all of it is kept, but nobody is told')
      return fresh
    },
  }
}

/**
 * Posts lines; returns whether the terminal may forget them. The connection may break before the
 * answer is read.
 */
function post(server: Server, lines: readonly string[], roll: () => number): Promise<boolean> {
  const { port } = server.address() as AddressInfo
  const path = `/iclock/cdata?SN=${SN}&table=ATTLOG&Stamp=9999`
  const body = `${lines.join('\n')}\n`
  const luck = roll()
  return new Promise((resolve) => {
    const headers = { 'Content-Length': body.length }
    const outgoing = request({ port, method: 'POST', path, headers }, (response) => {
      // The answer is lost on its way.
      if (luck < 0.05) response.destroy()
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', () => {})
      response.on('close', () => resolve(response.statusCode === 200 && text.includes('OK')))
    })
    outgoing.on('error', () => resolve(false))
    if (luck < 0.1 && luck >= 0.05) {
      outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy())
    } else outgoing.end(body)
  })
}

it('A month of uploads stores each line once, whatever fails', { timeout: 120_000 }, async () => {
  const roll = dice(SEED)
  const adapter = memoryAdapter()
  const told: string[] = []
  const start = Date.UTC(2026, 8, 1)
  const month = Array.from({ length: LINES }, (_, index) => {
    const time = new Date(start + index * 129_000).toISOString().slice(0, 19).replace('T', ' ')
    return index % 500 === 499 ? `garbage ${index}` : `${index % 400}\t${time}\t${index % 2}\t1\t0`
  })
  const options = {
    adapter: unreliable(adapter, roll),
    afterUpload: ({ records }: Upload) => void told.push(...records.map(({ raw }) => `${raw}`)),
    onError: () => {},
  }
  // Two processes over one storage take turns.
  const servers = await Promise.all([0, 1].map(() => serve(uploadHandler(options))))

  let sent = 0
  let size = 100
  while (sent < month.length) {
    const server = servers[roll() < 0.5 ? 0 : 1] as Server
    const batch = month.slice(sent, sent + size)
    const copies = roll() < 0.05 ? 2 : 1
    const answers = await Promise.all(
      Array.from({ length: copies }, () => post(server, batch, roll)),
    )
    if (answers.every((isOk) => isOk)) {
      sent += batch.length
      // Its stamp is lost now and then, and it sends the last days again.
      if (roll() < 0.01) sent = Math.max(0, sent - 1000)
      size = 100
    } else size = Math.max(10, size >> 1)
  }

  const uploads = adapter.received()
  const kept = uploads.flatMap(({ records, unparsed }) => [
    ...records.map(({ raw }) => `${raw}`),
    ...unparsed.map((line) => `${line}`),
  ])
  expect(kept).toHaveLength(LINES)
  expect(new Set(kept)).toEqual(new Set(month))
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(LINES / 2), { timeout: 30_000 })
  expect(new Set(told).size).toBe(told.length)
})
