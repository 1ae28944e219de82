// Cases: commands are stored whole, in order, all or none.
import { deepEqual, ok } from 'node:assert/strict'
import type { QueuedCommand } from '../../queue/storage.js'
import { commandFound, fails, plain } from '../proof.js'
import { idsOf, MARKS, textOf } from '../sample.js'
import { knows } from './facts.js'
import {
  at,
  type CommandCase,
  claimed,
  claimOf,
  closedBy,
  openIds,
  openOf,
  queued,
  richCommand,
} from './record.js'

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
