import { type CommandStartedEvent, type Document, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type CommandReply, parseReplies } from '../../src/index.js'
import { INDEXES } from '../../src/mongo/indexes.js'
import { mongoAdapter } from '../../src/mongo.js'
import { cursorOf } from '../../src/page.js'
import type { QueuedCommand } from '../../src/queue/storage.js'
import type { Upload, UploadRecord } from '../../src/upload/upload.js'

const url = inject('mongodbUrl')
const NOW = new Date('2026-10-05T07:00:00Z')
const LATER = new Date('2026-10-05T08:00:00Z')
const SN = 'A'

/** What one statement looks for. */
interface Search {
  collection: string
  filter: Document
  sort?: Document
}

type Keys = readonly [name: string, direction: number][]

const BY_ID: Keys = [['_id', 1]]
const RANGES = ['$gt', '$gte', '$lt', '$lte']

/** Whether an index finds the documents of a search, in its order. */
function isServed({ filter, sort = {} }: Search, indexes: readonly Keys[]): boolean {
  const conditions = Object.assign(
    {},
    ...[filter].flatMap(({ $and = [], ...own }) => [own, ...$and]),
  )
  const order = Object.entries<number>(sort)
  return indexes.some((keys) => {
    const equal = keys.findIndex(([name]) => !isEqual(conditions[name]))
    const fixed = equal === -1 ? keys.length : equal
    const [next] = keys[fixed] ?? []
    const isFound = fixed > 0 || (next !== undefined && isRange(conditions[next]))
    if (order.length === 0) return isFound
    return Array.from({ length: fixed + 1 }, (_, start) => keys.slice(start)).some((rest) => {
      const turns = order.map(([name, direction], place) => {
        const [key, way] = rest[place] ?? []
        return key === name ? direction * Number(way) : 0
      })
      return turns[0] !== 0 && turns.every((turn) => turn === turns[0])
    })
  })
}

function isEqual(condition: unknown): boolean {
  if (condition === undefined) return false
  if (typeof condition !== 'object' || condition === null) return true
  const operators = Object.keys(condition).filter((name) => name.startsWith('$'))
  return operators.length === 0 || operators.some((name) => ['$eq', '$in', '$all'].includes(name))
}

function isRange(condition: unknown): boolean {
  return RANGES.some((name) => Object.hasOwn(Object(condition), name))
}

/** What a command of the driver searches for; nothing if it only inserts. */
function searchesOf({ commandName, command }: CommandStartedEvent): Search[] {
  const collection = String(command[commandName])
  if (commandName === 'find') {
    // The driver makes it a map.
    const sort = Object.fromEntries<number>(command.sort ?? [])
    return [{ collection, filter: command.filter, sort }]
  }
  if (commandName === 'update' || commandName === 'delete') {
    const operations: Document[] = command.updates ?? command.deletes
    return operations.map(({ q }) => ({ collection, filter: q }))
  }
  if (commandName === 'findAndModify') return [{ collection, filter: command.query }]
  if (commandName === 'aggregate') return [{ collection, filter: command.pipeline[0].$match }]
  return []
}

describe('What tells whether an index serves a search', () => {
  const indexes: Keys[] = [
    [
      ['a', 1],
      ['b', -1],
      ['c', -1],
    ],
  ]
  it.each<[boolean, Document, Document?]>([
    [true, { a: 1 }],
    [true, { a: { $in: [1, 2] }, x: 1 }],
    [true, { a: { $gt: 1 } }],
    [true, { a: 1 }, { b: -1, c: -1 }],
    [true, { a: 1 }, { b: 1, c: 1 }],
    [true, { $and: [{ a: 1, b: { $gt: 1 } }, { $or: [] }] }, { b: 1 }],
    [true, {}, { a: 1 }],
    [false, {}],
    [false, { b: 1 }],
    [false, { a: { $exists: true } }],
    [false, { a: 1 }, { c: 1 }],
    [false, { a: 1 }, { b: 1, c: -1 }],
    [false, { b: 1 }, { b: 1 }],
    [false, { $or: [{ a: 1 }, { b: 1 }] }],
  ])('An index on a, b and c serves it: %j, %j, %j', (served, filter, sort) => {
    const search = { collection: 'x', filter, ...(sort && { sort }) }
    expect(isServed(search, indexes)).toBe(served)
  })
})

describe.skipIf(url === undefined)('Each statement in MongoDB uses an index', () => {
  const client = new MongoClient(url ?? 'mongodb://none', { monitorCommands: true })
  const db = client.db(`iclock_plan_${process.pid}`)
  const adapter = mongoAdapter(db)
  const started: CommandStartedEvent[] = []
  let explains = false

  beforeAll(async () => {
    await adapter.createIndexes()
    await adapter.issue(['1', '2', '3', '4'].map(queued))
    explains = await stagesOf({ collection: 'iclock_commands', filter: { _id: '1' } }).then(
      (stages) => stages.length > 0,
      () => false,
    )
    client.on('commandStarted', (event) => started.push(event))
  })
  afterAll(async () => {
    await db.dropDatabase()
    await client.close()
  })

  const queued = (commandId: string): QueuedCommand => ({
    command: { serialNumber: SN, commandId, text: `DATA UPDATE USERINFO PIN=${commandId}` },
    terms: { attempts: 5, replyWithin: 60_000, key: 'k' },
    issuedAt: NOW,
  })
  const claims = (...ids: string[]) =>
    ids.map((commandId) => ({ commandId, attempt: 1, sentAt: NOW, replyDueAt: LATER }))
  const reply = (record: string) =>
    parseReplies(Buffer.from(record), { serialNumber: SN }).replies[0] as CommandReply
  const uploadOf = (...records: UploadRecord[]): Upload => ({
    ...{ serialNumber: SN, receivedAt: NOW, table: 'ATTLOG', query: {}, commandId: '7' },
    ...{ body: Buffer.alloc(0), records, unparsed: [Buffer.from('?')] },
  })
  const raw = Buffer.from('7\t2026-10-05 07:00:00')
  const packet = { kind: 'packet', type: 'packet', table: 'user', index: 1, count: 1, raw } as const
  const columns = { pin: '7', time: '2026-10-05 07:00:00', status: '0', verify: '1' }
  const punch = {
    kind: 'attendance',
    type: 'attlog',
    ...columns,
    workCode: '',
    rest: [],
    raw,
  } as const
  const row = {
    ...{ serialNumber: SN, pin: '7', version: 'v', state: 'on', changedAt: NOW },
    ...{ commandIds: [], content: '{}' },
  }
  const time = { since: new Date(0), before: LATER }

  const CALLS: [string, () => unknown][] = [
    ['A poll', () => adapter.openCommands(SN, NOW, { limit: 9, maxBytes: 40_000 })],
    ['A claim', () => adapter.claim(SN, claims('1'))],
    ['A claim of several', () => adapter.claim(SN, claims('2', '3'))],
    ['A handshake', () => adapter.release(SN, NOW)],
    ['A cancellation', () => adapter.cancel(SN, { ids: ['1'] }, NOW, 'cancelled')],
    ['Superseding', () => adapter.cancel(SN, { key: 'k', before: '4' }, NOW, 'superseded')],
    [
      'A command that nobody answered',
      () => adapter.cancel(SN, { ids: ['2'], attemptsMade: 1 }, LATER, 'unanswered'),
    ],
    ['Issuing', () => adapter.issue([queued('5')])],
    ['Numbers', () => adapter.nextNumbers(SN, 3)],
    ['A record', () => adapter.findRecord(SN, '1')],
    ['Summaries', () => adapter.findSummaries([{ serialNumber: SN, commandId: '1' }])],
    ['Commands of a body', () => adapter.findCommands?.(SN, ['1', '2'])],
    ['A reply', () => adapter.onReply(reply('ID=3&Return=0&CMD=DATA'), undefined)],
    ['A reply again', () => adapter.onReply(reply('ID=3&Return=-1&CMD=DATA'), undefined)],
    ['Lines that are no reply', () => adapter.onUnparsed?.([Buffer.from('?')], SN)],
    ['An upload', () => adapter.onUpload(uploadOf(punch, packet))],
    ['Packets', () => adapter.findPackets?.(SN, '7', { table: 'user', count: 1, maxBytes: 99 })],
    ['A contact', () => adapter.onContact({ serialNumber: SN, at: NOW, kind: 'poll' })],
    ['A terminal', () => adapter.findTerminal(SN)],
    ['Terminals', () => adapter.listTerminals?.({ search: 'a', ...time })],
    ['Commands', () => adapter.listCommands?.({}, NOW)],
    ['Commands of a terminal', () => adapter.listCommands?.({ serialNumber: SN, ...time }, NOW)],
    ['Commands that wait', () => adapter.listCommands?.({ state: 'waiting' }, NOW)],
    ['Commands of a person', () => adapter.listCommands?.({ pin: '7' }, NOW)],
    ['Commands with a key', () => adapter.listCommands?.({ key: 'k', serialNumber: SN }, NOW)],
    ['Commands with a member', () => adapter.listCommands?.({ members: { employee: 7 } }, NOW)],
    [
      'Commands by id',
      () => adapter.listCommands?.({ serialNumber: SN, commandIds: ['1', '2'] }, NOW),
    ],
    ['Counts', () => adapter.countCommands?.({}, NOW)],
    ['Counts of a terminal', () => adapter.countCommands?.({ serialNumber: SN, since: NOW }, NOW)],
    ['Replies', () => adapter.listReplies?.({ outcome: 'failed' })],
    ['Replies of a terminal', () => adapter.listReplies?.({ serialNumber: SN, ...time })],
    ['Unparsed lines', () => adapter.listUnparsed?.({ serialNumber: SN, ...time })],
    ['Attendance', () => adapter.listAttendance?.({ ...time })],
    ['Attendance of a terminal', () => adapter.listAttendance?.({ serialNumber: SN })],
    ['Attendance of a person', () => adapter.listAttendance?.({ pin: '7', serialNumber: SN })],
    ['Attendance of a day', () => adapter.listAttendance?.({ day: '2026-10-05' })],
    ['Counts of attendance by day', () => adapter.countAttendance?.(['2026-10-05'])],
    ['Uploads', () => adapter.listUploads?.({ kind: 'packet' })],
    ['Uploads of any kind', () => adapter.listUploads?.({ ...time })],
    ['Uploads of a terminal', () => adapter.listUploads?.({ serialNumber: SN, kind: 'file' })],
    ['Uploads of a type', () => adapter.listUploads?.({ type: 'user' })],
    ['Uploads of a person', () => adapter.listUploads?.({ pin: '7' })],
    ['PINs of the roster', () => adapter.findRoster(SN, ['7', '8'])],
    ['New rows of the roster', () => adapter.writeRoster([{ row }])],
    ['Rows of the roster over others', () => adapter.writeRoster([{ row, replaces: 'v' }])],
    ['The roster', () => adapter.listRoster({})],
    ['The roster of a terminal', () => adapter.listRoster({ serialNumber: SN })],
    ['The rest of it', () => adapter.listRoster({ serialNumber: SN, after: cursorOf([SN, '7']) })],
    ['A person on all terminals', () => adapter.listRoster({ pin: '7' })],
    ['The rest of them', () => adapter.listRoster({ pin: '7', after: cursorOf([SN, '7']) })],
    ['The roster by state', () => adapter.listRoster({ state: 'on' })],
    ['The roster by states', () => adapter.listRoster({ state: ['on', 'failed'] })],
    ['The rest of these', () => adapter.listRoster({ state: 'on', after: cursorOf([SN, '7']) })],
    [
      'The roster of a terminal by state',
      () => adapter.listRoster({ serialNumber: SN, state: 'on' }),
    ],
    ['Counts of the roster of a terminal', () => adapter.countRoster({ serialNumber: SN })],
    ['Counts of who was removed', () => adapter.countRoster({ removedSince: NOW })],
    ['Offers', () => adapter.listOffers({})],
    ['Offers to a terminal', () => adapter.listOffers({ serialNumber: SN })],
    [
      'The rest of them',
      () => adapter.listOffers({ after: cursorOf([NOW.getTime(), '0'.repeat(32)]) }),
    ],
    ['Forgetting', () => adapter.forget(NOW)],
    ['Forgetting a person', () => adapter.forgetPerson({ pin: '7', serialNumbers: [SN] })],
  ]

  it.each(CALLS)('%s', async (_what, call) => {
    started.length = 0
    await call()
    const searches = started.splice(0).flatMap(searchesOf)
    expect(searches.length).toBeGreaterThan(0)
    for (const search of searches) {
      const name = search.collection.replace('iclock_', '') as keyof typeof INDEXES
      const own = (INDEXES[name] ?? []).map((index) => Object.entries(index))
      expect(isServed(search, [BY_ID, ...own]), JSON.stringify(search)).toBe(true)
      if (explains) expect(await stagesOf(search), JSON.stringify(search)).not.toContain('COLLSCAN')
    }
  })

  /** The stages of the server's plan; none if it explains plans in another way. */
  async function stagesOf({ collection, filter, sort = {} }: Search): Promise<string[]> {
    const plan = await db.collection(collection).find(filter).sort(sort).explain('queryPlanner')
    const stages: string[] = []
    JSON.stringify(plan.queryPlanner?.winningPlan ?? {}, (key, value) => {
      if (key === 'stage') stages.push(value)
      return value
    })
    return stages
  }
})
