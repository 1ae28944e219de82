// Cases: the states of many commands are read at once, without what is long.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { CommandIdentity, CommandRecord } from '../../queue/storage.js'
import { summaryOf } from '../../queue/summary.js'
import { report } from '../proof.js'
import { ALIKE_IDS, ALIKE_TERMINALS, fileOf, idsOf, replyTo, textOf } from '../sample.js'
import { summaryFacts } from './facts.js'
import {
  at,
  type CommandAdapter,
  type CommandCase,
  claimed,
  claimOf,
  queued,
  richCommand,
} from './record.js'

const identity = (serialNumber: string, commandId: string) => ({ serialNumber, commandId })

const nameOf = ({ serialNumber, commandId }: CommandIdentity) => {
  return JSON.stringify([serialNumber, commandId])
}

async function found(adapter: CommandAdapter, asked: readonly CommandIdentity[]) {
  const summaries = await adapter.findSummaries(asked)
  ok(Array.isArray(summaries), 'expected a list of summaries')
  return summaries
}

export const SUMMARY_CASES: readonly CommandCase[] = [
  {
    name: 'Many commands, of any terminals, are found in one call, without what is long',
    otherwise: 'A list of two hundred employees costs a query for each, or reads all their photos.',
    async check({ adapter }) {
      const text = `DATA UPDATE BIOPHOTO PIN=7\tContent=${textOf(1_000_000)}`
      const long = richCommand('A', 'long', text)
      const file = queued('B', 'file', { text: 'GetFile /mnt/x' })
      const closed = queued('A', 'closed')
      await adapter.issue([long, file, closed])
      await claimed(adapter, 'A', claimOf('long', 1))
      await adapter.cancel('A', { ids: ['closed'] }, at(5), 'cancelled')
      const content = fileOf('B', 'file', Buffer.alloc(1_000_000, 7))
      await report(adapter, content)
      const stray = replyTo('A', 'stray', -1)
      await adapter.onReply(stray, undefined)
      const { sentAt, replyDueAt } = claimOf('long', 1)
      const { openUntil: _, ...rest } = long
      const cancelled = { at: at(5), reason: 'cancelled' } as const
      const records: CommandRecord[] = [
        { ...rest, attemptsMade: 1, sentAt, replyDueAt },
        { ...file, attemptsMade: 0, reply: content, repliedAt: at(0) },
        { ...closed, attemptsMade: 0, cancelled },
        { attemptsMade: 0, reply: stray, repliedAt: at(0) },
      ]
      const expected = records.map((record) => summaryOf(record))
      const asked = [...expected, identity('A', 'none'), identity('B', 'long')]
      const summaries = await found(adapter, asked.reverse())
      // A diff of what is long takes minutes.
      for (const one of summaries) ok(JSON.stringify(one).length < 20_000, 'a summary is large')
      const inOrder = expected.map((one) => {
        return summaries.find((summary) => summary.commandId === one.commandId)
      })
      deepEqual(inOrder.map(summaryFacts), expected.map(summaryFacts))
      equal(summaries.length, 4)
    },
  },
  {
    name: 'A thousand commands are found in one call',
    otherwise: 'Of a long list, some commands seem never to have been issued.',
    async check({ adapter }) {
      const ids = idsOf(500)
      const all = ['A', 'B'].flatMap((terminal) => ids.map((id) => queued(terminal, id)))
      await adapter.issue(all)
      const asked = all.map(({ command }) => identity(command.serialNumber, command.commandId))
      const summaries = await found(adapter, asked)
      deepEqual(summaries.map(nameOf).sort(), asked.map(nameOf).sort())
      deepEqual(await found(adapter, []), [])
    },
  },
  {
    name: 'Only the commands that were asked for are found, compared exactly',
    otherwise: 'The result of one command is shown for another.',
    async check({ adapter }) {
      // It has a terminal and an id that are asked for, but not together.
      await adapter.issue([queued('ids', '1')])
      for (const [one] of ALIKE_IDS) await adapter.issue([queued('ids', one)])
      for (const [one] of ALIKE_TERMINALS) await adapter.issue([queued(one, '1')])
      const issued = new Set([
        ...ALIKE_IDS.map(([one]) => nameOf(identity('ids', one))),
        ...ALIKE_TERMINALS.map(([one]) => nameOf(identity(one, '1'))),
      ])
      const asked = [
        ...ALIKE_IDS.map(([_, other]) => identity('ids', other)),
        ...ALIKE_TERMINALS.map(([_, other]) => identity(other, '1')),
      ]
      const summaries = await found(adapter, asked)
      deepEqual(
        summaries.map(nameOf).sort(),
        asked
          .map(nameOf)
          .filter((one) => issued.has(one))
          .sort(),
      )
    },
  },
]
