// Cases: commands are stored in order, all or none, and each id once.
import { deepEqual, ok } from 'node:assert/strict'
import type { QueuedCommand } from '../../queue/storage.js'
import { commandFound, fails, plain, report } from '../proof.js'
import { idsOf, MARKS, replyTo, textOf } from '../sample.js'
import {
  at,
  type CommandCase,
  claimed,
  claimOf,
  closedBy,
  knows,
  openIds,
  openOf,
  queued,
  richCommand,
} from './record.js'

const UNFIT_IDS = ['', ' ', 'a b', '1\n', 'é', '12345678901234567', '123e4567-e89b', 'a_b', '１']
const UNFIT_TEXTS = ['', 'CHECK\n', 'CHECK\r', 'CHECK\nC:2:REBOOT', 'CHECK\0']

export const ISSUE_CASES: readonly CommandCase[] = [
  {
    name: "A command comes back with the app's own members, its terms and its times",
    otherwise:
      'The app asks who a command was for, and how often it is handed out, and gets another answer.',
    async check({ adapter }) {
      const text = `DATA UPDATE USERINFO PIN=7\tName=José 王 😀 e\u0301\tPhoto=${textOf(1_100_000)} `
      const full = { ...richCommand('A', '1', text), issuedAt: at(0.456) }
      const bare = queued('A', '2')
      await adapter.issue([full, bare])
      for (const each of [full, bare]) {
        await knows(adapter, 'A', each.command.commandId, { ...each, attemptsMade: 0 })
        const found = await commandFound(adapter, 'A', each.command.commandId)
        deepEqual(plain(found), plain(each.command))
      }
      const [first] = (await openOf(adapter, 'A', at(1), { limit: 1 })).records
      ok(first?.text === text, 'a poll gets another text')
      for (const [serialNumber, id] of [
        ['A', '3'],
        ['B', '1'],
        ['A', '01'],
        ['a', '1'],
      ] as const) {
        await knows(adapter, serialNumber, id, undefined)
      }
    },
  },
  {
    name: 'The open commands of each terminal are listed in the order in which they were issued',
    otherwise: 'A fingerprint is sent before its user, or a user is deleted before it is added.',
    async check({ adapter }) {
      const issued = new Map<string, string[]>([
        ['A', []],
        ['a', []],
        ['B', []],
      ])
      const lists = [3, 1, 12, 2].map((length, list) =>
        idsOf(length).map((id, index): QueuedCommand => {
          const serialNumber = ['A', 'a', 'B', 'A'][(list + index) % 4] ?? 'A'
          const commandId = `${9 - list}x${id}`
          issued.get(serialNumber)?.push(commandId)
          // A clock that steps back doesn't change the order.
          return queued(serialNumber, commandId, { issuedAt: at(-list) })
        }),
      )
      for (const list of lists) await adapter.issue(list)
      for (const [serialNumber, ids] of issued) {
        deepEqual(await openIds(adapter, serialNumber), ids)
        deepEqual(await openIds(adapter, serialNumber, at(1), 2), ids.slice(0, 2))
      }
      deepEqual(await openIds(adapter, 'C'), [])
    },
  },
  {
    name: 'Every command of a list of two thousand is stored, in order, claimed and cancelled',
    otherwise:
      'A large roster is cut at a limit of the database: some people never reach the terminal.',
    async check({ adapter }) {
      const ids = idsOf(2010)
      await adapter.issue(ids.map((id) => queued('A', id)))
      const { records, more } = await openOf(adapter, 'A', at(1), { limit: 1000 })
      deepEqual(
        records.map(({ commandId }) => commandId),
        ids.slice(0, 1000),
      )
      ok(more, 'there are more than a thousand')
      // As many as an answer may have.
      const sent = ids.slice(0, 200)
      deepEqual(await claimed(adapter, 'A', ...sent.map((id) => claimOf(id, 1))), sent)
      for (const start of [0, 1000]) {
        const some = ids.slice(start, start + 1000)
        deepEqual(await closedBy(adapter, 'A', some, at(11), 'cancelled'), [...some].sort())
      }
      deepEqual(await openIds(adapter, 'A', at(11), 1000), ids.slice(2000))
    },
  },
  {
    name: 'All commands of a list are stored, or none',
    otherwise: 'An app that issues a list again after an error has a part of it twice.',
    async check({ adapter }) {
      await adapter.issue([queued('A', 'taken')])
      const wrong = [
        queued('A', 'taken', { text: 'REBOOT' }),
        queued('A', '1\n'),
        queued('A', 'x', { text: 'a\nb' }),
      ]
      for (const each of wrong) {
        for (const place of [0, 1, 2]) {
          const list = [queued('A', '1'), queued('B', '2')]
          list.splice(place, 0, each)
          await fails('issue', () => adapter.issue(list))
        }
      }
      await fails('issue', () =>
        adapter.issue([queued('A', '3'), queued('A', '3', { text: 'INFO' })]),
      )
      // Wherever a database would begin another statement.
      const many = idsOf(1100).map((id) => queued('B', id))
      await fails('issue', () => adapter.issue([...many, ...wrong.slice(0, 1)]))
      await fails('issue', () =>
        adapter.issue([...many, queued('B', many[0]?.command.commandId ?? '', { text: 'INFO' })]),
      )
      deepEqual(await openIds(adapter, 'A'), ['taken'])
      deepEqual(await openIds(adapter, 'B'), [])
      for (const id of ['1', 'x', '3']) await knows(adapter, 'A', id, undefined)
    },
  },
  {
    name: 'An id that its terminal has had with another text or with a reply is refused',
    otherwise: 'The old success is shown for the new command, which nobody has executed.',
    async check({ adapter }) {
      await adapter.issue([queued('A', '1'), queued('A', '2'), queued('A', '3')])
      await report(adapter, replyTo('A', '2', 0))
      await report(adapter, replyTo('A', '3', -5000))
      await adapter.onReply(replyTo('A', '4', 0), undefined)
      for (const text of ['CHECK ', 'check', 'CHECK\u0301']) {
        await fails('issue', () => adapter.issue([queued('A', '1', { text })]))
      }
      for (const reason of ['cancelled', 'superseded', 'expired', 'claimed', 'over'] as const) {
        const openUntil = at(reason === 'over' ? 0.5 : 90)
        await adapter.issue([queued('C', reason, { openUntil })])
        if (reason === 'claimed') await claimed(adapter, 'C', claimOf(reason, 1, { openUntil }))
        else if (reason !== 'over') await closedBy(adapter, 'C', [reason], at(1), reason)
        const again = queued('C', reason, { text: 'INFO' })
        await fails(`issue of what is ${reason}`, () => adapter.issue([again]))
        deepEqual((await adapter.findRecord('C', reason))?.command?.text, 'CHECK')
      }
      for (const id of ['2', '3', '4']) await fails('issue', () => adapter.issue([queued('A', id)]))
      deepEqual(await openIds(adapter, 'A'), ['1'])
      await adapter.issue(['1', '2', '4'].map((id) => queued('B', id, { text: 'INFO' })))
      deepEqual(await openIds(adapter, 'B'), ['1', '2', '4'])
      await knows(adapter, 'A', '1', { ...queued('A', '1'), attemptsMade: 0 })
    },
  },
  {
    name: 'Issuing a command without a reply again with the same text changes nothing',
    otherwise:
      'An app that issues again after a crash has its command sent twice, or out of order.',
    async check({ adapter }) {
      await adapter.issue([queued('A', '2'), queued('A', '1'), queued('A', '3')])
      await claimed(adapter, 'A', claimOf('2', 1))
      await adapter.cancel('A', { ids: ['3'] }, at(11), 'cancelled')
      const later = { terms: { attempts: 1, replyWithin: 1 }, issuedAt: at(12), openUntil: at(13) }
      await adapter.issue([queued('A', '3', later), queued('A', '2', later), queued('A', '4')])
      deepEqual(await openIds(adapter, 'A', at(20)), ['2', '1', '4'])
      const { sentAt, replyDueAt } = claimOf('2', 1)
      await knows(adapter, 'A', '2', { ...queued('A', '2'), attemptsMade: 1, sentAt, replyDueAt })
      const cancelled = { at: at(11), reason: 'cancelled' } as const
      await knows(adapter, 'A', '3', { ...queued('A', '3'), attemptsMade: 0, cancelled })
    },
  },
  {
    name: 'Ids and texts that no terminal can carry are refused',
    otherwise: 'A terminal reads one command as two, or answers with an id that is cut.',
    async check({ adapter }) {
      for (const id of UNFIT_IDS)
        await fails(`issue of id "${id}"`, () => adapter.issue([queued('A', id)]))
      for (const text of UNFIT_TEXTS) {
        const call = `issue of text ${JSON.stringify(text)}`
        await fails(call, () => adapter.issue([queued('A', '1', { text })]))
      }
      await fails('issue of id 12', () => adapter.issue([queued('A', 12 as never)]))
      await fails('issue without a terminal', () => adapter.issue([queued('', '1')]))
      deepEqual(await openIds(adapter, 'A'), [])
    },
  },
  {
    name: 'Commands of terminals stay apart, whatever characters their serial numbers have',
    otherwise: 'A terminal gets the commands of another.',
    async check({ adapter }) {
      const terminals = [...MARKS.map((mark) => `X${mark}1`), 'x1', 'X', 'É1', 'é1', '7'.repeat(64)]
      for (const [index, terminal] of terminals.entries()) {
        await adapter.issue([queued(terminal, '1', { text: `CHECK ${index}` })])
      }
      for (const [index, terminal] of terminals.entries()) {
        const { records } = await openOf(adapter, terminal, at(1))
        deepEqual(
          records.map(({ serialNumber, commandId, text = '' }) => [serialNumber, commandId, text]),
          [[terminal, '1', `CHECK ${index}`]],
        )
      }
    },
  },
]
