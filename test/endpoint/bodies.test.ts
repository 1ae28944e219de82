import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bodies } from '../../src/endpoint/bodies.js'
import { handlerOf } from '../../src/endpoint/node.js'
import {
  memoryAdapter,
  type Upload,
  type UploadHandlerOptions,
  uploadHandler,
} from '../../src/index.js'
import { receptionOf, uploadEndpoint } from '../../src/upload/handler.js'
import { send } from '../support/request.js'
import { portOf, serving } from '../support/server.js'

const LIMIT = 100_000
const BODY = 'x'.repeat(LIMIT)

/**
 * A server with space for four large bodies, each of which waits for it so many milliseconds, and
 * whose storage settles when it is let to.
 */
async function start(patience = 0) {
  const adapter = memoryAdapter()
  const stored: string[] = []
  let isOpen = false
  const waiting: (() => void)[] = []
  const storage = {
    ...adapter,
    async onUpload({ serialNumber }: Upload) {
      if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve))
      stored.push(serialNumber)
    },
  }
  const bodies = new Bodies({ capacity: 4 * LIMIT, timeout: patience })
  const options = { adapter: storage, timeout: 0 }
  const endpoint = uploadEndpoint(options, receptionOf(options, { limit: LIMIT }, bodies))
  const handler = handlerOf(endpoint)
  const server = await serving((req, res) => handler(req, res))
  return {
    server,
    stored,
    waiting,
    open() {
      isOpen = true
      for (const resolve of waiting) resolve()
    },
  }
}

const path = (serialNumber: string) => `/iclock/cdata?SN=${serialNumber}&table=NEW`
const upload = (server: Server, serialNumber: string, body = BODY) => {
  return send(server, { path: path(serialNumber), body })
}

/** Begins a body, and sends as much of it as it is told to. */
async function beginning(server: Server, serialNumber: string, length = LIMIT): Promise<Socket> {
  const socket = connect(portOf(server), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    `POST ${path(serialNumber)} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\nx`,
  )
  return socket
}

describe('Bodies in work', () => {
  it('A large body waits for space, and a small one passes', async () => {
    const { server, stored, waiting, open } = await start()
    const held = ['A', 'B', 'C', 'D'].map((serialNumber) => upload(server, serialNumber))
    await expect.poll(() => waiting.length).toBe(4)
    const late = upload(server, 'E')
    const small = upload(server, 'F', 'x'.repeat(65_536))
    await expect.poll(() => waiting.length).toBe(5)
    open()
    for (const { status } of await Promise.all([...held, late, small])) expect(status).toBe(200)
    expect(stored.toSorted()).toEqual(['A', 'B', 'C', 'D', 'E', 'F'])
  })

  it('A terminal has a quarter of the space, and others pass', async () => {
    const { server, waiting, open } = await start()
    const own = [upload(server, 'A'), upload(server, 'A')]
    await expect.poll(() => waiting.length).toBe(1)
    const other = upload(server, 'B')
    await expect.poll(() => waiting.length).toBe(2)
    open()
    for (const { status } of await Promise.all([...own, other])) expect(status).toBe(200)
  })

  it('A body without space in time is answered 503 with Retry-After, and can come again', async () => {
    const { server, stored, waiting, open } = await start(20)
    const held = ['A', 'B', 'C', 'D'].map((serialNumber) => upload(server, serialNumber))
    await expect.poll(() => waiting.length).toBe(4)
    const refused = await upload(server, 'E')
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '10' } })
    open()
    await Promise.all(held)
    expect((await upload(server, 'E')).status).toBe(200)
    expect(stored).toEqual(['A', 'B', 'C', 'D', 'E'])
  })

  it('A body that is too large is refused although there is no space', async () => {
    const { server, waiting } = await start()
    for (const serialNumber of ['A', 'B', 'C', 'D']) upload(server, serialNumber).catch(() => {})
    await expect.poll(() => waiting.length).toBe(4)
    expect((await upload(server, 'E', `${BODY}x`)).status).toBe(413)
  })

  it('A body in chunks counts as the largest one', async () => {
    const { server, waiting, open } = await start()
    for (const serialNumber of ['A', 'B', 'C']) upload(server, serialNumber).catch(() => {})
    await expect.poll(() => waiting.length).toBe(3)
    const socket = connect(portOf(server), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.end(
      `POST ${path('D')} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    )
    await expect.poll(() => waiting.length).toBe(4)
    const late = upload(server, 'E')
    const small = upload(server, 'F', 'x')
    await expect.poll(() => waiting.length).toBe(5)
    open()
    expect((await late).status).toBe(200)
    expect((await small).status).toBe(200)
  })

  it('A slow body gives its space to another, and is answered 503', async () => {
    const { server, stored, open } = await start(50)
    open()
    const slow: Socket[] = []
    for (const serialNumber of ['A', 'B', 'C', 'D']) {
      slow.push(await beginning(server, serialNumber))
    }
    // Whoever comes while they are slow is refused at first, but not for long.
    await expect.poll(async () => (await upload(server, 'E')).status).toBe(200)
    expect(await text(slow[0] as Socket)).toMatch(
      /^HTTP\/1\.1 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\n/,
    )
    expect(stored).toEqual(['E'])
  })

  it('A slow body that is in the way of none is read to its end', async () => {
    const { server, stored, open } = await start(20)
    open()
    const slow = await beginning(server, 'A', 70_000)
    // It is late by now: another large body came and went.
    for (let times = 0; times < 5; times++) expect((await upload(server, 'B')).status).toBe(200)
    await new Promise((done) => setTimeout(done, 60))
    slow.end('x'.repeat(69_999))
    expect(await text(slow)).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(stored.at(-1)).toBe('A')
  })

  it('A terminal that is gone gives its space back', async () => {
    const { server, open } = await start()
    open()
    for (const serialNumber of ['A', 'B', 'C', 'D']) {
      const socket = await beginning(server, serialNumber)
      socket.resetAndDestroy()
    }
    expect((await upload(server, 'E')).status).toBe(200)
  })
})

it('What bodies become waits for space as they do', async () => {
  // Few bytes, and more fields than a quarter of the space for objects.
  const dense = `k=1${'\t'.repeat(40_000)}`
  const { server, waiting, open } = await start()
  const held = ['A', 'B', 'C', 'D', 'E'].map((serialNumber) => upload(server, serialNumber, dense))
  await expect.poll(() => waiting.length).toBe(4)
  const small = upload(server, 'F', 'x')
  await expect.poll(() => waiting.length).toBe(5)
  open()
  for (const { status } of await Promise.all([...held, small])) expect(status).toBe(200)
})

it.each([
  [{ capacity: 'much' }, 'option "capacity" is "much"; expected a number of bytes above 0'],
  [{ capacity: '8mb' }, 'option "capacity" is 8388608; expected 16777216 bytes or more'],
  [{ capacity: '16mb', limit: '5mb' }, 'expected 20971520 bytes or more: four times the largest'],
])('%j is refused', (options, message) => {
  expect(() => uploadHandler({ adapter: memoryAdapter(), ...options })).toThrow(message)
})

it.each([
  { capacity: '16mb' },
  { capacity: undefined },
  { limit: '50mb' },
  { limit: 5, capacity: 20 },
])('%j is taken', (options) => {
  const made = () => uploadHandler({ adapter: memoryAdapter(), ...options } as UploadHandlerOptions)
  expect(made).not.toThrow()
})
