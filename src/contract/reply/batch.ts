// Cases: many replies in one call, for adapters that have findCommands and onReplies.
import { deepEqual, equal } from 'node:assert/strict'
import type { CommandReply } from '../../reply/reply.js'
import type { AnsweredCommand, ReplyStorage } from '../../reply/storage.js'
import {
  fails,
  holds,
  issueAll,
  issueFor,
  nextMillisecond,
  plain,
  readable,
  reportAll,
  storesOrRejects,
} from '../proof.js'
import { ALIKE_IDS, command, fileOf, idsOf, replyTo } from '../sample.js'
import { heldUp } from '../stall.js'
import { type Case, type ContractSubject, without } from '../subject.js'

const missing = ({ adapter }: ContractSubject) =>
  adapter.findCommands && adapter.onReplies
    ? undefined
    : 'the adapter has no findCommands and onReplies'

export const BATCH_CASES: readonly Case[] = [
  {
    name: 'findCommands finds what findCommand finds',
    otherwise:
      'Replies of a large body stay without their commands, or count for those of another terminal.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const issued = idsOf(1010).map((id) => command('A', id, `CHECK ${id}`))
      await issueAll(subject, [...issued, command('B', 'x')])
      const unknown = ['x', '01', '1 ', '', ...ALIKE_IDS.flat()]
      unknown.push(...Array.from({ length: 2100 }, (_, index) => `unknown ${index}`))
      const known = issued.map(({ commandId }) => commandId)
      const ids = [...known.slice(0, 500), ...unknown, ...known.slice(500)]
      const found = [...((await adapter.findCommands?.('A', ids)) ?? [])].map(plain)
      const byId = (a?: { commandId: string }, b?: { commandId: string }) =>
        `${a?.commandId}` < `${b?.commandId}` ? -1 : 1
      deepEqual(found.sort(byId), [...issued].sort(byId))
      deepEqual([...((await adapter.findCommands?.('A', ['unknown'])) ?? [])], [])
      deepEqual([...((await adapter.findCommands?.('B', known)) ?? [])], [])
    },
  },
  {
    name: 'onReplies stores what onReply would store, call by call',
    otherwise: 'What a terminal reports in one body ends differently than in many.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const known = command('A', '1')
      await issueAll(subject, [known, ...['before', '2', '3', '4'].map((id) => command('A', id))])
      await reportAll(subject, [replyTo('A', '1', -1), replyTo('A', 'before')])
      const [done, unknown] = [fileOf('A', '1', Buffer.from('a\0b')), replyTo('A', '2', null)]
      const [failed, last] = [replyTo('A', '3', 7), replyTo('A', '4', -1)]
      const batch = [replyTo('A', '1', -5000), unknown, done, unknown, replyTo('A', '3', -5000)]
      batch.push(failed, replyTo('A', '3', -5000), replyTo('A', '4', 0), last)
      const answered = answeredBy(batch)
      const kept = [done, unknown, failed, last, replyTo('A', 'before')]
      await adapter.onReplies?.(answered)
      await holds(subject, kept)
      await adapter.onReplies?.(answered)
      await holds(subject, kept)
    },
  },
  {
    name: 'The replies of a batch to commands that nobody issued are stored',
    otherwise: 'A reply that nobody asked for is lost, though its terminal read OK.',
    missing,
    async check(subject) {
      const replies = idsOf(5).map((id) => replyTo('A', id))
      const known = command('A', `${replies[2]?.commandId}`)
      await issueAll(subject, [known])
      const answered = replies.map((reply): AnsweredCommand => {
        return { reply, command: reply.commandId === known.commandId ? known : undefined }
      })
      await subject.adapter.onReplies?.(answered)
      await holds(subject, replies)
    },
  },
  {
    name: 'Every reply of a batch of more than a thousand is stored',
    otherwise:
      'It drops what exceeds a limit of its database: the terminal read OK and has forgotten it.',
    missing,
    async check(subject) {
      const replies = idsOf(1010).map((id, index) => replyTo('A', id, index % 10))
      await issueFor(subject, replies)
      await subject.adapter.onReplies?.(answeredBy(replies))
      await holds(subject, replies)
    },
  },
  {
    name: 'Each reply of a batch is stored once, even if the batch comes many times at the same moment',
    otherwise:
      'A terminal that sends a body twice makes two results of one, or is refused forever.',
    missing,
    async check(subject) {
      // A single race may pass by chance.
      for (const terminal of ['A', 'B', 'C', 'D']) {
        const replies = idsOf(5).map((id) => replyTo(terminal, id))
        await issueFor(subject, replies)
        const calls = Array.from({ length: 10 }, async () => {
          return subject.adapter.onReplies?.(answeredBy(replies))
        })
        const said = await Promise.all(calls)
        const kept = (await subject.replies()).filter((reply) => reply.serialNumber === terminal)
        deepEqual(readable(kept), readable(replies))
        if (said.every((answers) => answers === undefined)) continue
        for (const [index, { commandId }] of replies.entries()) {
          const news = said.filter((answers) => answers?.[index] !== 'repeated').length
          equal(news, 1, `${news} of 10 calls said that the reply to ${commandId} was new`)
        }
      }
    },
  },
  {
    name: 'The later reply wins even if an earlier batch was delayed on its way to storage',
    otherwise:
      'A body that was answered 503 goes on, and overwrites newer replies that were answered OK.',
    missing: (subject) => missing(subject) ?? without('stall')(subject),
    async check(subject) {
      const later: CommandReply[] = []
      for (let steps = 0; steps < 5; steps++) {
        const older = idsOf(3).map((id) => replyTo('A', `${steps}y${id}`, 0))
        const newer = older.map((reply) => ({ ...reply, returnCode: -1 }))
        await issueFor(subject, newer)
        const call = async (adapter: ReplyStorage) => adapter.onReplies?.(answeredBy(older))
        await heldUp(subject, steps, call, async () => {
          await nextMillisecond()
          await reportAll(subject, newer)
        })
        later.push(...newer)
      }
      await holds(subject, later)
    },
  },
  {
    name: 'A batch with a reply that cannot be stored rejects',
    otherwise: 'The whole body is answered OK though one of its replies was not kept.',
    missing,
    async check(subject) {
      const replies = idsOf(3).map((id) => replyTo('A', id))
      await issueFor(subject, replies)
      for (const at of [0, 1, 3]) {
        const batch = answeredBy(replies)
        batch.splice(at, 0, { reply: undefined as never, command: undefined })
        await fails('onReplies', () => subject.adapter.onReplies?.(batch))
      }
      await storesOrRejects(subject, async (id, spoilt) => {
        const reply = { ...replyTo('A', id), ...spoilt }
        await subject.adapter.onReplies?.([{ reply, command: undefined }])
      })
    },
  },
  {
    name: 'Replies of a batch are reported as new only if they were, if at all',
    otherwise: 'afterReply is called again for each duplicate, or never.',
    missing,
    async check(subject) {
      const [one, two, three] = idsOf(3).map((id) => replyTo('A', id)) as [
        CommandReply,
        CommandReply,
        CommandReply,
      ]
      await issueFor(subject, [one, two, three])
      const changed = { ...two, returnCode: -1 }
      const pending = replyTo('A', three.commandId, -5000)
      const first = await subject.adapter.onReplies?.(answeredBy([one, two, one]))
      const second = await subject.adapter.onReplies?.(answeredBy([changed, one, three, pending]))
      const said = [first, second]
      if (said.every((answers) => answers === undefined)) return
      deepEqual(said, [
        ['kept', 'kept', 'repeated'],
        ['kept', 'repeated', 'kept', 'repeated'],
      ])
    },
  },
]

function answeredBy(replies: readonly CommandReply[]): AnsweredCommand[] {
  return replies.map((reply) => ({
    reply,
    command: command(reply.serialNumber, reply.commandId),
  }))
}
