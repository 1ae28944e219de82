// Cases: replies, and lines that are none, are listed for people, if the adapter can.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { KeptReplyFilter, ListFilter } from '../../kept.js'
import { keptReply } from '../../queue/summary.js'
import { outcomeOf } from '../../reply/outcome.js'
import type { CommandReply } from '../../reply/reply.js'
import { pagesOf, refusesMembers } from '../page.js'
import { bytesOf, fails, issueFor, nextMillisecond, report } from '../proof.js'
import { fileOf, idsOf, replyOf, replyTo, textOf } from '../sample.js'
import type { Case, ContractSubject } from '../subject.js'

const missing = (call: 'listReplies' | 'listUnparsed') => (subject: ContractSubject) => {
  return subject.adapter[call] ? undefined : `the adapter has no ${call}`
}

const replies =
  ({ adapter }: ContractSubject) =>
  async (filter: KeptReplyFilter) => {
    const { listReplies } = adapter
    ok(listReplies)
    return listReplies.call(adapter, filter)
  }

const unparsed =
  ({ adapter }: ContractSubject) =>
  async (filter: ListFilter) => {
    const { listUnparsed } = adapter
    ok(listUnparsed)
    return listUnparsed.call(adapter, filter)
  }

// Two replies of one millisecond have no order.
async function reportEach(subject: ContractSubject, all: readonly CommandReply[]): Promise<void> {
  await issueFor(subject, all)
  for (const reply of all) {
    await report(subject.adapter, reply)
    await nextMillisecond()
  }
}

export const REPLY_LIST_CASES: readonly Case[] = [
  {
    name: 'The pages of replies hold one for each command, the newest first',
    otherwise: 'People who look for what failed miss it, or see it twice.',
    missing: missing('listReplies'),
    async check(subject) {
      const ids = idsOf(113)
      const all = ids.map((id, index) => replyTo(index % 2 ? 'B' : 'A', id, index % 3))
      await reportEach(subject, all)
      const [first = '', second = '', ...others] = ids
      for (const reply of [replyTo('A', first, -1), replyTo('B', second, 5)]) {
        await report(subject.adapter, reply)
        await nextMillisecond()
      }
      const newestFirst = [second, first, ...others.reverse()]
      const listed = async (filter: KeptReplyFilter) => {
        const { rows } = await replies(subject)(filter)
        return rows.map(({ commandId }) => commandId)
      }
      deepEqual(await listed({}), newestFirst.slice(0, 100))
      for (const limit of [1000, 113, 4]) {
        const pages = await pagesOf(replies(subject), { limit })
        const listedIds = pages.flat().map(({ commandId }) => commandId)
        deepEqual(listedIds, newestFirst, `pages of ${limit}`)
      }
      const ofB = newestFirst.filter((id) => ids.indexOf(id) % 2 === 1)
      deepEqual(await listed({ serialNumber: 'B' }), ofB)
      deepEqual(await listed({ outcome: 'failed', limit: 1 }), [first])
      deepEqual(await listed({ serialNumber: 'A', limit: 1 }), [first])
      const { rows, next = '' } = await replies(subject)({ limit: 2 })
      const since = rows[1]?.receivedAt ?? new Date(0)
      deepEqual(await listed({ since }), newestFirst.slice(0, 2))
      deepEqual(await listed({ before: since, limit: 3 }), newestFirst.slice(2, 5))
      // What comes between two pages is on no later one.
      await subject.adapter.onReply(replyTo('A', 'new', 0), undefined)
      deepEqual(await listed({ limit: 2, after: next }), newestFirst.slice(2, 4))
    },
  },
  {
    name: 'A list of more than a thousand replies ends where it was told, and goes on there',
    otherwise: 'Of all that failed in a large rollout, people see the first hundred.',
    missing: missing('listReplies'),
    async check(subject) {
      const all = idsOf(1010).map((id, index) => replyTo('A', id, index === 505 ? -1 : 0))
      for (let start = 0; start < all.length; start += 101) {
        const some = all.slice(start, start + 101)
        await Promise.all(some.map(async (reply) => subject.adapter.onReply(reply, undefined)))
      }
      equal((await replies(subject)({})).rows.length, 100)
      const pages = await pagesOf(replies(subject), { limit: 1000 })
      const listed = pages.flat().map(({ commandId }) => commandId)
      deepEqual(listed.sort(), idsOf(1010).sort())
      const failed = await replies(subject)({ outcome: 'failed', limit: 1 })
      deepEqual(
        failed.rows.map(({ commandId }) => commandId),
        [all[505]?.commandId],
      )
    },
  },
  {
    name: 'A list of replies shows what each says, and nothing of their bytes',
    otherwise: 'A look at five hundred replies reads gigabytes.',
    missing: missing('listReplies'),
    async check(subject) {
      const all = [
        fileOf('A', '1', Buffer.alloc(4_000_000, 7)),
        replyOf('A', `ID=2&Return=-12&CMD=${'X'.repeat(2000)}`),
        replyOf('A', `ID=3&Return=0&CMD=INFO\nPhoto=${textOf(900_000)}`),
        replyTo('A', '4', null),
      ]
      await reportEach(subject, all)
      const { rows } = await replies(subject)({})
      // A diff of what is long takes minutes.
      for (const row of rows) ok(JSON.stringify(row).length < 2000, 'a row of a list is large')
      const facts = rows.map(({ receivedAt: _, ...row }) => ({ ...row }))
      const command = { serialNumber: 'A', commandId: '', text: 'CHECK' }
      const expected = all.map((reply) => {
        const { receivedAt: _, ...row } = keptReply(reply, outcomeOf(reply, command), new Date())
        return row
      })
      deepEqual(facts, expected.reverse())
    },
  },
  {
    name: 'The pages of unparsed lines hold each once, the newest first, with its beginning',
    otherwise: 'Nobody finds out why a terminal is not understood.',
    missing: missing('listUnparsed'),
    async check(subject) {
      const lines = Array.from({ length: 9 }, (_, index) => Buffer.from(`line ${index}\xff`))
      lines.push(Buffer.from(`\0${textOf(500_000)}`))
      for (const [index, line] of lines.entries()) {
        await subject.adapter.onUnparsed?.([line], index % 2 ? 'B' : 'A')
        await nextMillisecond()
      }
      const expected = lines.map((line) => [line.length, bytesOf(line.subarray(0, 400))]).reverse()
      for (const limit of [1000, 3]) {
        const pages = await pagesOf(unparsed(subject), { limit })
        deepEqual(
          pages.flat().map(({ size, raw }) => [size, bytesOf(raw)]),
          expected,
        )
      }
      const { rows } = await unparsed(subject)({ serialNumber: 'A', limit: 5 })
      deepEqual(
        rows.map(({ serialNumber }) => serialNumber),
        ['A', 'A', 'A', 'A', 'A'],
      )
      const many = Array.from({ length: 1010 }, (_, index) => Buffer.from(`of many ${index}`))
      await subject.adapter.onUnparsed?.(many, 'C')
      const pages = await pagesOf(unparsed(subject), { serialNumber: 'C', limit: 1000 })
      equal(new Set(pages.flat().map(({ raw }) => bytesOf(raw))).size, 1010)
    },
  },
  {
    name: 'A list of replies refuses members that it does not know',
    otherwise: 'A filter with a typing error lists every reply.',
    missing: missing('listReplies'),
    async check(subject) {
      await refusesMembers('listReplies', replies(subject))
    },
  },
  {
    name: 'A list of unparsed lines refuses members that it does not know',
    otherwise: 'A filter with a typing error lists every line.',
    missing: missing('listUnparsed'),
    async check(subject) {
      await refusesMembers('listUnparsed', unparsed(subject))
    },
  },
  {
    name: 'Every list of replies rejects while storage is unreachable',
    otherwise: 'A page shows that nothing failed, because it could not look.',
    missing: (subject) => {
      const lists = [missing('listReplies')(subject), missing('listUnparsed')(subject)]
      if (subject.disconnect === undefined) return 'the subject has no disconnect()'
      return lists.find((reason) => reason !== undefined)
    },
    async check(subject) {
      await subject.disconnect?.()
      await fails('listReplies', () => replies(subject)({}))
      await fails('listUnparsed', () => unparsed(subject)({}))
    },
  },
]
