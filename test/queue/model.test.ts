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
  uploadHandler,
} from '../../src/index.js'

const START = Date.UTC(2026, 0, 1)
const NEVER = Number.POSITIVE_INFINITY
// More with the long tests.
const numRuns = Number(process.env.MODEL_RUNS ?? 12)
const NUMBERED = 'C'
const QUERY = 'DATA QUERY tablename=user,fielddesc=*,filter=*'
// The code of a query that is over because its rows came.
const ROWS = 1_000_000
const TERMINALS = ['A', 'B', NUMBERED]

/** What a command must have become, in the simplest terms. */
interface Expected {
  terminal: string
  id: string
  text: string
  attempts: number
  wait: number
  expiresAt: number
  isUrgent: boolean
  key: string | undefined
  made: number
  sentAt: number
  dueAt: number
  openUntil: number
  code?: number
  closed?: 'cancelled' | 'superseded' | 'expired' | 'unanswered'
}

/** How a command is to be issued. */
interface Asked {
  attempts: number
  wait: number
  ttl: number
  kind: 'plain' | 'query' | 'urgent' | 'keyed'
}

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
 * Two app processes over one storage, each with its own clock, three terminals, and the model of
 * what must become of each command. One terminal reads nothing but whole numbers.
 */
class World {
  readonly memory = memoryAdapter()
  readonly commands = commandQueue(this.memory, {
    commandIds: (serialNumber) => (serialNumber === NUMBERED ? 'number' : 'text'),
  })
  readonly model: Expected[] = []
  /** The commands that each terminal has executed and not yet reported. */
  readonly executed = new Map(TERMINALS.map((terminal) => [terminal, [] as string[]]))
  readonly posted: [terminal: string, body: string, packet?: string][] = []
  /** The packets that came, by terminal and command. */
  readonly packets = new Map<string, Set<string>>()
  now = START
  /** By how much the clock of each app differs. */
  readonly offsets = [0, 0]

  constructor() {
    this.clock(0)
    listeners = [0, 1].map((app) => {
      const adapter = slowed(this.memory, app)
      const polls = deliveryHandler({ adapter })
      const replies = commandReplyHandler({ adapter })
      const uploads = uploadHandler({ adapter })
      return (req, res) => {
        if (req.method === 'GET') polls(req, res)
        else if (req.url?.startsWith('/querydata')) uploads(req, res)
        else replies(req, res)
      }
    })
  }

  /** From here on, everything happens by the clock of this app. */
  clock(app: number): number {
    const time = this.now + (this.offsets[app] ?? 0)
    vi.setSystemTime(time)
    return time
  }

  async issue(terminal: string, app: number, asked: Asked, own?: string): Promise<void> {
    const time = this.clock(app)
    const isUrgent = asked.kind === 'urgent'
    const attempts = isUrgent ? 1 : asked.attempts
    const [wait, ttl] = [asked.wait * 1000, (isUrgent ? asked.ttl || 15 : asked.ttl) * 1000]
    const key = asked.kind === 'keyed' ? 'intent' : undefined
    const terms = {
      ...{ attempts, replyWithin: wait },
      ...(ttl > 0 && { expiresAfter: ttl }),
      ...(isUrgent && { urgent: true }),
      ...(key !== undefined && { key }),
    }
    const options = own === undefined ? {} : { commandId: own }
    // Under one id there is one text.
    const isQuery = own === undefined ? asked.kind === 'query' : own === 'own2'
    const text = isQuery ? QUERY : 'CHECK'
    const { commandId: id } = await this.commands.issue(terminal, { text, ...terms }, options)
    const known = this.find(terminal, id)
    if (known === undefined) {
      const expiresAt = ttl > 0 ? time + ttl : NEVER
      const fresh = { made: 0, sentAt: 0, dueAt: 0, openUntil: expiresAt }
      this.model.push({ terminal, id, text, attempts, wait, expiresAt, isUrgent, key, ...fresh })
    }
    // Under an id of the app's own, the same command again changes nothing but this.
    const place = this.model.findIndex((one) => one.terminal === terminal && one.id === id)
    if (key === undefined || this.model[place]?.code !== undefined) return
    for (const older of this.model.slice(0, place)) {
      const isOlder = older.terminal === terminal && older.key === key && older.made === 0
      if (isOlder && isOpen(older, time)) older.closed = 'superseded'
    }
  }

  async refuse(terminal: string, own: string): Promise<void> {
    if (this.find(terminal, own) === undefined) return
    const again = this.commands.issue(terminal, { text: 'INFO' }, { commandId: own })
    await expect(again).rejects.toMatchObject({ code: 'COMMAND_ID_USED' })
  }

  async poll(terminal: string, apps: readonly number[], isLost: boolean): Promise<void> {
    const time = this.clock(apps[0] ?? 0)
    const bodies = await Promise.all(apps.map((app) => request(app, terminal)))
    const sent = bodies.filter((body) => body !== 'OK').join('')
    const lines = this.expectedNext(terminal, time).map((next) => this.send(next, time, isLost))
    if (apps.length === 1) {
      expect(sent).toBe(lines.join(''))
      return
    }
    // Polls at the same moment share what there is: each command goes to one of them, and if one
    // came after the other, it has the next urgent command.
    const [next] = this.expectedNext(terminal, time)
    if (next?.isUrgent && sent.includes(lineOf(next))) lines.push(this.send(next, time, isLost))
    expect(sent.split(/(?<=\n)/).sort()).toEqual(lines.length > 0 ? lines.sort() : [''])
  }

  /** Notes that a command was sent, and returns its line. */
  send(command: Expected, time: number, isLost: boolean): string {
    command.made++
    command.sentAt = time
    command.dueAt = time + command.wait * 2 ** (command.made - 1)
    const isLast = command.made === command.attempts
    command.openUntil = isLast ? command.dueAt : Math.max(command.expiresAt, command.dueAt)
    if (!isLost) this.executed.get(command.terminal)?.push(command.id)
    return lineOf(command)
  }

  expectedNext(terminal: string, time: number): Expected[] {
    const open = this.model.filter((one) => one.terminal === terminal && isOpen(one, time))
    const urgent = open.find((one) => one.isUrgent && one.made === 0)
    const others = open.filter((one) => !one.isUrgent && !isGivenUp(one, time))
    const [first] = others
    // With clocks that step back, a later one can be on the terminal while an earlier one is due again.
    const isFree = !others.some((one) => isOnTerminal(one, time))
    return [...(urgent ? [urgent] : []), ...(first && isFree ? [first] : [])]
  }

  async post(terminal: string, app: number, code: number): Promise<void> {
    const ids = this.executed.get(terminal) ?? []
    if (ids.length === 0) return
    this.executed.set(terminal, [])
    const lines = ids.map((id) => `ID=${id}&Return=${code}&CMD=CHECK`)
    await this.deliver(app, terminal, lines.join('\n'))
  }

  /** A post that the terminal repeats, because it did not see that it was answered. */
  async repeat(app: number, which: number): Promise<void> {
    const post = this.posted.at(-1 - which)
    if (post === undefined) return
    const [terminal, body, packet] = post
    if (packet === undefined) await this.deliver(app, terminal, body)
    else await this.deliverPacket(app, terminal, body, packet)
  }

  /** The rows of the latest query, in two packets, before its reply or without any. */
  async rows(terminal: string, apps: readonly number[], packets: readonly number[]): Promise<void> {
    const ids = this.executed.get(terminal) ?? []
    const id = ids.findLast((one) => this.find(terminal, one)?.text === QUERY)
    if (id === undefined) return
    for (const [place, index] of packets.entries()) {
      await this.deliverPacket(apps[place] ?? 0, terminal, id, `${index}`)
    }
  }

  async deliverPacket(app: number, terminal: string, id: string, packet: string): Promise<void> {
    this.clock(app)
    this.posted.push([terminal, id, packet])
    const query = `type=tabledata&tablename=user&cmdid=${id}&count=1&packcnt=2&packidx=${packet}`
    const body = packet === '1' ? 'user pi' : 'n=7\n'
    expect(await request(app, terminal, body, `querydata?${query}&`)).toBe('user=1')
    const packets = this.packets.get(`${terminal} ${id}`) ?? new Set()
    this.packets.set(`${terminal} ${id}`, packets.add(packet))
    const command = this.find(terminal, id)
    if (command === undefined || packets.size < 2) return
    if (command.code === undefined || command.code === -5000) command.code = ROWS
  }

  /** A reply to what the terminal was never given, such as one to a command of its old server. */
  async stray(terminal: string, app: number, which: number): Promise<void> {
    const unsent = this.model.filter((one) => one.terminal === terminal && one.made === 0)
    const command = unsent.at(-1 - which)
    if (command) await this.deliver(app, terminal, `ID=${command.id}&Return=0&CMD=CHECK`)
  }

  async deliver(app: number, terminal: string, body: string): Promise<void> {
    this.clock(app)
    this.posted.push([terminal, body])
    expect(await request(app, terminal, body)).toBe('OK')
    for (const [, id = '', code] of body.matchAll(/ID=(\w+)&Return=(-?\d+)/g)) {
      const command = this.find(terminal, id)
      // A number may be that of a command of the terminal's old server.
      if (command === undefined || (/^\d+$/.test(id) && command.made === 0)) continue
      // A pending reply never replaces another.
      if (code !== '-5000' || command.code === undefined) command.code = Number(code)
    }
  }

  async cancel(which: number, app: number): Promise<void> {
    const command = this.model.at(-1 - which)
    if (command === undefined) return
    this.clock(app)
    const isFinal = command.code !== undefined && command.code !== -5000
    const identity = { serialNumber: command.terminal, commandId: command.id }
    const canClose = !isFinal && command.closed === undefined
    expect(await this.commands.cancel(identity)).toBe(canClose)
    if (canClose) command.closed = 'cancelled'
  }

  /** Power is lost: what was not posted is forgotten, and the terminal starts anew. */
  restart(terminal: string, app: number): void {
    const time = this.clock(app)
    this.executed.set(terminal, [])
    this.memory.release(terminal, new Date())
    for (const command of this.model) {
      if (command.terminal !== terminal || command.made === 0 || !isOpen(command, time)) continue
      command.dueAt = Math.min(command.dueAt, time)
      const isLast = command.made >= command.attempts
      if (isLast) command.openUntil = Math.min(command.openUntil, time)
    }
  }

  find(terminal: string, id: string): Expected | undefined {
    return this.model.find((one) => one.terminal === terminal && one.id === id)
  }

  /** What an app is told stays true, whatever other clocks say. */
  async check(app: number): Promise<void> {
    const time = this.clock(app)
    const identities = this.model.map(({ terminal: serialNumber, id: commandId }) => {
      return { serialNumber, commandId }
    })
    const seen = await this.commands.look(identities)
    for (const [index, command] of this.model.entries()) {
      const state = expectedState(command, time)
      if (state === 'expired' || state === 'unanswered') command.closed = state
      expect(seen[index]?.state).toBe(state)
      expect(seen[index]?.attemptsMade).toBe(command.made)
    }
  }
}

function lineOf({ id, text }: Expected): string {
  return `C:${id}:${text}\n`
}

function isOpen({ code, closed, openUntil }: Expected, time: number): boolean {
  return code === undefined && closed === undefined && time < openUntil
}

function isOnTerminal({ made, sentAt, dueAt }: Expected, time: number): boolean {
  return made > 0 && time < dueAt && sentAt - time <= dueAt - sentAt
}

function isGivenUp(command: Expected, time: number): boolean {
  const { made, attempts, expiresAt, openUntil } = command
  if (isOnTerminal(command, time)) return false
  return made >= attempts || time >= expiresAt || time >= openUntil
}

function expectedState(command: Expected, time: number): string {
  const { code, closed, made } = command
  if (code === 0 || code === ROWS) return 'succeeded'
  if (code === -1) return 'failed'
  if (closed !== undefined) return closed
  if (code === -5000) return 'sent'
  if (isGivenUp(command, time)) return made > 0 ? 'unanswered' : 'expired'
  return made > 0 ? 'sent' : 'waiting'
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
  const { openCommands, claim, findRecord, onReply } = memory
  return {
    ...memory,
    ...{ openCommands: slow(openCommands), claim: slow(claim) },
    ...{ findRecord: slow(findRecord), onReply: slow(onReply) },
  } as unknown as MemoryAdapter
}

async function request(app: number, terminal: string, body?: string, path = '?'): Promise<string> {
  const url = `http://127.0.0.1:${ports[app]}/${path}SN=${terminal}`
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body })
  return await answer.text()
}

type Step = (world: World) => unknown

const terminal = fc.constantFrom(...TERMINALS)
const app = fc.nat({ max: 1 })
const which = fc.nat({ max: 5 })
const own = fc.constantFrom('own1', 'own2', '7')
const asked = fc.record({
  attempts: fc.integer({ min: 1, max: 3 }),
  wait: fc.constantFrom(10, 60),
  ttl: fc.constantFrom(0, 0, 5, 90),
  kind: fc.constantFrom(...(['plain', 'query', 'query', 'urgent', 'keyed'] as const)),
})
const issues = fc.tuple(terminal, app, asked, fc.option(own, { freq: 4, nil: undefined })).map(
  ([one, by, how, id]): Step =>
    (world) =>
      world.issue(one, by, how, id),
)
// Polls at the same moment go by one clock: the model tells no order of two.
const together = fc.constantFrom([0], [1], [0], [1], [0, 1])
const polls = fc.tuple(terminal, together, fc.nat({ max: 3 })).map(
  ([one, apps, luck]): Step =>
    (world) =>
      world.poll(one, apps, luck === 0),
)
const posts = fc.tuple(terminal, app, fc.constantFrom(0, 0, -1, -5000)).map(
  ([one, to, code]): Step =>
    (world) =>
      world.post(one, to, code),
)
const results = fc
  .tuple(terminal, fc.tuple(app, app), fc.constantFrom([1, 2], [1, 2], [2, 1], [1], [2], [1, 2, 1]))
  .map(
    ([one, to, packets]): Step =>
      (world) =>
        world.rows(one, to, packets),
  )
const others = fc.oneof(
  fc.tuple(app, which).map(
    ([to, one]): Step =>
      (world) =>
        world.repeat(to, one),
  ),
  fc.tuple(terminal, app, which).map(
    ([one, to, unsent]): Step =>
      (world) =>
        world.stray(one, to, unsent),
  ),
  fc.tuple(terminal, own).map(
    ([one, id]): Step =>
      (world) =>
        world.refuse(one, id),
  ),
  fc.tuple(which, app).map(
    ([one, by]): Step =>
      (world) =>
        world.cancel(one, by),
  ),
  fc.tuple(terminal, app).map(
    ([one, to]): Step =>
      (world) =>
        world.restart(one, to),
  ),
)
const passes = fc.integer({ min: 1, max: 100 }).map(
  (seconds): Step =>
    (world) => {
      world.now += seconds * 1000
    },
)
// Clocks of two processes are apart by a little, step back, and jump ahead.
const shifts = fc.tuple(app, fc.constantFrom(0, 0, 3, -3, 40, -40, 3600, -3600, 31e6)).map(
  ([one, seconds]): Step =>
    (world) => {
      world.offsets[one] = seconds * 1000
    },
)
const checks = app.map(
  (one): Step =>
    (world) =>
      world.check(one),
)
const step = fc.oneof(
  { arbitrary: issues, weight: 4 },
  { arbitrary: polls, weight: 5 },
  { arbitrary: posts, weight: 3 },
  { arbitrary: results, weight: 2 },
  { arbitrary: others, weight: 2 },
  { arbitrary: passes, weight: 2 },
  { arbitrary: checks, weight: 2 },
)

const holds = (steps: fc.Arbitrary<Step>, isChecked: boolean) =>
  fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 60 }), async (schedule) => {
    const world = new World()
    for (const happen of schedule) {
      await happen(world)
      if (isChecked) await world.check(0)
    }
    await world.check(0)
    await world.check(1)
  })

it('Three terminals and two app processes do what the model says', {
  timeout: 120_000,
}, async () => {
  await fc.assert(holds(step, true), { numRuns })
})

it('They do so with clocks that are apart, step back and jump ahead', {
  timeout: 120_000,
}, async () => {
  const steps = fc.oneof({ arbitrary: step, weight: 9 }, { arbitrary: shifts, weight: 1 })
  await fc.assert(holds(steps, false), { numRuns })
})
