// What PostgreSQL answers is what memory answers, over random histories.
import fc from 'fast-check'
import { expect, it, onTestFinished, vi } from 'vitest'
import { memoryAdapter, parseReplies, parseUpload } from '../../src/index.js'
import type { Page } from '../../src/kept.js'
import { postgresAdapter } from '../../src/postgres.js'
import {
  COMMAND_STATES,
  type CommandFilter,
  type CommandState,
  type QueuedCommand,
} from '../../src/queue/storage.js'
import { blocksIn } from '../support/page.js'
import { openDatabase } from '../support/postgres-database.js'

const START = Date.UTC(2026, 9, 5, 7)
const MINUTE = 60_000
const TERMINALS = ['T1', 'T2']
const IDS = Array.from({ length: 24 }, (_, index) => `c${index}`)

const terminal = fc.constantFrom(...TERMINALS)
const id = fc.constantFrom(...IDS)
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 4 })
const offset = fc.integer({ min: -5, max: 40 })
const pin = fc.constantFrom('7', '8')
const key = fc.constantFrom('a', 'b')

const issued = fc.record({
  id,
  pin,
  size: fc.constantFrom(0, 10, 400, 2000),
  key: fc.option(key, { nil: undefined }),
  attempts: fc.constantFrom(1, 2, 5),
  expiresAfter: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  urgent: fc.boolean(),
  employee: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
})

const filter = fc.record(
  {
    serialNumber: terminal,
    key,
    pin,
    members: fc.record({ employee: fc.constantFrom(1, 2) }),
    state: fc.uniqueArray(fc.constantFrom(...COMMAND_STATES)),
    since: offset.map(moment),
    before: offset.map(moment),
  },
  { requiredKeys: [] },
)

const step = fc.oneof(
  fc.record({ do: fc.constant('tick' as const), minutes: fc.integer({ min: -3, max: 10 }) }),
  fc.record({
    do: fc.constant('issue' as const),
    terminal,
    commands: fc.array(issued, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('sent' as const), terminal, id }),
  fc.record({
    do: fc.constant('poll' as const),
    terminal,
    limit: fc.integer({ min: 1, max: 5 }),
    maxBytes: fc.constantFrom(1, 500, 3000),
    isClaimed: fc.boolean(),
    wait: fc.integer({ min: -2, max: 4 }),
  }),
  fc.record({ do: fc.constant('release' as const), terminal }),
  fc.record({
    do: fc.constant('cancel' as const),
    terminal,
    ids,
    reason: fc.constantFrom('cancelled' as const, 'superseded' as const, 'expired' as const),
  }),
  fc.record({
    do: fc.constant('unanswered' as const),
    terminal,
    ids,
    attemptsMade: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({
    do: fc.constant('supersede' as const),
    terminal,
    key,
    before: id,
    reason: fc.constantFrom('superseded' as const, 'cancelled' as const),
  }),
  fc.record({
    do: fc.constant('reply' as const),
    terminal,
    replies: fc.array(
      fc.record({
        id,
        code: fc.constantFrom('0', '-1', '-5000', 'x'),
        rows: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
        pin,
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    do: fc.constant('upload' as const),
    terminal,
    table: fc.constantFrom('ATTLOG', 'OPERLOG'),
    lines: fc.array(
      fc.tuple(pin, offset).map(([who, minutes]) => ({ who, at: moment(minutes) })),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  fc.record({ do: fc.constant('forget' as const), minutes: offset }),
  fc.record({ do: fc.constant('forgetPerson' as const), pin, terminal }),
)

function moment(minutes: number): Date {
  return new Date(START + minutes * MINUTE)
}

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never
type Adapter = ReturnType<typeof memoryAdapter> | ReturnType<typeof postgresAdapter>

/** What an adapter answers to a step; an error as its message. */
async function answerOf(adapter: Adapter, step: Step): Promise<unknown> {
  try {
    return await taken(adapter, step)
  } catch (error) {
    return (error as Error).message
  }
}

async function taken(adapter: Adapter, step: Step): Promise<unknown> {
  const now = new Date()
  switch (step.do) {
    case 'tick':
      return undefined
    case 'issue':
      return adapter.issue(step.commands.map((one) => queued(step.terminal, one, now)))
    case 'sent':
      return adapter.recordSent(commandOf(step.terminal, step.id, 'CHECK'))
    case 'poll': {
      const open = await adapter.openCommands(step.terminal, now, step)
      if (!step.isClaimed) return open
      const claims = open.records.map(({ commandId, attemptsMade, terms }) => {
        const replyDueAt = new Date(now.getTime() + step.wait * MINUTE)
        const { attempts, expiresAt } = terms
        const openUntil =
          attemptsMade + 1 < attempts
            ? expiresAt && new Date(Math.max(expiresAt.getTime(), replyDueAt.getTime()))
            : replyDueAt
        return {
          commandId,
          attempt: attemptsMade + 1,
          sentAt: now,
          replyDueAt,
          ...(openUntil !== undefined && { openUntil }),
        }
      })
      return [open, await adapter.claim(step.terminal, claims)]
    }
    case 'release':
      return adapter.release(step.terminal, now)
    case 'cancel':
      return sorted(await adapter.cancel(step.terminal, { ids: step.ids }, now, step.reason))
    case 'unanswered':
      return sorted(await adapter.cancel(step.terminal, step, now, 'unanswered'))
    case 'supersede':
      return sorted(await adapter.cancel(step.terminal, step, now, step.reason))
    case 'reply': {
      const answers: unknown[] = []
      for (const { id, code, rows, pin } of step.replies) {
        const [reply] = parseReplies(Buffer.from(`ID=${id}&Return=${code}&CMD=DATA&PIN=${pin}`), {
          serialNumber: step.terminal,
        }).replies
        if (reply === undefined) throw new Error('not a reply')
        const command = (await adapter.findRecord(step.terminal, id))?.command
        const told = rows === undefined ? reply : { ...reply, returnCode: null, rows }
        answers.push(await adapter.onReply(told, command))
        vi.setSystemTime(Date.now() + 1)
      }
      return answers
    }
    case 'upload': {
      const lines = step.lines.map(({ who, at }) => {
        const time = at.toISOString().slice(0, 19).replace('T', ' ')
        return step.table === 'ATTLOG' ? `${who}\t${time}\t0\t1` : `USER PIN=${who}\tName=${time}`
      })
      const body = Buffer.from([...lines, 'junk'].join('\n'))
      const parsed = parseUpload(body, { table: step.table })
      return adapter.onUpload({
        ...{ serialNumber: step.terminal, table: step.table, query: Object.create(null) },
        ...{ receivedAt: now, body, ...parsed },
      })
    }
    case 'forget':
      return adapter.forget(moment(step.minutes))
    case 'forgetPerson':
      return adapter.forgetPerson({ pin: step.pin, serialNumbers: [step.terminal] })
  }
}

function commandOf(serialNumber: string, commandId: string, text: string, members = {}) {
  return { serialNumber, commandId, text, ...members }
}

function queued(
  serialNumber: string,
  one: typeof issued extends fc.Arbitrary<infer Value> ? Value : never,
  issuedAt: Date,
): QueuedCommand {
  const { id, pin, size, key, employee, urgent } = one
  const text = `DATA UPDATE USERINFO PIN=${pin}\tName=${'é'.repeat(size)}`
  const expiresAfter = urgent ? (one.expiresAfter ?? 3) : one.expiresAfter
  const expiresAt =
    expiresAfter === undefined ? undefined : new Date(issuedAt.getTime() + expiresAfter * MINUTE)
  return {
    command: commandOf(serialNumber, id, text, employee === undefined ? {} : { employee }),
    terms: {
      attempts: urgent ? 1 : one.attempts,
      replyWithin: MINUTE,
      ...(key !== undefined && { key }),
      ...(urgent && { urgent }),
      ...(expiresAt !== undefined && { expiresAt }),
    },
    issuedAt,
    ...(expiresAt !== undefined && { openUntil: expiresAt }),
  }
}

function sorted(closed: readonly string[]): string[] {
  return [...closed].sort()
}

/** All pages of a list, without their cursors. */
async function all<Row>(list: (after: object) => unknown): Promise<Row[]> {
  const rows: Row[] = []
  for (let after = {}; ; ) {
    const page = (await list(after)) as Page<Row>
    rows.push(...page.rows)
    if (page.next === undefined) return rows
    after = { after: page.next }
  }
}

/** Everything that can be read. */
async function readingOf(adapter: Adapter, asked: CommandFilter): Promise<unknown> {
  const now = new Date()
  const identities = TERMINALS.flatMap((serialNumber) => {
    return IDS.map((commandId) => ({ serialNumber, commandId }))
  })
  const summaries = await adapter.findSummaries(identities)
  const byState: Partial<Record<CommandState, unknown>> = {}
  for (const state of COMMAND_STATES) {
    byState[state] = await all((after) => adapter.listCommands({ state, limit: 3, ...after }, now))
  }
  const { serialNumber, since } = asked
  const counted = {
    ...(serialNumber !== undefined && { serialNumber }),
    ...(since !== undefined && { since }),
  }
  return {
    records: await Promise.all(
      identities.map((each) => adapter.findRecord(each.serialNumber, each.commandId)),
    ),
    summaries: new Map(summaries.map((each) => [`${each.serialNumber} ${each.commandId}`, each])),
    open: await Promise.all(
      TERMINALS.map((each) => adapter.openCommands(each, now, { limit: 100, maxBytes: 4000 })),
    ),
    asked: await all((after) => adapter.listCommands({ ...asked, limit: 2, ...after }, now)),
    commands: await all((after) => adapter.listCommands({ limit: 7, ...after }, now)),
    byState,
    counts: await adapter.countCommands(counted, now),
    replies: await all((after) => adapter.listReplies({ limit: 2, ...after })),
    pending: await adapter.listReplies({ outcome: 'pending', ...counted }),
    attendance: await all((after) => adapter.listAttendance({ limit: 2, ...after })),
    ofDay: await adapter.listAttendance({ day: '2026-10-05', pin: '7', ...counted }),
    uploads: await all((after) => adapter.listUploads({ limit: 2, ...after })),
    users: await adapter.listUploads({ type: 'user', pin: '7', ...counted }),
    unparsed: await adapter.listUploads({ kind: 'unparsed' }),
  }
}

const [partition = ''] = blocksIn('sql', 'docs/postgresql.md')
  .map(({ text }) => text)
  .filter((text) => text.includes('PARTITION BY'))

it.each([
  ['PostgreSQL', 20, ''],
  ['PostgreSQL on partitioned tables', 10, partition],
])('%s answers what memory answers', { timeout: 600_000 }, async (_, runs, statement) => {
  const { pool, schema, remove } = await openDatabase()
  onTestFinished(remove)
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const postgres = postgresAdapter(pool, { schema })
  await postgres.migrate()
  if (statement !== '') await pool.query(statement.replaceAll('iclock', schema))
  const tables = ['commands', 'attendance', 'uploads', 'unparsed', 'terminals', 'forgotten']
  const emptied = tables.map((table) => `"${schema}".${table}`).join(', ')
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      filter,
      async (steps, asked) => {
        await pool.query(`TRUNCATE ${emptied}`)
        const memory = memoryAdapter()
        let now = START
        for (const one of steps) {
          now += one.do === 'tick' ? one.minutes * MINUTE : 1
          vi.setSystemTime(now)
          const expected = await answerOf(memory, one)
          vi.setSystemTime(now)
          expect(await answerOf(postgres, one), one.do).toEqual(expected)
          now = Date.now()
        }
        expect(await readingOf(postgres, asked)).toEqual(await readingOf(memory, asked))
      },
    ),
    { numRuns: runs },
  )
})
