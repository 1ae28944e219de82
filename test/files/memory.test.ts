// 50 MB for each of 20 terminals at once, half of which break off and go on: no file is in memory.
import { createHash, type Hash } from 'node:crypto'
import { createServer, type IncomingMessage, request } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { fileOffers } from '../../src/files.js'
import { memoryAdapter, terminalRouter } from '../../src/index.js'
import { listen, portOf } from '../support/server.js'

const MB = 1024 * 1024
const SIZE = 50 * MB
const PIECE = 64 * 1024
const TERMINALS = 20
const BREAKS_AT = 20 * MB
// All files together have 1 GB, and what waits for the garbage collector a fraction of it.
const MOST = 128 * MB

let open = 0
async function* bytes(start: number, end: number) {
  open++
  try {
    for (let at = start; at <= end; ) {
      const last = Math.min(end + 1, at - (at % PIECE) + PIECE)
      yield Buffer.alloc(last - at, Math.floor(at / PIECE) % 251)
      at = last
    }
  } finally {
    open--
  }
}

async function md5OfAll(): Promise<string> {
  const hash = createHash('md5')
  for await (const piece of bytes(0, SIZE - 1)) hash.update(piece)
  return hash.digest('hex')
}

/** Reads on from a byte, up to another one, and breaks off there if it isn't the end. */
async function readInto(hash: Hash, port: number, path: string, from: number, to: number) {
  const headers = from === 0 ? {} : { Range: `bytes=${from}-` }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, path, headers }, resolve).on('error', reject).end()
  })
  let at = from
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const own = chunk.subarray(0, to - at)
    hash.update(own)
    at += own.length
    // Leaving the loop destroys the connection.
    if (at === to) break
  }
}

it('50 MB reach 20 terminals at once, whole, in bounded memory, and every stream is closed', async () => {
  const adapter = memoryAdapter()
  const openFile = (_: unknown, range: { start: number; end: number }) =>
    bytes(range.start, range.end)
  const server = await listen(createServer(express().use(terminalRouter({ adapter, openFile }))))
  const files = fileOffers({ adapter })
  const md5 = await md5OfAll()
  const usage = () => {
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    return heapUsed + Math.max(external, arrayBuffers)
  }
  const before = usage()
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, usage())
  }, 20)
  const sums = await Promise.all(
    Array.from({ length: TERMINALS }, async (_, index) => {
      const { url } = await files.offer(`T${index}`, { name: 'emfw.cfg', size: SIZE, md5 })
      const path = `/iclock/${url}?SN=T${index}`
      const hash = createHash('md5')
      const breaksAt = index % 2 === 0 ? BREAKS_AT + index : SIZE
      await readInto(hash, portOf(server), path, 0, breaksAt)
      if (breaksAt < SIZE) await readInto(hash, portOf(server), path, breaksAt, SIZE)
      return hash.digest('hex')
    }),
  )
  clearInterval(timer)
  expect(sums).toEqual(Array(TERMINALS).fill(md5))
  expect(peak - before).toBeLessThan(MOST)
  await expect.poll(() => open).toBe(0)
})
