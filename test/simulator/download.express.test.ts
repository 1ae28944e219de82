import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { fileOffers, type OpenFile } from '../../src/files.js'
import { memoryAdapter, terminalRouter } from '../../src/index.js'
import { virtualTerminal } from '../../src/simulator.js'
import { listen, serving, terminalAt } from '../support/server.js'

const MB = 1024 * 1024
const FILE = Buffer.from(Array.from({ length: 3 * MB + 5 }, (_, index) => (index * 31) % 251))
const md5 = createHash('md5').update(FILE).digest('hex')
const offered = { name: 'emfw.cfg', size: FILE.length, md5 }

async function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}
const openFile: OpenFile = (_, { start, end }) => pieces(FILE.subarray(start, end + 1))

async function offering(opening: OpenFile = openFile) {
  const adapter = memoryAdapter()
  const app = express().use(terminalRouter({ adapter, openFile: opening, onError() {} }))
  const server = await listen(createServer(app))
  const offer = await fileOffers({ adapter }).offer('A', offered)
  return {
    offer,
    adapter,
    server,
    terminal: virtualTerminal({ server, serialNumber: 'A', pause: 5 }),
  }
}

it.each(['address', 'file'] as const)('A file comes in pieces through its %s', async (through) => {
  const { terminal, offer, adapter } = await offering()
  const { bytes, isWhole, exchanges } = await terminal.download(offer, { through })
  expect([bytes.equals(FILE), isWhole]).toEqual([true, true])
  expect(exchanges.map(({ accepted, status }) => [accepted, status])).toEqual(
    Array(4).fill([true, 206]),
  )
  await expect.poll(() => adapter.findOffer(offer.token)?.served).toBe(FILE.length)
})

it('A terminal that is killed midway goes on, and its MD5 is right', async () => {
  let opened = 0
  const { terminal, offer } = await offering(async function* (_, { start, end }) {
    opened++
    yield FILE.subarray(start, start + 100_000)
    if (opened === 2) terminal.crash()
    yield FILE.subarray(start + 100_000, end + 1)
  })
  const first = await terminal.download(offer)
  expect(first.isWhole).toBe(false)
  expect(first.bytes.length).toBeGreaterThanOrEqual(MB)
  expect(first.bytes.length).toBeLessThan(FILE.length)
  const { bytes, isWhole } = await terminal.download(offer)
  expect(isWhole).toBe(true)
  expect(createHash('md5').update(bytes).digest('hex')).toBe(md5)
})

it('A server that breaks off within a piece is asked for the rest', async () => {
  let opened = 0
  const { terminal, offer } = await offering(async function* (_, { start, end }) {
    yield FILE.subarray(start, start + 1000)
    if (opened++ < 3) throw new Error('disk error')
    yield FILE.subarray(start + 1000, end + 1)
  })
  const { bytes, exchanges } = await terminal.download(offer)
  expect(bytes.equals(FILE)).toBe(true)
  expect(exchanges.filter(({ accepted }) => !accepted)).toHaveLength(3)
})

it.each<[RequestListener, string]>([
  [(_, res) => void res.end('a whole file'), 'the status is 200, not 206'],
  [(_, res) => void res.writeHead(404).end(), 'the status is 404, not 206'],
  [
    (_, res) => void res.writeHead(206, { 'Content-Range': 'bytes 1-5/9' }).end('12345'),
    'expected bytes 0-8/',
  ],
  [
    (_, res) => void res.writeHead(206, { 'Content-Range': 'bytes 0-8/9' }).end('12345'),
    'the part has 5 bytes, not 9',
  ],
])('An answer that is no such part is refused (%#)', async (listener, told) => {
  const terminal = terminalAt(await serving(listener))
  const { isWhole, exchanges } = await terminal.download({ url: 'a', size: 9 }, { giveUpAfter: 20 })
  expect(isWhole).toBe(false)
  expect(exchanges[0]?.refusal).toContain(told)
})

it('A wrong option is refused', async () => {
  const terminal = terminalAt(await serving(() => {}))
  await expect(terminal.download({ url: '', size: 9 })).rejects.toThrow(/"url"/)
  await expect(terminal.download({ url: 'a', size: 0 })).rejects.toThrow(/"size"/)
  await expect(terminal.download({ url: 'a', size: 1 }, { pieceSize: 0 })).rejects.toThrow(
    /"pieceSize"/,
  )
})
