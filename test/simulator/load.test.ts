import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { postReplies } from '../../src/simulator.js'
import { listen, PLAIN, portOf, recording, serving } from '../support/server.js'

const byId = (a: { commandId: string }, b: { commandId: string }) =>
  a.commandId < b.commandId ? -1 : 1

it('A load posts the requested number of bodies from the requested terminals, and reports what was acknowledged', async () => {
  const stored: string[] = []
  const server = await serving((req, res) => {
    req.setEncoding('latin1')
    req.on('data', (body) => stored.push(`${req.url} ${body}`))
    req.on('end', () => res.writeHead(200, PLAIN).end('OK'))
  })
  const report = await postReplies({ server, terminals: 3, count: 10, duration: 20_000 })
  expect(report).toMatchObject({ sent: 10, answered: { 200: 10 }, unanswered: 0, repeated: 0 })
  expect(report.givenUp).toEqual([])
  expect(report.acknowledged.sort(byId)).toEqual(
    Array.from({ length: 10 }, (_, body) => {
      return { serialNumber: `SIM00000${body % 3}`, commandId: `c${body}`, returnCode: 0 }
    }),
  )
  expect(stored.sort()).toEqual(
    report.acknowledged
      .map(({ serialNumber, commandId }) => {
        return `/iclock/devicecmd?SN=${serialNumber} ID=${commandId}&Return=0&CMD=DATA\n`
      })
      .sort(),
  )
})

it('A load counts what is resent, cut off, and refused', async () => {
  const { server, bodies } = await recording()
  const report = await postReplies({
    ...{ server, terminals: 2, count: 6, duration: 20_000, pause: 1 },
    serialNumber: (terminal) => `D${terminal}`,
    replies: (body) => [
      { commandId: `a${body}`, returnCode: body },
      {
        commandId: `b${body}`,
        returnCode: -body,
        record: Buffer.from(`ID=b${body}&Return=-${body}`),
      },
    ],
    faults: (body) => {
      if (body === 1) return { repeats: 2 }
      if (body === 2) return { cutAfter: -1 }
      return body === 3 ? { headers: { 'Content-Length': 'x' } } : undefined
    },
  })
  expect(report).toMatchObject({
    sent: 10,
    answered: { 200: 8, 400: 1 },
    unanswered: 1,
    repeated: 4,
    givenUp: [],
  })
  expect(report.acknowledged).toHaveLength(12)
  expect(report.acknowledged).toContainEqual({
    serialNumber: 'D1',
    commandId: 'b5',
    returnCode: -5,
  })
  expect(bodies).toHaveLength(8)
  expect(bodies.map(String)).toContain('ID=a4&Return=4&CMD=DATA\nID=b4&Return=-4')
})

it('A load gives up when its time is over, and starts nothing that is due later', async () => {
  const server = await serving((_, res) => res.writeHead(503).end())
  const settings = { server, terminals: 2, duration: 200, pause: 20 }
  const report = await postReplies({ ...settings, count: 1_000_000 })
  expect(report.acknowledged).toEqual([])
  expect(report.givenUp.map(({ commandId }) => commandId).sort()).toEqual(['c0', 'c1'])
  expect(report.answered[503]).toBe(report.sent - report.unanswered)

  const slow = await postReplies({ ...settings, count: 100, rate: 0.001 })
  expect(slow.givenUp.map(({ commandId }) => commandId)).toEqual(['c0'])
})

it('A load continues when its server is killed and comes back', async () => {
  const kept: string[] = []
  const sockets = new Set<Socket>()
  const start = (onPort: number, killedAt: number) => {
    const server = createServer(async (req, res) => {
      const body = Buffer.concat(await req.toArray().catch(() => []))
      if (kept.push(String(body)) === killedAt) {
        for (const socket of sockets) socket.resetAndDestroy()
        server.close(() => start(port, Infinity))
      } else res.writeHead(200, PLAIN).end('OK')
    })
    return listen(server, '127.0.0.1', onPort)
  }
  const first = await start(0, 20)
  first.on('connection', (socket) => sockets.add(socket))
  const port = portOf(first)

  const report = await postReplies({
    url: `http://127.0.0.1:${port}`,
    ...{ terminals: 4, count: 100, duration: 30_000, pause: 10 },
  })
  expect(report.acknowledged).toHaveLength(100)
  expect(report.givenUp).toEqual([])
  expect(report.unanswered).toBeGreaterThan(0)
  expect(report.sent).toBe(100 + report.repeated)
  expect(new Set(kept).size).toBe(100)
})

it('A load refuses invalid numbers', async () => {
  const load = { url: 'http://localhost', terminals: 1, count: 1, duration: 1 }
  await expect(postReplies({ ...load, terminals: 0 })).rejects.toThrow('option "terminals" is 0')
  const unbounded = { ...load, count: undefined } as unknown as typeof load
  await expect(postReplies(unbounded)).rejects.toThrow('option "count" is undefined')
  await expect(postReplies({ ...load, rate: Number.NaN })).rejects.toThrow('option "rate" is NaN')
  await expect(postReplies({ ...load, terminals: 1.5 })).rejects.toThrow(
    'option "terminals" is 1.5',
  )
  await expect(postReplies({ ...load, duration: Infinity })).rejects.toThrow(
    '"duration" is Infinity',
  )
})
