// Cases: an attempt is claimed before its command is sent, once, and while the command is open.
import { deepEqual } from 'node:assert/strict'
import { report } from '../proof.js'
import { replyTo } from '../sample.js'
import { knows } from './facts.js'
import { at, type CommandCase, claimed, claimOf, openIds, openOf, queued } from './record.js'

export const CLAIM_CASES: readonly CommandCase[] = [
  {
    name: 'Open commands leave out what is answered, cancelled or over',
    otherwise:
      'A terminal gets again what it has answered, or opens a door an hour after somebody asked.',
    async check({ adapter }) {
      const ids = ['open', 'done', 'pending', 'cancelled', 'over', 'ending', 'later']
      const ends = new Map([
        ['over', at(1)],
        ['ending', at(5)],
        ['later', at(5.001)],
      ])
      await adapter.issue(
        ids.map((id) => {
          const openUntil = ends.get(id)
          return queued('A', id, openUntil ? { openUntil } : {})
        }),
      )
      await report(adapter, replyTo('A', 'done', -1))
      await report(adapter, replyTo('A', 'pending', -5000))
      await adapter.cancel('A', { ids: ['cancelled'] }, at(1), 'cancelled')
      deepEqual(await openIds(adapter, 'A', at(0)), ['open', 'over', 'ending', 'later'])
      deepEqual(await openIds(adapter, 'A', at(5)), ['open', 'later'])
      deepEqual(await openIds(adapter, 'A', at(5), 2), ['open', 'later'])
      deepEqual(await openIds(adapter, 'A', at(5), 1), ['open'])
      deepEqual(await openIds(adapter, 'A', at(9)), ['open'])
    },
  },
  {
    name: 'A command ends when its last claim says, also if it was sent before, and in any century',
    otherwise:
      'A command that was sent once is sent for ever, or one that may wait for years is over at once.',
    async check({ adapter }) {
      // After the seconds of 32 bits, signed and unsigned, and after those of a timer.
      const ends = [at(60.5), ...[2038, 2106, 2150].map((year) => new Date(Date.UTC(year, 6)))]
      for (const [index, end] of ends.entries()) {
        const [terminal, before] = [`terminal ${index}`, new Date(end.getTime() - 1)]
        const ids = ['unsent', 'once', 'twice', 'longer', 'released']
        await adapter.issue(ids.map((id) => queued(terminal, id, { openUntil: end })))
        const bound = { openUntil: end }
        for (const id of ids.slice(1)) await claimed(adapter, terminal, claimOf(id, 1, bound))
        await claimed(adapter, terminal, claimOf('twice', 2, bound))
        const later = new Date(end.getTime() + 1)
        await claimed(adapter, terminal, claimOf('longer', 2, { openUntil: later }))
        deepEqual(await openIds(adapter, terminal, before), ids)
        deepEqual(await openIds(adapter, terminal, end), ['longer'])
        deepEqual(await openIds(adapter, terminal, later), [])
        await adapter.release(terminal, before)
        for (const [id, attempt] of [
          ['unsent', 1],
          ['once', 2],
          ['twice', 3],
          ['longer', 3],
        ] as const) {
          const claim = claimOf(id, attempt, { sentAt: end, replyDueAt: later })
          deepEqual(await claimed(adapter, terminal, claim), id === 'longer' ? [id] : [], id)
        }
        const due = { sentAt: before, replyDueAt: later, openUntil: later }
        deepEqual(await claimed(adapter, terminal, claimOf('once', 2, due)), ['once'])
        await knows(adapter, terminal, 'once', {
          ...queued(terminal, 'once'),
          attemptsMade: 2,
          ...due,
        })
      }
    },
  },
  {
    name: 'Each attempt is stored with its times',
    otherwise: 'A command is handed out too often, too early, or never again.',
    async check({ adapter }) {
      const command = queued('A', '1', { openUntil: at(40) })
      await adapter.issue([command])
      const first = claimOf('1', 1, { openUntil: at(70.5) })
      deepEqual(await claimed(adapter, 'A', first), ['1'])
      const { commandId: _, attempt: attemptsMade, ...times } = first
      await knows(adapter, 'A', '1', { ...command, ...times, attemptsMade })
      const [open] = (await openOf(adapter, 'A', at(11), { limit: 1 })).records
      deepEqual(
        [open?.attemptsMade, open?.sentAt, open?.replyDueAt, open?.openUntil],
        [1, at(10), at(70), at(70.5)],
      )
      const { openUntil: __, ...rest } = command
      deepEqual(
        await claimed(adapter, 'A', claimOf('1', 2, { sentAt: at(70), replyDueAt: at(190) })),
        ['1'],
      )
      await knows(adapter, 'A', '1', {
        ...rest,
        attemptsMade: 2,
        sentAt: at(70),
        replyDueAt: at(190),
      })
      deepEqual(await openIds(adapter, 'A', at(999_999)), ['1'])
    },
  },
  {
    name: 'An attempt is granted only if exactly those before it were made',
    otherwise: 'A command is handed out twice at the same time, or more often than it may be.',
    async check({ adapter }) {
      await adapter.issue([queued('A', '1')])
      for (const [attempt, granted] of [
        [2, []],
        [0, []],
        [1, ['1']],
        [1, []],
        [3, []],
        [2, ['1']],
        [2, []],
        [1, []],
      ] as const) {
        deepEqual(await claimed(adapter, 'A', claimOf('1', attempt)), granted)
      }
      const { sentAt, replyDueAt } = claimOf('1', 2)
      await knows(adapter, 'A', '1', { ...queued('A', '1'), attemptsMade: 2, sentAt, replyDueAt })
    },
  },
  {
    name: 'Claims are granted in order, up to the first that cannot be',
    otherwise: 'A command overtakes an earlier one that another poll hands out at this moment.',
    async check({ adapter }) {
      await adapter.issue(['3', '1', '2', '5', '4'].map((id) => queued('A', id)))
      deepEqual(await claimed(adapter, 'A', claimOf('2', 1)), ['2'])
      const claims = ['3', '1', '2', '5', '4'].map((id) => claimOf(id, 1, { replyDueAt: at(71) }))
      deepEqual(await claimed(adapter, 'A', ...claims), ['3', '1'])
      for (const id of ['5', '4'])
        await knows(adapter, 'A', id, { ...queued('A', id), attemptsMade: 0 })
      const { sentAt, replyDueAt } = claimOf('2', 1)
      await knows(adapter, 'A', '2', { ...queued('A', '2'), attemptsMade: 1, sentAt, replyDueAt })
      deepEqual(await claimed(adapter, 'A', claimOf('unknown', 1), claimOf('5', 1)), [])
      deepEqual(await claimed(adapter, 'A'), [])
      deepEqual(await claimed(adapter, 'A', claimOf('5', 1), claimOf('4', 1)), ['5', '4'])
    },
  },
  {
    name: 'No attempt is granted on a command that is answered, cancelled or over',
    otherwise: 'A door opens though the command was cancelled, or long after its time.',
    async check({ adapter }) {
      const ids = [
        'done',
        'pending',
        'cancelled',
        'superseded',
        'expired',
        'over',
        'ending',
        'later',
      ]
      const ends = new Map([
        ['over', at(9)],
        ['ending', at(10)],
        ['later', at(10.001)],
      ])
      await adapter.issue(
        ids.map((id) => {
          const openUntil = ends.get(id)
          return queued('A', id, openUntil ? { openUntil } : {})
        }),
      )
      await report(adapter, replyTo('A', 'done', 0))
      await report(adapter, replyTo('A', 'pending', -5000))
      for (const reason of ['cancelled', 'superseded', 'expired'] as const) {
        await adapter.cancel('A', { ids: [reason] }, at(1), reason)
      }
      for (const id of ids) {
        deepEqual(await claimed(adapter, 'A', claimOf(id, 1)), id === 'later' ? [id] : [], id)
      }
    },
  },
  {
    name: 'Claims, releases and cancellations affect one terminal only, even if others have the same ids',
    otherwise: 'One terminal stops the commands of another.',
    async check({ adapter }) {
      for (const terminal of ['A', 'B', 'a'])
        await adapter.issue(['1', '2'].map((id) => queued(terminal, id)))
      for (const terminal of ['A', 'B']) {
        deepEqual(await claimed(adapter, terminal, claimOf('1', 1)), ['1'], terminal)
      }
      await knows(adapter, 'a', '1', { ...queued('a', '1'), attemptsMade: 0 })
      deepEqual(await claimed(adapter, 'C', claimOf('1', 1)), [])
      await adapter.release('A', at(20))
      await adapter.cancel('A', { ids: ['2'] }, at(20), 'cancelled')
      await adapter.cancel('C', { ids: ['1'] }, at(20), 'cancelled')
      await report(adapter, replyTo('A', '1', 0))
      const { sentAt, replyDueAt } = claimOf('1', 1)
      await knows(adapter, 'B', '1', { ...queued('B', '1'), attemptsMade: 1, sentAt, replyDueAt })
      await knows(adapter, 'B', '2', { ...queued('B', '2'), attemptsMade: 0 })
      deepEqual(await openIds(adapter, 'A', at(21)), [])
      deepEqual(await openIds(adapter, 'B', at(21)), ['1', '2'])
      deepEqual(await openIds(adapter, 'a', at(21)), ['1', '2'])
    },
  },
]
