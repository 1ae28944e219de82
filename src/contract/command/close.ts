// Cases: commands are closed as unanswered, and older ones by their key.
import { deepEqual } from 'node:assert/strict'
import { report } from '../proof.js'
import { idsOf, replyTo, textOf } from '../sample.js'
import { knows } from './facts.js'
import { at, type CommandCase, claimed, claimOf, idsIn, openIds, queued } from './record.js'

const keyed = (key: string) => ({ attempts: 5, replyWithin: 60_000, key })

export const CLOSE_CASES: readonly CommandCase[] = [
  {
    name: 'A command is closed as unanswered only if no other attempt was made since it was looked at',
    otherwise:
      'A command is reported as unanswered while the terminal has it: the app issues it again.',
    async check({ adapter }) {
      const ids = ['once', 'twice', 'pending', 'done', 'waiting', 'closed']
      await adapter.issue(ids.map((id) => queued('A', id)))
      for (const id of ids) {
        if (id !== 'waiting') await claimed(adapter, 'A', claimOf(id, 1))
      }
      await claimed(adapter, 'A', claimOf('twice', 2, { sentAt: at(70) }))
      await report(adapter, replyTo('A', 'pending', -5000))
      await report(adapter, replyTo('A', 'done', 0))
      await adapter.cancel('A', { ids: ['closed'] }, at(71), 'cancelled')
      const close = async (attemptsMade: number) => {
        const which = { ids: [...ids, 'unknown'], attemptsMade }
        return idsIn(await adapter.cancel('A', which, at(90), 'unanswered')).sort()
      }
      deepEqual(await close(3), [])
      deepEqual(await close(1), ['once'])
      deepEqual(await close(1), [])
      const { sentAt, replyDueAt } = claimOf('once', 1)
      const cancelled = { at: at(90), reason: 'unanswered' } as const
      const once = { ...queued('A', 'once'), attemptsMade: 1, sentAt, replyDueAt, cancelled }
      await knows(adapter, 'A', 'once', once)
      deepEqual(await claimed(adapter, 'A', claimOf('once', 2, { sentAt: at(95) })), [])
      deepEqual(await close(2), ['twice'])
      deepEqual(await openIds(adapter, 'A', at(95)), ['waiting'])
      const reply = replyTo('A', 'once', 0)
      await report(adapter, reply)
      await knows(adapter, 'A', 'once', { ...once, reply })
    },
  },
  {
    name: 'A command takes the place of all older ones with its key that were not handed out',
    otherwise:
      'A terminal that was off for a week gets a hundred old versions, or the newest is closed.',
    async check({ adapter }) {
      const key = `user 7 é 'x' ${textOf(186)}`
      const terms = keyed(key)
      const over = { terms, openUntil: at(5) }
      const ids = ['old', 'sent', 'answered', 'closed', 'over', 'older', 'new', 'newer']
      for (const id of ids) {
        await adapter.issue([queued('A', id, id === 'over' ? over : { terms })])
      }
      const others = [
        ...[key.toUpperCase(), 'user 7 é', '7', key.slice(0, 198), `${key} `, ` ${key}`, `${key}!`],
        ...[key.normalize('NFD'), key.replace('é', '\u73e9'), key.replace("'x'", 'x'), `${key}王`],
      ]
      await adapter.issue(
        others.map((one, index) => queued('A', `o${index}`, { terms: keyed(one) })),
      )
      await adapter.issue([queued('A', 'none'), queued('B', 'old', { terms }), queued('B', 'new')])
      await claimed(adapter, 'A', claimOf('sent', 1))
      await report(adapter, replyTo('A', 'answered', -5000))
      await adapter.cancel('A', { ids: ['closed'] }, at(4), 'cancelled')
      const close = async (before: string, terminal = 'A') => {
        const closed = await adapter.cancel(terminal, { key, before }, at(11), 'superseded')
        return idsIn(closed).sort()
      }
      deepEqual(await close('unknown'), [])
      deepEqual(await close('old'), [])
      deepEqual(await close('new', 'C'), [])
      deepEqual(await close('new'), ['old', 'older'])
      deepEqual(await close('new'), [])
      const cancelled = { at: at(11), reason: 'superseded' } as const
      await knows(adapter, 'A', 'old', {
        ...queued('A', 'old', { terms }),
        attemptsMade: 0,
        cancelled,
      })
      await knows(adapter, 'A', 'over', { ...queued('A', 'over', over), attemptsMade: 0 })
      const open = ['sent', 'new', 'newer', ...others.map((_, index) => `o${index}`), 'none']
      deepEqual(await openIds(adapter, 'A', at(12)), open)
      deepEqual(await openIds(adapter, 'B', at(12)), ['old', 'new'])
      // One command of the terminal that has no key, or was closed, has a place in the order too.
      deepEqual(await close('none'), ['new', 'newer'])
    },
  },
  {
    name: 'Every older command with a key is closed, however many there are and however long they are',
    otherwise: 'A photo that somebody took anew is followed by the old one.',
    async check({ adapter }) {
      const terms = keyed('photo 7')
      const ids = idsOf(1100)
      await adapter.issue(ids.map((id) => queued('A', id, { terms })))
      const long = textOf(2_000_000)
      await adapter.issue([
        queued('A', 'long', { terms, text: long }),
        queued('A', 'new', { terms }),
      ])
      const closed = await adapter.cancel(
        'A',
        { key: 'photo 7', before: 'new' },
        at(9),
        'superseded',
      )
      deepEqual(idsIn(closed).sort(), [...ids, 'long'].sort())
      deepEqual(await openIds(adapter, 'A', at(10), 1000), ['new'])
    },
  },
  {
    name: 'Exactly one of two newer commands is left if both supersede at the same moment',
    otherwise: 'Two people change the same setting at the same moment, and neither change arrives.',
    async check(subject) {
      const { adapter } = subject
      const other = (await subject.reopen?.()) ?? adapter
      for (const key of idsOf(10)) {
        const ids = [`${key}a`, `${key}b`, `${key}c`]
        for (const id of ids) await adapter.issue([queued('A', id, { terms: keyed(key) })])
        const closed = await Promise.all(
          ids.map(async (before, index) => {
            const process = index % 2 ? other : adapter
            return process.cancel('A', { key, before }, at(9), 'superseded')
          }),
        )
        deepEqual(closed.flat().sort(), ids.slice(0, 2))
      }
      deepEqual(
        await openIds(adapter, 'A', at(10)),
        idsOf(10).map((key) => `${key}c`),
      )
    },
  },
]
