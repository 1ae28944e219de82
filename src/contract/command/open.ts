// Cases: what a poll reads is in order, bounded, and no more than it may send.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { OpenCommand, QueuedCommand } from '../../queue/storage.js'
import { report } from '../proof.js'
import { idsOf, replyTo, textOf } from '../sample.js'
import {
  at,
  type CommandCase,
  claimed,
  claimOf,
  openIds,
  openOf,
  queued,
  richCommand,
} from './record.js'

const idOf = ({ commandId }: OpenCommand) => commandId
const sizeOf = ({ text }: OpenCommand) => text?.length

function urgent(id: string, more: Partial<QueuedCommand> = {}): QueuedCommand {
  const terms = { attempts: 1, replyWithin: 60_000, expiresAt: at(50), urgent: true }
  return queued('A', id, { terms, openUntil: at(50), ...more })
}

export const OPEN_CASES: readonly CommandCase[] = [
  {
    name: 'The open commands come with everything that a poll decides by',
    otherwise: 'A command is handed out too often or too late, or in another encoding.',
    async check({ adapter }) {
      const rich = richCommand('A', '1', 'SHELL é 王 ')
      await adapter.issue([rich])
      const claim = claimOf('1', 1, { openUntil: at(95.5) })
      const [fresh] = (await openOf(adapter, 'A', at(1))).records
      deepEqual(fresh && { ...fresh, terms: { ...fresh.terms } }, {
        serialNumber: 'A',
        commandId: '1',
        text: 'SHELL é 王 ',
        terms: rich.terms,
        attemptsMade: 0,
        openUntil: rich.openUntil,
      })
      await claimed(adapter, 'A', claim)
      const [sent] = (await openOf(adapter, 'A', at(11))).records
      const { attemptsMade, sentAt, replyDueAt, openUntil } = sent ?? {}
      deepEqual([attemptsMade, sentAt, replyDueAt, openUntil], [1, at(10), at(70), at(95.5)])
    },
  },
  {
    name: 'A list of open commands ends at its limit, and says whether there are more',
    otherwise: 'A poll reads 100,000 commands to hand out one, or forgets those behind the first.',
    async check({ adapter }) {
      const ids = idsOf(12)
      await adapter.issue(ids.map((id) => queued('A', id)))
      for (const limit of [1, 11, 12, 13, 1000]) {
        const { records, more } = await openOf(adapter, 'A', at(1), { limit })
        deepEqual([records.map(idOf), more], [ids.slice(0, limit), limit < 12], `${limit}`)
      }
      deepEqual(await openOf(adapter, 'B', at(1)), { records: [], more: false })
    },
  },
  {
    name: 'A list of open commands ends before more text than was asked for',
    otherwise: 'A poll reads two hundred photos to hand out one: the process runs out of memory.',
    async check({ adapter }) {
      const sizes = [100, 400_000, 10, 3_000_000, 10]
      const texts = sizes.map((size) => textOf(size))
      await adapter.issue(texts.map((text, index) => queued('A', `${index}`, { text })))
      // One text of each list is as long as it may be, or is the first.
      const lists: [maxBytes: number, expected: number[]][] = [
        [1, [100]],
        [100, [100]],
        [400_099, [100]],
        [400_100, [100, 400_000]],
        [400_110, [100, 400_000, 10]],
        [3_400_109, [100, 400_000, 10]],
        [4_000_000, sizes],
      ]
      for (const [maxBytes, expected] of lists) {
        const { records, more } = await openOf(adapter, 'A', at(1), { maxBytes })
        deepEqual([records.map(sizeOf), more], [expected, expected.length < 5], `${maxBytes}`)
      }
      await adapter.cancel('A', { ids: ['0', '1', '2'] }, at(1), 'cancelled')
      const { records, more } = await openOf(adapter, 'A', at(1), { maxBytes: 40_000 })
      deepEqual([records.map(sizeOf), more], [[3_000_000], true])
    },
  },
  {
    name: 'The text that is counted has the bytes of UTF-8',
    otherwise: 'Names that are not ASCII make an answer three times as large as a terminal takes.',
    async check({ adapter }) {
      const texts = ['é'.repeat(50), '王'.repeat(50), '😀'.repeat(50), 'x']
      await adapter.issue(texts.map((text, index) => queued('A', `${index}`, { text })))
      for (const [maxBytes, count] of [
        [249, 1],
        [250, 2],
        [449, 2],
        [450, 3],
        [451, 4],
      ] as const) {
        const { records } = await openOf(adapter, 'A', at(1), { maxBytes })
        equal(records.length, count, `${maxBytes}`)
      }
    },
  },
  {
    name: 'What is on the terminal or had its last attempt comes without its text, and counts no bytes',
    otherwise: 'A photo that the terminal is just storing is read again at each of its polls.',
    async check({ adapter }) {
      const text = textOf(3_000_000)
      const once = { attempts: 1, replyWithin: 60_000 }
      await adapter.issue([
        queued('A', 'sent', { text }),
        queued('A', 'due', { text: textOf(30_000) }),
        queued('A', 'last', { text, terms: once }),
        queued('A', 'ahead', { text: textOf(5000) }),
        queued('A', 'skewed', { text }),
        queued('A', 'waiting', { text: textOf(4999) }),
      ])
      // A clock that was an hour ahead holds a command back no longer than any other would.
      const ahead = { sentAt: at(3600), replyDueAt: at(3660) }
      // By less than the attempt waits, clocks may differ.
      const skewed = { sentAt: at(75), replyDueAt: at(135) }
      await claimed(
        adapter,
        'A',
        claimOf('sent', 1, { replyDueAt: at(40) }),
        claimOf('due', 1, { replyDueAt: at(20) }),
        claimOf('last', 1, { ...ahead, openUntil: at(3660) }),
        claimOf('ahead', 1, ahead),
        claimOf('skewed', 1, skewed),
      )
      const { records, more } = await openOf(adapter, 'A', at(20), { maxBytes: 40_000 })
      deepEqual(
        records.map((record) => [record.commandId, sizeOf(record)]),
        [
          ['sent', undefined],
          ['due', 30_000],
          ['last', undefined],
          ['ahead', 5000],
          ['skewed', undefined],
          ['waiting', 4999],
        ],
      )
      equal(more, false)
      const short = await openOf(adapter, 'A', at(20), { maxBytes: 1 })
      deepEqual([short.records.map(idOf), short.more], [['sent', 'due', 'last'], true])
      const [sent] = (await openOf(adapter, 'A', at(40), { maxBytes: 1 })).records
      deepEqual([sent?.commandId, sent && sizeOf(sent)], ['sent', 3_000_000])
    },
  },
  {
    name: 'The urgent command that comes next is listed before all others, whatever the bounds are',
    otherwise: 'Somebody stands at a door that opens when the queue of the terminal is empty.',
    async check({ adapter }) {
      await adapter.issue([queued('A', '1', { text: textOf(90_000) }), queued('A', '2')])
      await adapter.issue([urgent('u1'), queued('A', '3'), urgent('u2'), urgent('u3')])
      await adapter.issue([{ ...urgent('other'), command: queued('B', '1').command }])
      const bounds = { limit: 2, maxBytes: 40_000 }
      const ids = async (second: number) => {
        return (await openOf(adapter, 'A', at(second), bounds)).records.map(idOf)
      }
      deepEqual(await ids(1), ['u1', '1'])
      deepEqual(await openIds(adapter, 'A', at(1), 1), ['u1', '1'])
      const [first] = (await openOf(adapter, 'A', at(1), bounds)).records
      deepEqual([first?.text, first?.terms.urgent], ['CHECK', true])
      await claimed(adapter, 'A', claimOf('1', 1))
      deepEqual(await ids(11), ['u1', '1', '2'])
      // One that was sent is never due again, and nothing waits for it.
      await claimed(adapter, 'A', claimOf('u1', 1, { openUntil: at(70) }))
      deepEqual(await ids(12), ['u2', '1', '2'])
      await adapter.cancel('A', { ids: ['u2'] }, at(12), 'cancelled')
      deepEqual(await ids(13), ['u3', '1', '2'])
      deepEqual(await ids(50), ['1', '2'])
    },
  },
  {
    name: 'Open commands stay in order behind a thousand that are settled, closed or over',
    otherwise: 'A terminal that has been in use for a year gets nothing, or gets it out of order.',
    async check({ adapter }) {
      const ids = Array.from({ length: 1000 }, (_, index) => `${index}`)
      const settled = ids.map((id) => {
        return queued('A', id, Number(id) % 4 === 3 ? { openUntil: at(5) } : {})
      })
      await adapter.issue(settled)
      const every = (rest: number) => ids.filter((id) => Number(id) % 4 === rest)
      await adapter.cancel('A', { ids: every(0) }, at(1), 'cancelled')
      for (const id of every(1)) await report(adapter, replyTo('A', id))
      const open = idsOf(5)
      await adapter.issue(open.map((id) => queued('A', `${id}o`)))
      const expected = [...every(2), ...open.map((id) => `${id}o`)]
      const first = await openOf(adapter, 'A', at(6), { limit: 9 })
      deepEqual([first.records.map(idOf), first.more], [expected.slice(0, 9), true])
      const all = await openOf(adapter, 'A', at(6), { limit: 1000 })
      ok(!all.more)
      deepEqual(all.records.map(idOf), expected)
    },
  },
]
