import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'
import { claimsOf, type DueCommand, plan } from '../../src/queue/plan.js'
import { stateOf } from '../../src/queue/state.js'
import type { CommandRecord, DeliveryTerms, OpenCommand } from '../../src/queue/storage.js'
import { parseReplies } from '../../src/reply/parse.js'

const SN = 'A'
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)

function record(commandId: string, rest: Partial<OpenCommand> = {}): DueCommand {
  return {
    serialNumber: SN,
    commandId,
    text: 'CHECK',
    terms: { attempts: 2, replyWithin: 60_000 },
    attemptsMade: 0,
    ...rest,
  }
}

const onTerminal = { attemptsMade: 1, sentAt: at(0), replyDueAt: at(60) }
const due = { attemptsMade: 1, sentAt: at(-60), replyDueAt: at(0) }
const givenUp = { attemptsMade: 2, sentAt: at(-60), replyDueAt: at(0), openUntil: at(60) }
const last: Pick<DeliveryTerms, 'endsAnswer'> = { endsAnswer: true }

describe('What a poll gets', () => {
  const ids = (open: OpenCommand[], maxCommands = 1, maxBytes = 100) => {
    const { urgent, due } = plan(open, at(0), { maxCommands, maxBytes, bytesOf: () => 40 })
    return (urgent ? [urgent, ...due] : due).map(({ commandId }) => commandId)
  }
  const urgent = (commandId: string, rest: Partial<OpenCommand> = {}) =>
    record(commandId, {
      terms: { attempts: 1, replyWithin: 60_000, expiresAt: at(5), urgent: true },
      ...rest,
    })

  it.each<[string, OpenCommand[], number, string[]]>([
    ['nothing if there is nothing', [], 1, []],
    ['the first', [record('1'), record('2')], 1, ['1']],
    ['nothing while one is on the terminal', [record('1', onTerminal), record('2')], 1, []],
    ['what is due again, before the next', [record('1', due), record('2')], 1, ['1']],
    ['the next after one that is given up', [record('1', givenUp), record('2')], 1, ['2']],
    ['as many as are allowed', [record('1'), record('2'), record('3')], 2, ['1', '2']],
    ['the rest of what is allowed', [record('1', onTerminal), record('2'), record('3')], 2, ['2']],
    ['no more than fits', [record('1'), record('2'), record('3')], 3, ['1', '2']],
    [
      'nothing after a command that ends the answer',
      [record('1'), record('2', { terms: { attempts: 1, replyWithin: 1, ...last } }), record('3')],
      3,
      ['1', '2'],
    ],
    [
      'nothing while such a command is on the terminal',
      [
        record('1', { ...onTerminal, terms: { attempts: 1, replyWithin: 1, ...last } }),
        record('2'),
      ],
      3,
      [],
    ],
    ['an urgent command first', [urgent('u'), record('1')], 1, ['u', '1']],
    ['one urgent command', [urgent('u'), urgent('v'), record('1')], 1, ['u', '1']],
    [
      'an urgent command beside what is on the terminal',
      [urgent('u'), record('1', onTerminal), record('2')],
      1,
      ['u'],
    ],
    [
      'an urgent command beside one that ends the answer',
      [urgent('u'), record('1', { terms: { attempts: 1, replyWithin: 1, ...last } }), record('2')],
      3,
      ['u', '1'],
    ],
    [
      'as much as fits, whatever the urgent command has',
      [urgent('u'), record('1'), record('2'), record('3')],
      3,
      ['u', '1', '2'],
    ],
    [
      'the next, though an urgent command is on the terminal',
      [urgent('u', onTerminal), record('1')],
      1,
      ['1'],
    ],
    [
      'what was sent by a clock an hour ahead',
      [record('1', { attemptsMade: 1, sentAt: at(3600), replyDueAt: at(3660) })],
      1,
      ['1'],
    ],
    [
      'nothing that was sent by a clock a little ahead',
      [record('1', { attemptsMade: 1, sentAt: at(60), replyDueAt: at(120) })],
      1,
      [],
    ],
  ])('A poll gets %s', (_title, open, maxCommands, expected) => {
    expect(ids(open, maxCommands)).toEqual(expected)
  })

  it('A poll gets one command, however large', () => {
    expect(ids([record('1'), record('2')], 5, 39)).toEqual(['1'])
  })

  it('A poll gets no expired command', () => {
    const expired = record('1', { terms: { attempts: 1, replyWithin: 1, expiresAt: at(0) } })
    expect(ids([expired, record('2')])).toEqual(['2'])
  })
})

describe('A claim', () => {
  const claim = (rest: Partial<OpenCommand>) => claimsOf([record('1', rest)], at(100))[0]

  it('A claim counts the attempt, and waits twice as long with the second', () => {
    expect(claim({ terms: { attempts: 3, replyWithin: 60_000 } })).toEqual({
      commandId: '1',
      attempt: 1,
      sentAt: at(100),
      replyDueAt: at(160),
    })
    expect(claim({ attemptsMade: 1, terms: { attempts: 3, replyWithin: 60_000 } })).toEqual({
      commandId: '1',
      attempt: 2,
      sentAt: at(100),
      replyDueAt: at(220),
    })
  })

  it('A claim keeps the command open until its last reply is due', () => {
    expect(claim({ terms: { attempts: 1, replyWithin: 60_000 } })?.openUntil).toEqual(at(160))
    const terms = { attempts: 1, replyWithin: 60_000, expiresAt: at(500) }
    expect(claim({ terms })?.openUntil).toEqual(at(160))
  })

  it('A claim keeps the command open until it has expired and its reply is due', () => {
    const terms = { attempts: 2, replyWithin: 60_000 }
    expect(claim({ terms: { ...terms, expiresAt: at(120) } })?.openUntil).toEqual(at(160))
    expect(claim({ terms: { ...terms, expiresAt: at(500) } })?.openUntil).toEqual(at(500))
  })

  it('A claim leaves out what has expired since the plan, and what is behind it', () => {
    const expiring = record('2', { terms: { attempts: 1, replyWithin: 1, expiresAt: at(100) } })
    const planned = [record('1'), expiring, record('3')]
    expect(claimsOf(planned, at(99)).map(({ commandId }) => commandId)).toEqual(['1', '2', '3'])
    expect(claimsOf(planned, at(100)).map(({ commandId }) => commandId)).toEqual(['1'])
  })
})

/** One terminal, its commands in memory, and a clock that the history moves. */
class World {
  readonly maxCommands: number
  readonly adapter = memoryAdapter()
  readonly ids: string[] = []
  readonly handedOut = new Map<string, number>()
  /** The two app processes: what each has planned and not claimed yet. */
  readonly planned: DueCommand[][] = [[], []]
  now = 0
  isOrderKnown = true

  constructor(maxCommands: number) {
    this.maxCommands = maxCommands
  }

  issue(terms: DeliveryTerms, expiresAfter: number | undefined): void {
    const commandId = String(this.ids.length)
    this.ids.push(commandId)
    const expiresAt = expiresAfter === undefined ? {} : { expiresAt: at(this.now + expiresAfter) }
    this.adapter.issue([
      {
        command: { serialNumber: SN, commandId, text: 'CHECK' },
        terms: { ...terms, ...expiresAt },
        issuedAt: at(this.now),
        ...(expiresAt.expiresAt && { openUntil: expiresAt.expiresAt }),
      },
    ])
  }

  read(app: number): void {
    const bounds = { limit: 100, maxBytes: 1000 }
    const { records } = this.adapter.openCommands(SN, at(this.now), bounds)
    const limits = { maxCommands: this.maxCommands, maxBytes: 1000, bytesOf: () => 10 }
    this.planned[app] = plan(records, at(this.now), limits).due
  }

  claim(app: number): void {
    const claims = claimsOf(this.planned[app] ?? [], at(this.now))
    this.planned[app] = []
    for (const id of this.adapter.claim(SN, claims)) this.checkHandOut(id)
    const terminal = this.ids.filter((id) => this.isOnTerminal(id))
    if (claims.length > 0) expect(terminal.length).toBeLessThanOrEqual(this.maxCommands)
  }

  checkHandOut(id: string): void {
    const made = (this.handedOut.get(id) ?? 0) + 1
    this.handedOut.set(id, made)
    const { terms } = this.record(id)
    expect(made).toBeLessThanOrEqual(terms?.attempts ?? 0)
    if (terms?.expiresAt) expect(terms.expiresAt > at(this.now)).toBe(true)
    if (!this.isOrderKnown) return
    for (const earlier of this.ids.slice(0, this.ids.indexOf(id))) {
      if (this.maxCommands === 1) expect(this.isOpen(earlier)).toBe(false)
      else if (!this.handedOut.has(earlier)) expect(this.isOpen(earlier)).toBe(false)
    }
  }

  reply(id: string, code: number): void {
    const body = Buffer.from(`ID=${id}&Return=${code}&CMD=CHECK`)
    const hadFinal = this.hasFinalReply(id)
    for (const reply of parseReplies(body, { serialNumber: SN }).replies)
      this.adapter.onReply(reply, undefined)
    if (code === 0) expect(this.state(id)).toBe('succeeded')
    if (code < 0 && code !== -5000) expect(this.state(id)).toBe('failed')
    if (code === -5000) expect(this.hasFinalReply(id)).toBe(hadFinal)
  }

  record(id: string): CommandRecord {
    return this.adapter.findRecord(SN, id) ?? { attemptsMade: 0 }
  }
  state(id: string): string {
    return stateOf(this.record(id), at(this.now))
  }
  hasFinalReply(id: string): boolean {
    return ['succeeded', 'failed', 'unknown'].includes(this.state(id))
  }
  isOpen(id: string): boolean {
    return this.record(id).reply === undefined && ['waiting', 'sent'].includes(this.state(id))
  }
  isOnTerminal(id: string): boolean {
    const { sentAt, replyDueAt } = this.record(id)
    if (!this.isOpen(id) || sentAt === undefined || replyDueAt === undefined) return false
    // What a clock sent that was further ahead than the attempt waits counts as due.
    const wait = replyDueAt.getTime() - sentAt.getTime()
    return replyDueAt > at(this.now) && sentAt.getTime() - at(this.now).getTime() <= wait
  }
}

const app = fc.nat({ max: 1 })
const pick = fc.nat({ max: 5 })
const steps = fc.oneof(
  fc
    .record({
      attempts: fc.integer({ min: 1, max: 3 }),
      replyWithin: fc.constantFrom(10_000, 60_000),
      expiresAfter: fc.constantFrom(undefined, undefined, 5, 30, 100),
      endsAnswer: fc.boolean(),
    })
    .map(
      ({ expiresAfter, ...terms }) =>
        (world: World) =>
          world.issue(terms, expiresAfter),
    ),
  app.map((one) => (world: World) => world.read(one)),
  app.map((one) => (world: World) => world.claim(one)),
  app.map((one) => (world: World) => {
    world.read(one)
    world.claim(one)
  }),
  fc.tuple(pick, fc.constantFrom(0, -1, -5000)).map(([one, code]) => (world: World) => {
    const id = world.ids.at(-1 - one)
    if (id !== undefined) world.reply(id, code)
  }),
  pick.map((one) => (world: World) => {
    const id = world.ids.at(-1 - one)
    if (id !== undefined) world.adapter.cancel(SN, { ids: [id] }, at(world.now), 'cancelled')
  }),
  fc.constant((world: World) => world.adapter.release(SN, at(world.now))),
  fc.integer({ min: 1, max: 80 }).map((seconds) => (world: World) => {
    world.now += seconds
  }),
)
const stepBack = fc.integer({ min: 1, max: 200 }).map((seconds) => (world: World) => {
  world.now -= seconds
  world.isOrderKnown = false
  // A poll during the step plans by one clock and would be judged by the other.
  world.planned.fill([])
})

describe('Whatever the order of issues, polls, replies, crashes, cancellations and handshakes', () => {
  const histories = (step: typeof steps) =>
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { minLength: 10, maxLength: 60 }),
      (maxCommands, history) => {
        const world = new World(maxCommands)
        for (const happen of history) happen(world)
        // The terminal polls on: nothing may stay open.
        for (let poll = 0; poll < 3 * world.ids.length + 1; poll++) {
          world.now += 1000
          world.read(0)
          world.claim(0)
        }
        world.now += 1000
        expect(world.ids.filter((id) => world.isOpen(id))).toEqual([])
      },
    )

  it('Order, attempts, expiry and replies hold, and nothing stays open', () => {
    fc.assert(histories(steps), { numRuns: 500 })
  })

  it('Attempts, expiry and replies hold even if the clock steps back', () => {
    fc.assert(histories(fc.oneof(steps, stepBack)), { numRuns: 300 })
  })
})
