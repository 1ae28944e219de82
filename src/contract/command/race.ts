// Cases: polls, replies and people at the same moment, in one process and in several.
import { deepEqual, equal } from 'node:assert/strict'
import { report, turns } from '../proof.js'
import { idsOf, replyTo } from '../sample.js'
import { without } from '../subject.js'
import { knows } from './facts.js'
import { at, type CommandCase, claimed, claimOf, openIds, queued } from './record.js'

export const COMMAND_RACE_CASES: readonly CommandCase[] = [
  {
    name: 'A change made by one process is seen in another',
    otherwise: 'Another process of the app goes by what it saw before: it hands out what is done.',
    missing: without('reopen'),
    async check(subject) {
      const { adapter } = subject
      const other = await subject.reopen?.()
      if (other === undefined) return
      deepEqual(await openIds(other, 'A'), [])
      await knows(other, 'A', '1', undefined)
      await adapter.issue(['1', '2', '3'].map((id) => queued('A', id)))
      deepEqual(await openIds(other, 'A'), ['1', '2', '3'])
      deepEqual(await claimed(adapter, 'A', claimOf('1', 1)), ['1'])
      deepEqual(await claimed(other, 'A', claimOf('1', 1)), [])
      const { sentAt, replyDueAt } = claimOf('1', 1)
      await knows(other, 'A', '1', { ...queued('A', '1'), attemptsMade: 1, sentAt, replyDueAt })
      await report(other, replyTo('A', '1'))
      deepEqual([...(await other.cancel('A', { ids: ['1', '2'] }, at(2), 'cancelled'))], ['2'])
      deepEqual(await openIds(adapter, 'A', at(3)), ['3'])
      await other.issue([queued('A', '4')])
      deepEqual(await openIds(adapter, 'A', at(3)), ['3', '4'])
    },
  },
  {
    name: 'A command is either closed or claimed if both come at the same moment',
    otherwise: 'The terminal executes what the app shows as replaced or expired.',
    async check(subject) {
      const { adapter } = subject
      const other = (await subject.reopen?.()) ?? adapter
      const ids = idsOf(40)
      await adapter.issue(ids.map((id) => queued('A', id)))
      await Promise.all(
        ids.map(async (id, index) => {
          const claim = async () => (await claimed(adapter, 'A', claimOf(id, 1))).length
          const reason = index % 4 < 2 ? 'superseded' : 'expired'
          const cancel = async () => (await other.cancel('A', { ids: [id] }, at(10), reason)).length
          const calls = index % 2 ? [claim(), cancel()] : [cancel(), claim()]
          const won = await Promise.all(calls)
          equal(
            won.reduce((sum, count) => sum + count),
            1,
            `${id}: both, or neither, got it`,
          )
        }),
      )
    },
  },
  {
    name: 'Exactly one of many callers cancels a command',
    otherwise: 'Two people are told that they stopped a command in time.',
    async check({ adapter }) {
      for (const id of idsOf(10)) {
        await adapter.issue([queued('A', id)])
        const calls = Array.from({ length: 20 }, (_, second) =>
          adapter.cancel('A', { ids: [id] }, at(second), 'cancelled'),
        )
        const closed = (await Promise.all(calls)).map((ids) => ids.length)
        equal(
          closed.reduce((sum, count) => sum + count),
          1,
        )
        const cancelled = { at: at(closed.indexOf(1)), reason: 'cancelled' } as const
        await knows(adapter, 'A', id, { ...queued('A', id), attemptsMade: 0, cancelled })
      }
    },
  },
  {
    name: 'One of two commands that get the same id at the same moment is stored',
    otherwise: 'One command disappears, though the app was told that it is kept.',
    async check(subject) {
      const { adapter } = subject
      const other = (await subject.reopen?.()) ?? adapter
      for (const id of idsOf(10)) {
        const texts = ['CHECK', 'INFO', 'CHECK', 'REBOOT']
        const calls = texts.map(async (text, index) =>
          (index % 2 ? other : adapter).issue([queued('A', id, { text })]),
        )
        const settled = await Promise.allSettled(calls)
        const { command } = (await adapter.findRecord('A', id)) ?? {}
        const kept = texts.filter((_, index) => settled[index]?.status === 'fulfilled')
        deepEqual([...new Set(kept)], [command?.text], `the terminal has ${command?.text}`)
      }
      deepEqual(await openIds(adapter, 'A'), idsOf(10))
    },
  },
  {
    name: 'Two lists issued at the same moment each keep their order',
    otherwise: 'A fingerprint is sent before its user.',
    async check(subject) {
      const { adapter } = subject
      const other = (await subject.reopen?.()) ?? adapter
      const lists = Array.from({ length: 8 }, (_, list) => idsOf(10).map((id) => `${list}y${id}`))
      await Promise.all(
        lists.map((ids, index) =>
          (index % 2 ? other : adapter).issue(ids.map((id) => queued('A', id))),
        ),
      )
      const open = await openIds(adapter, 'A')
      equal(open.length, 80)
      for (const ids of lists)
        deepEqual(
          open.filter((id) => ids.includes(id)),
          ids,
        )
    },
  },
  {
    name: 'The claims, replies and cancellations of fifty terminals at the same moment are stored',
    otherwise: 'One terminal overwrites what another did: a command is lost, or handed out again.',
    async check({ adapter }) {
      const terminals = Array.from({ length: 50 }, (_, index) => `terminal ${index}`)
      const all = (call: (terminal: string) => unknown) =>
        Promise.all(terminals.map(async (terminal) => call(terminal)))
      await all((terminal) => adapter.issue(['1', '2', '3'].map((id) => queued(terminal, id))))
      await all((terminal) => adapter.claim(terminal, [claimOf('1', 1), claimOf('2', 1)]))
      await all((terminal) => adapter.cancel(terminal, { ids: ['3'] }, at(11), 'cancelled'))
      await all((terminal) => report(adapter, replyTo(terminal, '1')))
      await all((terminal) => adapter.release(terminal, at(20)))
      for (const terminal of terminals) {
        deepEqual(await openIds(adapter, terminal, at(21)), ['2'], terminal)
        const { sentAt } = claimOf('2', 1)
        const facts = { attemptsMade: 1, sentAt, replyDueAt: at(20) }
        await knows(adapter, terminal, '2', { ...queued(terminal, '2'), ...facts })
      }
    },
  },
  {
    name: 'A reply and an attempt that come at the same moment are both stored',
    otherwise:
      'A poll overwrites a reply, or a reply makes storage forget how often a command was sent.',
    async check(subject) {
      const { adapter } = subject
      const other = (await subject.reopen?.()) ?? adapter
      const ids = idsOf(40)
      await adapter.issue(ids.map((id) => queued('A', id)))
      for (const id of ids) await claimed(adapter, 'A', claimOf(id, 1))
      await Promise.all(
        ids.map(async (id, index) => {
          const reply = replyTo('A', id)
          const calls = [
            async () => report(other, reply),
            async () => claimed(adapter, 'A', claimOf(id, 2)),
            async () => adapter.release('A', at(20)),
          ]
          const order = index % 2 ? calls : calls.reverse()
          const results = await Promise.all(
            order.map(async (call, place) => {
              await turns(place * (index % 3))
              return call()
            }),
          )
          const granted = results[1] as string[]
          const record = await adapter.findRecord('A', id)
          deepEqual([record?.attemptsMade, record?.reply?.returnCode], [1 + granted.length, 0], id)
        }),
      )
      deepEqual(await openIds(adapter, 'A', at(999)), [])
    },
  },
]
