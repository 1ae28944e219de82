import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  commandQueue,
  commandReplyHandler,
  deliveryHandler,
  type MemoryAdapter,
  memoryAdapter,
} from '../../src/index.js'

const START = Date.UTC(2026, 0, 1)
const TERMINALS = ['A', 'B', 'C']

/** The expected state of a command, in the simplest form. */
interface Expected {
  terminal: string
  id: string
  attempts: number
  wait: number
  expiresAt: number
  made: number
  dueAt: number
  code?: number
  isCancelled?: boolean
}

let now = START
let listeners: RequestListener[] = []
let servers: Server[] = []
let ports: number[] = []

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  servers = [0, 1].map((app) => createServer((req, res) => listeners[app]?.(req, res)))
  for (const server of servers) {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  }
  ports = servers.map((server) => (server.address() as AddressInfo).port)
})
afterEach(() => {
  vi.useRealTimers()
  for (const server of servers) server.close().closeAllConnections()
})

/**
 * Two app processes over one storage, three terminals, and the model of each command's expected
 * state.
 */
class World {
  readonly memory = memoryAdapter()
  readonly commands = commandQueue(this.memory)
  readonly model: Expected[] = []
  /** The commands that each terminal has executed and not yet reported. */
  readonly executed = new Map(TERMINALS.map((terminal) => [terminal, [] as string[]]))
  readonly posted: [terminal: string, body: string][] = []

  constructor() {
    now = START
    vi.setSystemTime(now)
    listeners = [0, 1].map((app) => {
      const adapter = slowed(this.memory, app)
      const polls = deliveryHandler({ adapter })
      const replies = commandReplyHandler({ adapter })
      return (req, res) => (req.method === 'GET' ? polls(req, res) : replies(req, res))
    })
  }

  async issue(terminal: string, attempts: number, seconds: number, ttl: number): Promise<void> {
    const wait = seconds * 1000
    const terms = { attempts, replyWithin: wait, ...(ttl > 0 && { expiresAfter: ttl * 1000 }) }
    const { commandId: id } = await this.commands.issue(terminal, { text: 'CHECK', ...terms })
    const expiresAt = ttl > 0 ? now + ttl * 1000 : Number.POSITIVE_INFINITY
    this.model.push({ terminal, id, attempts, wait, expiresAt, made: 0, dueAt: 0 })
  }

  async poll(terminal: string, apps: readonly number[], isLost: boolean): Promise<void> {
    const bodies = await Promise.all(apps.map((app) => request(app, terminal)))
    const next = this.expectedNext(terminal)
    const expected = next === undefined ? [] : [`C:${next.id}:CHECK\n`]
    expect(bodies.filter((body) => body !== 'OK')).toEqual(expected)
    if (next === undefined) return
    next.made++
    next.dueAt = now + next.wait * 2 ** (next.made - 1)
    if (!isLost) this.executed.get(terminal)?.push(next.id)
  }

  expectedNext(terminal: string): Expected | undefined {
    for (const command of this.model) {
      if (command.terminal !== terminal || command.code !== undefined || command.isCancelled)
        continue
      if (command.made > 0 && now < command.dueAt) return undefined
      if (command.made < command.attempts && now < command.expiresAt) return command
    }
    return undefined
  }

  async post(terminal: string, app: number, code: number): Promise<void> {
    const ids = this.executed.get(terminal) ?? []
    if (ids.length === 0) return
    this.executed.set(terminal, [])
    await this.deliver(
      app,
      terminal,
      ids.map((id) => `ID=${id}&Return=${code}&CMD=CHECK`).join('\n'),
    )
  }

  /** A post that the terminal repeats, because it did not see that it was answered. */
  async repeat(app: number, which: number): Promise<void> {
    const post = this.posted.at(-1 - which)
    if (post !== undefined) await this.deliver(app, ...post)
  }

  async deliver(app: number, terminal: string, body: string): Promise<void> {
    this.posted.push([terminal, body])
    expect(await request(app, terminal, body)).toBe('OK')
    for (const [, id, code] of body.matchAll(/ID=(\w+)&Return=(-?\d+)/g)) {
      const command = this.model.find((one) => one.id === id)
      // A pending reply never replaces another.
      if (command && (code !== '-5000' || command.code === undefined)) command.code = Number(code)
    }
  }

  async cancel(which: number): Promise<void> {
    const command = this.model.at(-1 - which)
    if (command === undefined) return
    const isFinal = command.code !== undefined && command.code !== -5000
    const identity = { serialNumber: command.terminal, commandId: command.id }
    // The check after each step has already reported it as expired, which closed it.
    const isOpen = !isFinal && !command.isCancelled && expectedState(command) !== 'expired'
    expect(await this.commands.cancel(identity)).toBe(isOpen)
    if (isOpen) command.isCancelled = true
  }

  /** Power is lost: unposted replies are forgotten, and the terminal repeats its handshake. */
  restart(terminal: string): void {
    this.executed.set(terminal, [])
    this.memory.release(terminal, new Date())
    for (const command of this.model) {
      const isWaiting = command.made > 0 && command.code === undefined && now < command.dueAt
      if (command.terminal === terminal && isWaiting) command.dueAt = now
    }
  }

  pass(seconds: number): void {
    now += seconds * 1000
    vi.setSystemTime(now)
  }

  async check(): Promise<void> {
    for (const command of this.model) {
      const identity = { serialNumber: command.terminal, commandId: command.id }
      expect(await this.commands.state(identity)).toBe(expectedState(command))
      const record = this.memory.findRecord(command.terminal, command.id)
      expect(record?.attemptsMade).toBe(command.made)
    }
  }
}

function expectedState({ code, isCancelled, made, dueAt, attempts, expiresAt }: Expected): string {
  if (code === 0) return 'succeeded'
  if (code === -1) return 'failed'
  if (isCancelled) return 'cancelled'
  if (code === -5000) return 'sent'
  if (made === 0) return now < expiresAt ? 'waiting' : 'expired'
  const isOver = now >= dueAt && (made >= attempts || now >= expiresAt)
  return isOver ? 'unanswered' : 'sent'
}

/**
 * The storage of one app process: its calls take a few turns of the event loop, a different number
 * for each app.
 */
function slowed(memory: MemoryAdapter, app: number): MemoryAdapter {
  let calls = app
  const slow =
    <Args extends unknown[], Result>(call: (...args: Args) => Result) =>
    async (...args: Args) => {
      for (let left = (calls++ * 7) % 5; left > 0; left--) await turn()
      const result = call(...args)
      for (let left = (calls++ * 3) % 4; left > 0; left--) await turn()
      return result
    }
  const { openCommands, claim, findCommand, onReply } = memory
  const slowly = { openCommands: slow(openCommands), claim: slow(claim) }
  return {
    ...memory,
    ...slowly,
    findCommand: slow(findCommand),
    onReply: slow(onReply),
  } as unknown as MemoryAdapter
}

async function request(app: number, terminal: string, body?: string): Promise<string> {
  const url = `http://127.0.0.1:${ports[app]}/?SN=${terminal}`
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body })
  return await answer.text()
}

type Step = (world: World) => unknown

const terminal = fc.constantFrom(...TERMINALS)
const app = fc.nat({ max: 1 })
const which = fc.nat({ max: 5 })
const issues = fc
  .tuple(
    terminal,
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(10, 60),
    fc.constantFrom(0, 0, 5, 90),
  )
  .map(
    ([one, ...terms]): Step =>
      (world) =>
        world.issue(one, ...terms),
  )
const polls = fc.tuple(terminal, fc.constantFrom([0], [1], [0, 1], [1, 0]), fc.nat({ max: 3 })).map(
  ([one, apps, luck]): Step =>
    (world) =>
      world.poll(one, apps, luck === 0),
)
const posts = fc.tuple(terminal, app, fc.constantFrom(0, 0, -1, -5000)).map(
  ([one, to, code]): Step =>
    (world) =>
      world.post(one, to, code),
)
const others = fc.oneof(
  fc.tuple(app, which).map(
    ([to, one]): Step =>
      (world) =>
        world.repeat(to, one),
  ),
  which.map(
    (one): Step =>
      (world) =>
        world.cancel(one),
  ),
  terminal.map(
    (one): Step =>
      (world) =>
        world.restart(one),
  ),
)
const passes = fc.integer({ min: 1, max: 100 }).map(
  (seconds): Step =>
    (world) =>
      world.pass(seconds),
)
const step = fc.oneof(
  { arbitrary: issues, weight: 3 },
  { arbitrary: polls, weight: 5 },
  { arbitrary: posts, weight: 3 },
  { arbitrary: others, weight: 2 },
  { arbitrary: passes, weight: 2 },
)

it('Three terminals and two app processes do what the model says', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (schedule) => {
      const world = new World()
      for (const happen of schedule) {
        await happen(world)
        await world.check()
      }
    }),
    { numRuns: 40 },
  )
})
