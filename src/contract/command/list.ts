// Cases: lists of commands for people, if the adapter has them.
import { deepEqual } from 'node:assert/strict'
import type { CommandFilter } from '../../queue/storage.js'
import { report } from '../proof.js'
import { idsOf, replyTo } from '../sample.js'
import {
  at,
  type CommandCase,
  type CommandSubject,
  claimed,
  claimOf,
  factsOf,
  queued,
} from './record.js'

const missing = ({ adapter }: CommandSubject) =>
  adapter.commands ? undefined : 'the adapter has no commands()'

async function listed({ adapter }: CommandSubject, filter: CommandFilter): Promise<string[]> {
  const records = (await adapter.commands?.(filter, at(1000))) ?? []
  return records.map(({ command }) => `${command?.serialNumber} ${command?.commandId}`)
}

export const LIST_CASES: readonly CommandCase[] = [
  {
    name: 'Commands are listed for people, the newest first, by terminal and by time',
    otherwise: 'People cannot find a command, or see those of another terminal.',
    missing,
    async check(subject) {
      const { adapter } = subject
      for (const [index, id] of idsOf(6).entries()) {
        await adapter.issue([queued(index % 2 ? 'B' : 'A', id, { issuedAt: at(index * 100) })])
      }
      const names = idsOf(6)
        .map((id, index) => `${index % 2 ? 'B' : 'A'} ${id}`)
        .reverse()
      deepEqual(await listed(subject, {}), names)
      deepEqual(
        await listed(subject, { serialNumber: 'A' }),
        names.filter((name) => name.startsWith('A')),
      )
      deepEqual(await listed(subject, { serialNumber: 'a' }), [])
      deepEqual(await listed(subject, { limit: 2 }), names.slice(0, 2))
      deepEqual(await listed(subject, { since: at(300) }), names.slice(0, 3))
      deepEqual(await listed(subject, { before: at(300) }), names.slice(3))
      deepEqual(
        await listed(subject, { before: at(300), since: at(200), serialNumber: 'A' }),
        names.slice(3, 4),
      )
      const [newest] = (await adapter.commands?.({ limit: 1 }, at(1000))) ?? []
      const expected = queued('B', idsOf(6)[5] ?? '', { issuedAt: at(500) })
      deepEqual(factsOf(newest), factsOf({ ...expected, attemptsMade: 0 }))
    },
  },
  {
    name: 'A list has a hundred commands unless asked for another number',
    otherwise: 'A page reads a year of commands, or leaves some out.',
    missing,
    async check(subject) {
      const ids = idsOf(130)
      await subject.adapter.issue(ids.map((id, index) => queued('A', id, { issuedAt: at(index) })))
      const names = ids.map((id) => `A ${id}`).reverse()
      deepEqual(await listed(subject, {}), names.slice(0, 100))
      deepEqual(await listed(subject, { limit: 120 }), names.slice(0, 120))
    },
  },
  {
    name: 'Commands are listed by their states at the requested moment',
    otherwise: 'What failed or was never answered does not appear where people look for it.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const states = [
        'waiting',
        'sent',
        'succeeded',
        'failed',
        'unknown',
        'unanswered',
        'expired',
        'cancelled',
        'superseded',
      ] as const
      for (const state of states) {
        const terms = {
          attempts: 1,
          replyWithin: 60_000,
          ...(state === 'expired' && { expiresAt: at(900) }),
        }
        const openUntil = state === 'expired' ? { openUntil: at(900) } : {}
        await adapter.issue([queued('A', state, { terms, ...openUntil })])
      }
      const late = { sentAt: at(990), replyDueAt: at(1050), openUntil: at(1050) }
      await claimed(adapter, 'A', claimOf('sent', 1, late))
      await claimed(adapter, 'A', claimOf('unanswered', 1, { openUntil: at(70) }))
      for (const [id, code] of [
        ['succeeded', 0],
        ['failed', -1],
        ['unknown', null],
      ] as const) {
        await report(adapter, replyTo('A', id, code))
      }
      for (const reason of ['cancelled', 'superseded'] as const) {
        await adapter.cancel('A', [reason], at(20), reason)
      }
      for (const state of states) deepEqual(await listed(subject, { state }), [`A ${state}`], state)
      await adapter.issue([queued('A', 'told')])
      deepEqual([...(await adapter.cancel('A', ['told'], at(20), 'expired'))], ['told'])
      deepEqual((await listed(subject, { state: 'expired' })).sort(), ['A expired', 'A told'])
      deepEqual((await listed(subject, { state: ['failed', 'sent'] })).sort(), [
        'A failed',
        'A sent',
      ])
      deepEqual(await listed(subject, { state: 'failed', serialNumber: 'B' }), [])
    },
  },
]
