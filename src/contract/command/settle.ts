// Cases: a command ends by its reply, or is closed without one.
import { deepEqual, ok } from 'node:assert/strict'
import type { CommandRecord } from '../../queue/storage.js'
import { commandFound, plain, report } from '../proof.js'
import { fileOf, replyTo } from '../sample.js'
import { knows } from './facts.js'
import { at, type CommandCase, claimed, claimOf, idsIn, openIds, queued } from './record.js'

const once = { attempts: 1, replyWithin: 60_000 }
const sent = { attemptsMade: 1, sentAt: at(10), replyDueAt: at(70) }

export const SETTLE_CASES: readonly CommandCase[] = [
  {
    name: 'A reply is stored with its command, pending or final',
    otherwise: 'The app waits for a result that came long ago, or sees one of another command.',
    async check({ adapter }) {
      await adapter.issue(['1', '2', '3'].map((id) => queued('A', id)))
      await claimed(adapter, 'A', ...['1', '2', '3'].map((id) => claimOf(id, 1)))
      const file = fileOf('A', '1', Buffer.from([0, 255, 10, 13]))
      await report(adapter, file)
      const [pending, failed] = [replyTo('A', '2', -5000), replyTo('A', '2', -1)]
      await report(adapter, pending)
      await knows(adapter, 'A', '1', { ...queued('A', '1'), ...sent, reply: file })
      await knows(adapter, 'A', '2', { ...queued('A', '2'), ...sent, reply: pending })
      await knows(adapter, 'A', '3', { ...queued('A', '3'), ...sent })
      await report(adapter, failed)
      await report(adapter, pending)
      await knows(adapter, 'A', '2', { ...queued('A', '2'), ...sent, reply: failed })
      deepEqual(await openIds(adapter, 'A', at(80)), ['3'])
    },
  },
  {
    name: 'The time of the first reply is stored',
    otherwise: 'Each retry makes an old result look new.',
    async check({ adapter }) {
      await adapter.issue([queued('A', '1')])
      const before = Date.now()
      await report(adapter, replyTo('A', '1'))
      const first = (await adapter.findRecord('A', '1'))?.repliedAt?.getTime() ?? 0
      // The clock of a database server may differ somewhat.
      ok(Math.abs(first - before) < 600_000, `repliedAt is ${first - before} ms off`)
      const readAt = Date.now()
      do await report(adapter, replyTo('A', '1'))
      while (Date.now() < readAt + 20)
      deepEqual((await adapter.findRecord('A', '1'))?.repliedAt?.getTime(), first)
    },
  },
  {
    name: 'A late reply to a command that is cancelled or over is stored',
    otherwise: 'What was done is shown as cancelled, and the terminal that reports it as unknown.',
    async check({ adapter }) {
      const reasons = ['cancelled', 'superseded', 'expired'] as const
      const over = queued('A', 'over', { openUntil: at(1) })
      await adapter.issue([...reasons.map((reason) => queued('A', reason)), over])
      const closed: Record<string, CommandRecord> = { over: { ...over, attemptsMade: 0 } }
      for (const reason of reasons) {
        await adapter.cancel('A', { ids: [reason] }, at(5), reason)
        const cancelled = { at: at(5), reason }
        closed[reason] = { ...queued('A', reason), attemptsMade: 0, cancelled }
      }
      for (const [id, record] of Object.entries(closed)) {
        await knows(adapter, 'A', id, record)
        deepEqual(plain(await commandFound(adapter, 'A', id)), record.command)
        const { findCommands } = adapter
        const all = [...((await findCommands?.call(adapter, 'A', [id])) ?? [])]
        if (findCommands) deepEqual(all.map(plain), [record.command])
        const reply = replyTo('A', id, 0)
        await report(adapter, reply)
        await knows(adapter, 'A', id, { ...record, reply })
      }
    },
  },
  {
    name: 'A reply to a command that nobody issued is found',
    otherwise: 'Nobody sees that a terminal replies to a command it was never given.',
    async check({ adapter }) {
      const reply = replyTo('A', 'unknown', -1)
      await adapter.onReply(reply, undefined)
      await knows(adapter, 'A', 'unknown', { attemptsMade: 0, reply })
      deepEqual(await openIds(adapter, 'A'), [])
      deepEqual(await claimed(adapter, 'A', claimOf('unknown', 1)), [])
      deepEqual(await adapter.cancel('A', { ids: ['unknown'] }, at(1), 'cancelled'), [])
    },
  },
  {
    name: 'Commands without a final reply can be cancelled, and cancel returns those it closed',
    otherwise:
      'A command that was cancelled is executed, or one that is done is shown as cancelled.',
    async check({ adapter }) {
      const ids = ['waiting', 'sent', 'pending', 'done', 'failed', 'strange', 'other']
      await adapter.issue(ids.map((id) => queued('A', id)))
      await claimed(adapter, 'A', claimOf('sent', 1))
      const replies = { pending: -5000, done: 0, failed: -1, strange: null }
      for (const [id, code] of Object.entries(replies))
        await report(adapter, replyTo('A', id, code))
      const asked = ['unknown', ...ids.slice(0, -1)]
      const closed = await adapter.cancel('A', { ids: asked }, at(30), 'cancelled')
      deepEqual(idsIn(closed).sort(), ['pending', 'sent', 'waiting'])
      for (const reason of ['cancelled', 'superseded', 'expired'] as const) {
        deepEqual(idsIn(await adapter.cancel('A', { ids: asked }, at(40), reason)), [], reason)
      }
      deepEqual(idsIn(await adapter.cancel('A', { ids: [] }, at(40), 'cancelled')), [])
      const cancelled = { at: at(30), reason: 'cancelled' } as const
      await knows(adapter, 'A', 'waiting', {
        ...queued('A', 'waiting'),
        attemptsMade: 0,
        cancelled,
      })
      await knows(adapter, 'A', 'sent', { ...queued('A', 'sent'), ...sent, cancelled })
      const reply = replyTo('A', 'done', 0)
      await knows(adapter, 'A', 'done', { ...queued('A', 'done'), attemptsMade: 0, reply })
      deepEqual(await openIds(adapter, 'A', at(31)), ['other'])
    },
  },
  {
    name: 'Only commands that were never claimed are superseded or closed as expired',
    otherwise:
      'A command that the terminal has is shown as replaced or expired, though it executes it.',
    async check({ adapter }) {
      for (const [terminal, reason] of [
        ['A', 'superseded'],
        ['B', 'expired'],
      ] as const) {
        await adapter.issue(['waiting', 'sent', 'done'].map((id) => queued(terminal, id)))
        await claimed(adapter, terminal, claimOf('sent', 1), claimOf('done', 1))
        await report(adapter, replyTo(terminal, 'done', 0))
        const closed = await adapter.cancel(
          terminal,
          { ids: ['sent', 'waiting', 'done'] },
          at(30),
          reason,
        )
        deepEqual(idsIn(closed), ['waiting'], reason)
        const waiting = { ...queued(terminal, 'waiting'), attemptsMade: 0 }
        await knows(adapter, terminal, 'waiting', { ...waiting, cancelled: { at: at(30), reason } })
        await knows(adapter, terminal, 'sent', { ...queued(terminal, 'sent'), ...sent })
        deepEqual(await openIds(adapter, terminal, at(31)), ['sent'], reason)
      }
    },
  },
  {
    name: 'Commands that wait for a reply are due again when the terminal restarts',
    otherwise:
      'What a terminal lost in a power cut is handed out minutes late, or is never sent again.',
    async check({ adapter }) {
      await adapter.issue([
        queued('A', 'sent'),
        queued('A', 'last', { terms: once }),
        ...['waiting', 'done'].map((id) => queued('A', id)),
      ])
      const last = claimOf('last', 1, { openUntil: at(70) })
      await claimed(adapter, 'A', claimOf('sent', 1), last, claimOf('done', 1))
      const reply = replyTo('A', 'done', 0)
      await report(adapter, reply)
      await adapter.release('A', at(20))
      await knows(adapter, 'A', 'sent', { ...queued('A', 'sent'), ...sent, replyDueAt: at(20) })
      const ended = { ...sent, replyDueAt: at(20), openUntil: at(20) }
      await knows(adapter, 'A', 'last', { ...queued('A', 'last', { terms: once }), ...ended })
      await knows(adapter, 'A', 'waiting', { ...queued('A', 'waiting'), attemptsMade: 0 })
      const record = await adapter.findRecord('A', 'done')
      deepEqual([record?.attemptsMade, record?.reply?.returnCode], [1, 0])
      deepEqual(await openIds(adapter, 'A', at(20)), ['sent', 'waiting'])
      deepEqual(await claimed(adapter, 'A', claimOf('sent', 2, { sentAt: at(21) })), ['sent'])
    },
  },
  {
    name: 'A terminal that starts anew by a clock that is ahead or behind delays nothing',
    otherwise:
      'One process whose clock is a day ahead makes a terminal wait for a day, or a command that was given up comes back.',
    async check({ adapter }) {
      await adapter.issue([queued('A', 'sent'), queued('A', 'last', { terms: once })])
      await claimed(adapter, 'A', claimOf('sent', 1), claimOf('last', 1, { openUntil: at(70) }))
      // Nobody has asked for them at that moment: they are open by every clock that is right.
      await adapter.release('A', at(60))
      for (const second of [65, 100_000]) await adapter.release('A', at(second))
      await knows(adapter, 'A', 'sent', { ...queued('A', 'sent'), ...sent, replyDueAt: at(60) })
      const ended = { ...sent, replyDueAt: at(60), openUntil: at(60) }
      await knows(adapter, 'A', 'last', { ...queued('A', 'last', { terms: once }), ...ended })
    },
  },
]
