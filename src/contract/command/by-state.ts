// Cases: commands are listed and counted by their states, if the adapter can.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { COMMAND_STATES } from '../../queue/storage.js'
import { refusesMembers } from '../page.js'
import { report } from '../proof.js'
import { idsOf, replyTo } from '../sample.js'
import { listed, missing } from './listing.js'
import {
  at,
  type CommandCase,
  type CommandSubject,
  claimed,
  claimOf,
  closedBy,
  queued,
} from './record.js'

export const STATE_CASES: readonly CommandCase[] = [
  {
    name: 'Commands are listed by their states at the requested moment',
    otherwise: 'What failed or was never answered does not appear where people look for it.',
    missing,
    async check(subject) {
      const { adapter } = subject
      await oneOfEachState(subject)
      const byState = COMMAND_STATES.map((state) => [`A ${state}`])
      const found = await Promise.all(COMMAND_STATES.map((state) => listed(subject, { state })))
      deepEqual(found, byState)
      await adapter.issue([queued('A', 'told')])
      deepEqual(await closedBy(adapter, 'A', ['told'], at(20), 'expired'), ['told'])
      deepEqual((await listed(subject, { state: 'expired' })).sort(), ['A expired', 'A told'])
      const two = await listed(subject, { state: ['failed', 'sent'] })
      deepEqual(two.sort(), ['A failed', 'A sent'])
      deepEqual(await listed(subject, { state: 'failed', serialNumber: 'B' }), [])
      deepEqual(await listed(subject, { state: [] }), [])
      // The limit is that of the commands in the state, not of those among which they are.
      await adapter.issue(idsOf(300).map((id) => queued('A', id, { issuedAt: at(900) })))
      deepEqual(await listed(subject, { state: 'failed', limit: 1 }), ['A failed'])
      deepEqual(await listed(subject, { state: 'expired', limit: 2 }), ['A told', 'A expired'])
    },
  },
  {
    name: 'Commands are counted by their states, each up to a thousand',
    otherwise: 'People see other numbers than the lists show, or a count reads everything.',
    missing: ({ adapter }) =>
      adapter.countCommands ? undefined : 'the adapter has no countCommands',
    async check(subject) {
      const { adapter } = subject
      const { countCommands } = adapter
      ok(countCommands)
      const count = async (filter: object) => countCommands.call(adapter, filter, at(1000))
      const none = Object.fromEntries(COMMAND_STATES.map((state) => [state, 0]))
      deepEqual({ ...(await count({})) }, none)
      await oneOfEachState(subject)
      deepEqual({ ...(await count({})) }, Object.fromEntries(COMMAND_STATES.map((one) => [one, 1])))
      const many = Array.from({ length: 1001 }, (_, index) => `x${index}`)
      await adapter.issue(many.map((id) => queued('B', id, { issuedAt: at(500) })))
      equal((await count({})).waiting, '1000+')
      deepEqual({ ...(await count({ since: at(500) })) }, { ...none, waiting: '1000+' })
      deepEqual({ ...(await count({ serialNumber: 'A', state: 'sent' })) }, { ...none, sent: 1 })
      await adapter.cancel('B', { ids: ['x0'] }, at(501), 'cancelled')
      const later = await count({ serialNumber: 'B' })
      deepEqual([later.waiting, later.cancelled, later.expired], [1000, 1, 0])
      await refusesMembers('countCommands', count, { isPaged: false })
    },
  },
]

async function oneOfEachState({ adapter }: CommandSubject): Promise<void> {
  for (const state of COMMAND_STATES) {
    const isOver = state === 'expired'
    const terms = { attempts: 1, replyWithin: 60_000, ...(isOver && { expiresAt: at(900) }) }
    await adapter.issue([queued('A', state, { terms, ...(isOver && { openUntil: at(900) }) })])
  }
  const late = { sentAt: at(990), replyDueAt: at(1050), openUntil: at(1050) }
  await claimed(adapter, 'A', claimOf('sent', 1, late))
  await claimed(adapter, 'A', claimOf('unanswered', 1, { openUntil: at(70) }))
  const codes = { succeeded: 0, failed: -1, unknown: null }
  for (const [id, code] of Object.entries(codes)) await report(adapter, replyTo('A', id, code))
  for (const reason of ['cancelled', 'superseded'] as const) {
    await adapter.cancel('A', { ids: [reason] }, at(20), reason)
  }
}
