// What each statement touches on years of history, compared with a store that holds only what is
// returned: as many buffers, and a few more for each row, since indexes are deeper.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parseReplies, parseUpload } from '../../src/index.js'
import type { PostgresAdapter } from '../../src/postgres.js'
import { COMMAND_STATES, type QueuedCommand } from '../../src/queue/storage.js'
import { type CountedStore, openCountedStore } from '../support/counted-store.js'
import type { Amounts } from '../support/postgres-history.js'

const url = inject('postgresUrl')
const HOUR = 3_600_000
// Noon: a bare store has all of its rows on one day.
const END = new Date(Math.floor(Date.now() / (24 * HOUR)) * 24 * HOUR - 12 * HOUR)
const NOW = new Date(END.getTime() + 60_000)
const DAY = END.toISOString().slice(0, 10)
const DAYS = 200

const HISTORY: Amounts = {
  ...{ days: DAYS, terminals: 1000, persons: 2000, settled: 200_000, own: 20_000 },
  ...{ waiting: 100_000, expired: 50_000, attendance: 300_000, uploads: 50_000 },
  ...{ roster: 210_000, offers: 50_000 },
}
// As many as a page of each list takes.
const PAGE = 100
const BARE: Amounts = {
  ...{ days: 0.1, terminals: 1, persons: 1, settled: 2 * PAGE + 2, own: PAGE + 1 },
  ...{ waiting: PAGE + 1, expired: PAGE + 1, attendance: PAGE + 1, uploads: PAGE + 1 },
  ...{ roster: 4 * PAGE, offers: PAGE + 1 },
}

/** Makes ready what is called, uncounted. */
type Subject = (adapter: PostgresAdapter) => Promise<() => unknown>

const BOUNDS = { limit: 9, maxBytes: 40_000 }
let last = 0

function queued(serialNumber: string, terms: object = {}): QueuedCommand {
  const commandId = `x${last++}`
  return {
    command: { serialNumber, commandId, text: 'DATA UPDATE USERINFO PIN=1' },
    terms: { attempts: 5, replyWithin: 60_000, ...terms },
    issuedAt: NOW,
  }
}

async function issue(adapter: PostgresAdapter, count: number, serialNumber: string, terms = {}) {
  const all = Array.from({ length: count }, () => queued(serialNumber, terms))
  await adapter.issue(all)
  return all.map(({ command }) => command)
}

function repliesTo(serialNumber: string, ids: readonly string[]) {
  const body = ids.map((id) => `ID=${id}&Return=0&CMD=DATA`).join('\n')
  return parseReplies(Buffer.from(body), { serialNumber }).replies
}

function uploadOf(serialNumber: string, count: number) {
  const time = NOW.toISOString().slice(0, 19).replace('T', ' ')
  const lines = Array.from({ length: count }, () => `${last++}\t${time}\t0\t1\t0`)
  const body = Buffer.from(lines.join('\n'))
  const query = Object.create(null) as Record<string, string>
  const about = { serialNumber, table: 'ATTLOG', query, receivedAt: NOW, body }
  return { ...about, ...parseUpload(body, { table: 'ATTLOG' }) }
}

const claimOf = (commandId: string) => ({
  ...{ commandId, attempt: 1, sentAt: NOW },
  replyDueAt: new Date(NOW.getTime() + 60_000),
})

const READS: Record<string, Subject> = {
  'An idle poll after 20,000 settled commands': async (adapter) => () =>
    adapter.openCommands('OWN', NOW, BOUNDS),
  'A poll before 100,000 waiting commands': async (adapter) => () =>
    adapter.openCommands('LONG', NOW, BOUNDS),
  'A command found for its reply': async (adapter) => {
    const [command] = await issue(adapter, 1, 'OWN')
    return () => adapter.findCommand('OWN', `${command?.commandId}`)
  },
  'A whole record': async (adapter) => {
    const [row] = (await adapter.listCommands({ serialNumber: 'OWN', limit: 1 }, NOW)).rows
    return () => adapter.findRecord('OWN', `${row?.commandId}`)
  },
  'The beginning of a command': async (adapter) => {
    const [row] = (await adapter.listCommands({ serialNumber: 'OWN', limit: 1 }, NOW)).rows
    return () => adapter.findBeginning('OWN', `${row?.commandId}`)
  },
  'A look at 200 commands': async (adapter) => {
    const { rows } = await adapter.listCommands({ state: 'succeeded', limit: 180 }, NOW)
    return () => adapter.findSummaries(rows)
  },
  'A page of commands': list((adapter) => adapter.listCommands({}, NOW)),
  "A page of a terminal's commands": list((adapter) =>
    adapter.listCommands({ serialNumber: 'OWN' }, NOW),
  ),
  "The last page of a terminal's commands": async (adapter) => {
    const since = new Date(0)
    const { next = '' } = await adapter.listCommands({ serialNumber: 'OWN', since, limit: 1 }, NOW)
    return () => adapter.listCommands({ serialNumber: 'OWN', after: next }, NOW)
  },
  ...Object.fromEntries(
    COMMAND_STATES.flatMap((state) => [
      [
        `A page of commands that are ${state}`,
        list((adapter) => adapter.listCommands({ state }, NOW)),
      ],
      [
        `A page of a terminal's commands that are ${state}`,
        list((adapter) => adapter.listCommands({ serialNumber: 'OWN', state }, NOW)),
      ],
    ]),
  ),
  'Commands with a key': list((adapter) => adapter.listCommands({ key: 'user 0' }, NOW)),
  "A terminal's commands with a key": list((adapter) =>
    adapter.listCommands({ serialNumber: 'OWN', key: 'user 0' }, NOW),
  ),
  'Commands about a person': list((adapter) => adapter.listCommands({ pin: '0' }, NOW)),
  "Commands by the app's members": list((adapter) =>
    adapter.listCommands({ members: { employee: 2 } }, NOW),
  ),
  'Commands by their ids': list((adapter) =>
    adapter.listCommands({ serialNumber: 'OWN', commandIds: ['s200000', 's202'] }, NOW),
  ),
  'Counts by state': async (adapter) => async () => {
    await adapter.countCommands({}, NOW)
    return Array.from({ length: 1001 })
  },
  'Counts by state since a day': async (adapter) => async () => {
    await adapter.countCommands({ since: new Date(END.getTime() - 24 * HOUR) }, NOW)
    return Array.from({ length: 1001 })
  },
  "Counts of a terminal's commands by state": async (adapter) => async () => {
    await adapter.countCommands({ serialNumber: 'OWN' }, NOW)
    return Array.from({ length: 1001 })
  },
  'A page of replies': list((adapter) => adapter.listReplies({})),
  "A page of a terminal's replies": list((adapter) => adapter.listReplies({ serialNumber: 'OWN' })),
  'A page of failed replies': list((adapter) => adapter.listReplies({ outcome: 'failed' })),
  'A page of unparsed lines': list((adapter) => adapter.listUnparsed({})),
  'A page of attendance': list((adapter) => adapter.listAttendance({})),
  "A page of a terminal's attendance": list((adapter) =>
    adapter.listAttendance({ serialNumber: 'T1' }),
  ),
  "A page of a person's attendance": list((adapter) => adapter.listAttendance({ pin: '0' })),
  'A page of the attendance of a day': list((adapter) => adapter.listAttendance({ day: DAY })),
  "A page of a terminal's attendance of a day": list((adapter) =>
    adapter.listAttendance({ serialNumber: 'T1', day: DAY }),
  ),
  'Counts of attendance by day': async (adapter) => async () => {
    const [count = 0] = await adapter.countAttendance([DAY])
    return numbersTo(count)
  },
  'A page of uploads': list((adapter) => adapter.listUploads({})),
  'A page of uploads of a kind': list((adapter) => adapter.listUploads({ kind: 'file' })),
  'A page of uploads of a type': list((adapter) => adapter.listUploads({ type: 'user' })),
  "A page of a terminal's uploads": list((adapter) => adapter.listUploads({ serialNumber: 'T1' })),
  'Uploads about a person': list((adapter) => adapter.listUploads({ pin: '0' })),
  'Packets that are not complete': async (adapter) => () =>
    adapter.findPackets('T1', 'x', { table: 'user', count: 1000, maxBytes: 1000 }),
  'A page of offers': list((adapter) => adapter.listOffers({})),
  "A page of a terminal's offers": list((adapter) => adapter.listOffers({ serialNumber: 'T1' })),
  'The second page of offers': async (adapter) => {
    const { next = '' } = await adapter.listOffers({ limit: 1 })
    return () => adapter.listOffers({ after: next })
  },
  'A page of terminals': list((adapter) => adapter.listTerminals({})),
  'A terminal': async (adapter) => () => adapter.findTerminal('T1'),
  'A hundred PINs of the roster': async (adapter) => () =>
    adapter.findRoster('T1', numbersTo(PAGE)),
  'A page of the roster': list((adapter) => adapter.listRoster({})),
  "A page of a terminal's roster": list((adapter) => adapter.listRoster({ serialNumber: 'T1' })),
  "The second page of a terminal's roster": async (adapter) => {
    const { next = '' } = await adapter.listRoster({ serialNumber: 'ALL' })
    return () => adapter.listRoster({ serialNumber: 'ALL', after: next })
  },
  'A person on all terminals': list((adapter) => adapter.listRoster({ pin: '7' })),
  'A person on no terminal': list((adapter) => adapter.listRoster({ pin: 'nobody' })),
  'The rest of a person on all terminals': async (adapter) => {
    const { next } = await adapter.listRoster({ pin: '7', limit: 1 })
    return () => adapter.listRoster({ pin: '7', ...(next !== undefined && { after: next }) })
  },
  'A page of those who failed': list((adapter) => adapter.listRoster({ state: 'failed' })),
  'A page of two states': list((adapter) => adapter.listRoster({ state: ['failed', 'removed'] })),
  'A page of those who failed on a terminal': list((adapter) =>
    adapter.listRoster({ serialNumber: 'ALL', state: 'failed' }),
  ),
  "Counts of a terminal's roster": async (adapter) => async () => {
    const counts = await adapter.countRoster({ serialNumber: 'T1' })
    return numbersTo(Object.values(counts).reduce((sum, count) => sum + count, 0))
  },
  'Counts of who was removed in a day': async (adapter) => async () => {
    const counts = await adapter.countRoster({ removedSince: new Date(END.getTime() - 24 * HOUR) })
    return numbersTo(Object.values(counts).reduce((sum, count) => sum + count, 0))
  },
}

const WRITES: Record<string, Subject> = {
  'A claim after 20,000 settled commands': async (adapter) => {
    const [command] = await issue(adapter, 1, 'OWN')
    return () => adapter.claim('OWN', [claimOf(`${command?.commandId}`)])
  },
  'A claim of 20 before 100,000 waiting commands': async (adapter) => {
    const { records } = await adapter.openCommands('LONG', NOW, { ...BOUNDS, limit: 20 })
    const claims = records.map(({ commandId }) => claimOf(commandId))
    return () => adapter.claim('LONG', claims)
  },
  'A new start of the terminal': async (adapter) => {
    await adapter.release('OWN', NOW)
    const commands = await issue(adapter, 2, 'OWN')
    const claims = commands.map(({ commandId }) => claimOf(commandId))
    await adapter.claim('OWN', claims)
    return async () => {
      await adapter.release('OWN', NOW)
      return commands
    }
  },
  'A reply': async (adapter) => {
    const [command] = await issue(adapter, 1, 'OWN')
    const [reply] = repliesTo('OWN', [`${command?.commandId}`])
    return () => adapter.onReply(reply as NonNullable<typeof reply>, command)
  },
  'A batch of 20 replies': async (adapter) => {
    const commands = await issue(adapter, 20, 'OWN')
    const replies = repliesTo(
      'OWN',
      commands.map(({ commandId }) => commandId),
    )
    return async () => {
      await adapter.findCommands(
        'OWN',
        commands.map(({ commandId }) => commandId),
      )
      await adapter.onReplies(replies.map((reply, index) => ({ reply, command: commands[index] })))
      return commands
    }
  },
  'An upload of one line': async (adapter) => () => adapter.onUpload(uploadOf('T1', 1)),
  'An upload of 20 lines': async (adapter) => () => adapter.onUpload(uploadOf('T1', 20)),
  'A command issued': async (adapter) => async () => {
    await issue(adapter, 1, 'OWN', { key: 'user 7' })
    return [1]
  },
  'Superseding among 100,000 waiting commands': async (adapter) => {
    const commands = await issue(adapter, 2, 'LONG', { key: 'clock' })
    const which = { key: 'clock', before: `${commands[1]?.commandId}` }
    return () => adapter.cancel('LONG', which, NOW, 'superseded')
  },
  'Superseding after 20,000 settled commands': async (adapter) => {
    const commands = await issue(adapter, 2, 'OWN', { key: 'user 8' })
    const which = { key: 'user 8', before: `${commands[1]?.commandId}` }
    return () => adapter.cancel('OWN', which, NOW, 'superseded')
  },
  'Cancelling 20 commands': async (adapter) => {
    const ids = (await issue(adapter, 20, 'OWN')).map(({ commandId }) => commandId)
    return () => adapter.cancel('OWN', { ids }, NOW, 'cancelled')
  },
  'Numbers of a counter': async (adapter) => async () => [await adapter.nextNumbers('OWN', 10)],
  'A hundred rows of the roster over others': async (adapter) => {
    const rows = await adapter.findRoster('T1', numbersTo(PAGE))
    const writes = rows.map(({ version, ...row }) => {
      return { row: { ...row, version: `w${last++}`, state: 'waiting' }, replaces: version }
    })
    return () => adapter.writeRoster(writes)
  },
  'A hundred new rows of the roster': async (adapter) => {
    const usual = { serialNumber: 'T1', state: 'on', changedAt: NOW, commandIds: [], content: '{}' }
    const writes = numbersTo(PAGE).map(() => {
      return { row: { ...usual, pin: `new${last}`, version: `w${last++}` } }
    })
    return () => adapter.writeRoster(writes)
  },
  'A contact': async (adapter) => async () => {
    await adapter.onContact({ serialNumber: 'T1', at: NOW, kind: 'poll' })
  },
}

function numbersTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`)
}

function list(call: (adapter: PostgresAdapter) => unknown): Subject {
  return async (adapter) => () => call(adapter)
}

function rowsOf(answer: unknown): number {
  const { rows, records } = (answer ?? {}) as { rows?: unknown[]; records?: unknown[] }
  const all = rows ?? records ?? answer
  return Array.isArray(all) ? all.length : 1
}

describe.skipIf(url === undefined)('On years of history', () => {
  let full: CountedStore
  let bare: CountedStore
  beforeAll(async () => {
    full = await openCountedStore(`${url}`, `full_${process.pid}`, HISTORY, END)
    bare = await openCountedStore(`${url}`, `bare_${process.pid}`, BARE, END)
  }, 600_000)
  afterAll(() => Promise.all([full.close(), bare.close()]))

  const compare = async (subject: Subject, aRow: number) => {
    const most = await full.counted(await subject(full.adapter))
    const least = await bare.counted(await subject(bare.adapter))
    const rows = rowsOf(most.answer)
    expect(most.buffers).toBeLessThanOrEqual(least.buffers + 30 + aRow * rows)
  }

  it.each(Object.entries(READS))('%s touches what it returns', (_, subject) => compare(subject, 5))

  // A command is in up to ten indexes, an attendance record in six; each may be two levels deeper.
  it.each(Object.entries(WRITES))('%s touches what it changes', (_, subject) => {
    return compare(subject, 20)
  })

  // Each kind of row has a statement or two of its own.
  it.each([
    [
      'Forgetting',
      (adapter: PostgresAdapter, isBare: boolean) => {
        const since = END.getTime() - DAYS * 24 * HOUR
        return adapter.forget(isBare ? NOW : new Date(since + 8 * HOUR))
      },
    ],
    [
      'Forgetting a person',
      (adapter: PostgresAdapter) => {
        return adapter.forgetPerson({ pin: '0', serialNumbers: ['T1', 'OWN'] })
      },
    ],
  ])('%s touches what it deletes', async (_, forget) => {
    const most = await full.counted(() => forget(full.adapter, false))
    const least = await bare.counted(() => forget(bare.adapter, true))
    const counts = Object.values(most.answer as Record<string, number>)
    const rows = counts.reduce((sum, count) => sum + count)
    expect(rows).toBeGreaterThan(100)
    expect(most.buffers).toBeLessThanOrEqual(least.buffers + 20 * 30 + 20 * rows)
  })
})
