// An adapter beside memoryAdapter(): the same random history, and the same answers.
import { expect, vi } from 'vitest'
import { memoryAdapter, parseReplies, parseUpload } from '../../src/index.js'
import type { RetentionStorage } from '../../src/kept.js'
import type { MemoryAdapter } from '../../src/memory.js'
import {
  type Claim,
  COMMAND_STATES,
  type CommandStorage,
  type DeliveryTerms,
} from '../../src/queue/storage.js'
import type { ReplyStorage } from '../../src/reply/storage.js'
import type { TerminalStorage } from '../../src/terminal/storage.js'
import type { UploadStorage } from '../../src/upload/storage.js'

/** Everything that an adapter of this package can do. */
export type WholeAdapter = Required<CommandStorage> &
  Required<Omit<ReplyStorage, 'findCommand' | 'findCommands' | 'onReplies'>> &
  Required<UploadStorage> &
  Required<TerminalStorage> &
  RetentionStorage

const TERMINALS = ['A', 'B']
const START = Date.UTC(2020, 0, 1)
const MINUTE = 60_000

/**
 * Does the same to an adapter and to memory, and compares all that they answer. The clock of the
 * process is one that only the history moves.
 */
export async function expectAlike(adapter: WholeAdapter, seed: number, steps = 120): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: START })
  try {
    await live(adapter, seed, steps)
  } finally {
    vi.useRealTimers()
  }
}

async function live(adapter: WholeAdapter, seed: number, steps: number): Promise<void> {
  const memory = memoryAdapter()
  const random = randomOf(seed)
  const pick = <One>(list: readonly One[]): One => list[random(list.length)] as One
  const chance = (percent: number) => random(100) < percent
  let clock = START
  let issued = 0
  const now = () => new Date(clock)
  const skewed = () => new Date(clock + (chance(20) ? random(10 * MINUTE) - 5 * MINUTE : 0))
  const anyId = () => `${1 + random(issued + 2)}`

  async function both<Answer>(call: (one: WholeAdapter | MemoryAdapter) => Answer) {
    const own = await settled(() => call(adapter))
    const expected = await settled(() => call(memory))
    expect(shown(own)).toEqual(shown(expected))
    return expected.answer as Awaited<Answer>
  }

  function terms(): DeliveryTerms & { openUntil?: Date } {
    if (chance(20)) {
      const expiresAt = new Date(clock + 1 + random(3 * MINUTE))
      return { attempts: 1, replyWithin: MINUTE, expiresAt, urgent: true }
    }
    return {
      attempts: 1 + random(3),
      replyWithin: MINUTE,
      ...(chance(30) && { expiresAt: new Date(clock + 1 + random(5 * MINUTE)) }),
      ...(chance(40) && { key: pick(['a', 'b']) }),
    }
  }

  const deeds: Record<string, () => Promise<unknown>> = {
    issue() {
      const queued = Array.from({ length: 1 + random(3) }, () => {
        const own = terms()
        const text = pick(['CHECK', 'DATA UPDATE USERINFO PIN=7', `SHELL ${'x'.repeat(400)}`])
        const commandId = chance(90) ? `${++issued}` : anyId()
        const members = chance(50) ? { employee: random(3), 'a.b': pick(['x', null, true]) } : {}
        const command = { serialNumber: pick(TERMINALS), commandId, text, ...members }
        const openUntil = own.expiresAt && { openUntil: own.expiresAt }
        return { command, terms: own, issuedAt: now(), ...openUntil }
      })
      return both((one) => one.issue(queued))
    },
    async poll() {
      const serialNumber = pick(TERMINALS)
      const at = skewed()
      const bounds = { limit: 1 + random(4), maxBytes: pick([1, 100, 1000]) }
      const open = await both((one) => one.openCommands(serialNumber, at, bounds))
      const sentAt = skewed()
      const claims = (open?.records ?? []).flatMap(
        ({ commandId, attemptsMade, terms }): Claim[] => {
          if (chance(20)) return []
          const attempt = attemptsMade + (chance(90) ? 1 : 2)
          const replyDueAt = new Date(sentAt.getTime() + MINUTE * 2 ** attemptsMade)
          const { attempts, expiresAt } = terms
          const isLast = attempt >= attempts
          const until = expiresAt && expiresAt > replyDueAt ? expiresAt : replyDueAt
          const openUntil = isLast ? replyDueAt : expiresAt && until
          return [{ commandId, attempt, sentAt, replyDueAt, ...(openUntil && { openUntil }) }]
        },
      )
      await both((one) => one.claim(serialNumber, claims))
    },
    release() {
      const [serialNumber, at] = [pick(TERMINALS), skewed()]
      return both((one) => one.release(serialNumber, at))
    },
    cancel() {
      const serialNumber = pick(TERMINALS)
      const reason = pick(['cancelled', 'superseded', 'expired', 'unanswered'] as const)
      const attempts = 1 + random(2)
      const which = {
        ids: [...new Set([anyId(), anyId(), anyId()])],
        ...(reason === 'unanswered' && { attemptsMade: attempts }),
      }
      const at = now()
      return both(async (one) => [...(await one.cancel(serialNumber, which, at, reason))].sort())
    },
    supersede() {
      const [serialNumber, key, before, at] = [pick(TERMINALS), pick(['a', 'b']), anyId(), now()]
      const which = { key, before }
      return both(async (one) => {
        return [...(await one.cancel(serialNumber, which, at, 'superseded'))].sort()
      })
    },
    reply() {
      const [serialNumber, id] = [pick(TERMINALS), anyId()]
      const body = `ID=${id}&Return=${pick([0, 0, -1, -5000])}&CMD=DATA${chance(20) ? '&PIN=7' : ''}`
      const [reply] = parseReplies(Buffer.from(body), { serialNumber }).replies
      if (reply === undefined) throw new Error(body)
      const answer = chance(10) ? { ...reply, returnCode: null, rows: random(3) } : reply
      return both(async (one) => {
        const record = await one.findRecord(serialNumber, id)
        return one.onReply(answer, record?.command)
      })
    },
    upload() {
      const table = pick(['ATTLOG', 'OPERLOG', 'rtlog'])
      const day = `2020-01-0${1 + random(9)}`
      const body = {
        ATTLOG: `${random(9)}\t${day} 07:00:00\t0\t1\n8\t${day} 08:00:00\t0\t1\nwhat ${random(9)}\n`,
        OPERLOG: `USER PIN=${random(9)}\tName=Ada\nOPLOG 4\t7\t${day} 07:00:00\t7\t0\t0\t0\n`,
        rtlog: `time=${day} 07:00:00\tpin=${random(9)}\tevent=0\r\n`,
      }[table] as string
      const bytes = Buffer.from(body)
      const query = Object.create(null) as Record<string, string>
      const at = { serialNumber: pick(TERMINALS), receivedAt: now() }
      const upload = { ...at, table, query, body: bytes, ...parseUpload(bytes, { table }) }
      return both((one) => one.onUpload(upload))
    },
    packet() {
      const [count, index] = [3, 1 + random(3)]
      const raw = Buffer.from(`part ${random(3)}`)
      const packet = { kind: 'packet', type: 'packet', table: 'user', index, count, raw } as const
      const at = { serialNumber: pick(TERMINALS), receivedAt: now(), commandId: pick(['1', '2']) }
      const query = Object.create(null) as Record<string, string>
      const upload = { ...at, query, body: raw, records: [packet], unparsed: [] }
      return both((one) => one.onUpload(upload))
    },
    contact() {
      const serialNumber = pick(TERMINALS)
      const rank = pick(['seen', 'proved', 'stated'] as const)
      const contact = {
        ...{ serialNumber, at: skewed(), kind: 'poll' as const, firmware: `Ver ${random(5)}` },
        ...(chance(50) && { family: pick(['access', 'attendance'] as const), familyRank: rank }),
        ...(chance(50) && { options: { '~a.b': `${random(5)}`, [`k${random(5)}`]: 'x' } }),
      }
      return both((one) => one.onContact(contact))
    },
    forget() {
      const before = new Date(clock - random(30 * MINUTE))
      return both((one) => one.forget(before))
    },
    forgetPerson() {
      const person = { pin: `${random(9)}`, serialNumbers: [pick(TERMINALS)] }
      return both((one) => one.forgetPerson(person))
    },
    async look() {
      const at = skewed()
      const serialNumber = pick(TERMINALS)
      const own = chance(50) ? { serialNumber } : {}
      const state = [...COMMAND_STATES].filter(() => chance(40))
      const narrow = pick([
        ...[{}, { state }, { state }, { state: pick(COMMAND_STATES) }, { pin: '7' }],
        ...[{ key: 'a' }, { members: { employee: 1 } }, { members: { 'a.b': null } }],
        ...[{ commandIds: ['1', '2', '3'], serialNumber }, { since: new Date(clock - 9 * MINUTE) }],
      ])
      const limit = 1 + random(5)
      const walk = async <Row>(
        list: (filter: object) => unknown,
        filter: object,
      ): Promise<Row[]> => {
        const rows: Row[] = []
        for (let after: string | undefined; ; ) {
          const given = { limit, ...filter, ...(after !== undefined && { after }) }
          const page = (await list(given)) as { rows: Row[]; next?: string }
          rows.push(...page.rows)
          if (page.next === undefined) return rows
          after = page.next
        }
      }
      await both((one) => walk((each) => one.listCommands(each, at), { ...own, ...narrow }))
      const counted = { ...own, ...(chance(50) && { state }) }
      await both((one) => one.countCommands(counted, at))
      await both((one) => walk((each) => one.listReplies(each), own))
      await both((one) => walk((each) => one.listReplies(each), { ...own, outcome: 'failed' }))
      const [day, pin] = [`2020-01-0${1 + random(9)}`, `${random(9)}`]
      const people = pick([{}, { day }, { pin }, { day, pin }])
      await both((one) => walk((each) => one.listAttendance(each), { ...own, ...people }))
      const kinds = pick([{}, { kind: 'fields' }, { type: 'user' }, { pin }, { kind: 'unparsed' }])
      await both((one) => walk((each) => one.listUploads(each), { ...own, ...kinds }))
      const terminals = pick([{}, { search: 'VER 1' }])
      await both((one) => walk((each) => one.listTerminals(each), terminals))
      const set = { table: 'user', count: 3, maxBytes: pick([17, 18]) }
      await both((one) => one.findPackets(serialNumber, '1', set))
      await both((one) => one.sumPackets(serialNumber, '1', set))
      await both((one) => one.findTerminal(serialNumber))
      const identities = ['1', '2', '9'].map((commandId) => ({ serialNumber, commandId }))
      await both(async (one) => {
        const found = await one.findSummaries(identities)
        return [...found].sort((a, b) => (a.commandId < b.commandId ? -1 : 1))
      })
      await both((one) => one.findBeginning(serialNumber, '1'))
      await both((one) => one.nextNumbers(serialNumber, 2))
    },
  }

  const often = ['issue', 'issue', 'poll', 'poll', 'poll', 'reply', 'upload', 'look', 'cancel']
  for (let step = 0; step < steps; step++) {
    clock += random(MINUTE)
    vi.setSystemTime(clock)
    const name = chance(80) ? pick(often) : pick(Object.keys(deeds))
    await deeds[name]?.().catch((error) => {
      error.message = `seed ${seed}, step ${step}, ${name}: ${error.message}`
      throw error
    })
  }
}

async function settled(call: () => unknown): Promise<{ answer?: unknown; error?: string }> {
  try {
    return { answer: await call() }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

// As text, for differences that read well; a member that is undefined is none.
function shown(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value ?? undefined
  if (value instanceof Date) return value.getTime()
  if (Buffer.isBuffer(value)) return value.toString('latin1')
  if (Array.isArray(value)) return value.map(shown)
  const members = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(members.map(([name, each]) => [name, shown(each)]))
}

function randomOf(seed: number): (below: number) => number {
  let state = (seed * 48_271 + 11) % 2_147_483_647
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}
