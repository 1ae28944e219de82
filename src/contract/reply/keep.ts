// Cases: which replies are stored, and which of them were new.
import { deepEqual, equal } from 'node:assert/strict'
import type { CommandReply } from '../../reply/reply.js'
import type { ReplyKept } from '../../reply/storage.js'
import {
  fails,
  findsNothing,
  holds,
  issueFor,
  report,
  reportAll,
  storesOrRejects,
} from '../proof.js'
import { ALIKE_IDS, fileOf, MARKS, replyTo, textOf } from '../sample.js'
import type { Case } from '../subject.js'

// Ids that no terminal can receive, so that only replies without a command have them.
const STRANGE_IDS = new Set([
  ...ALIKE_IDS.flat(),
  ...[
    'a b',
    'ab',
    'é',
    'e\u0301',
    'e',
    '\uff11',
    '1',
    '王小明',
    '😀',
    '😁',
    '\ufffd',
    '\ufeff',
    '\ufeffx',
  ],
  ...[
    '%',
    '"',
    "';--",
    '\\',
    '$ne',
    'a.b',
    '<b>',
    '__proto__',
    '\u00a0x',
    'x',
    'x\u00a0',
    'c\0d',
    'c',
  ],
  ...[16, 32, 64, 255, 1000, 3000].flatMap((length) => [textOf(length), `${textOf(length)}!`]),
])

export const KEEP_CASES: readonly Case[] = [
  {
    name: 'Replies to commands that nobody issued are stored, whatever their ids',
    otherwise:
      'A reply that nobody asked for is lost, or blocks its terminal, which sends it forever.',
    async check(subject) {
      const replies = [...STRANGE_IDS].map((id, index) => replyTo('A', id, index))
      for (const [index, mark] of MARKS.entries()) {
        replies.push(replyTo(`B${mark}C`, `D${index}`, 1), replyTo('B', `C${mark}D${index}`, 2))
      }
      for (const reply of replies) {
        await findsNothing(subject.adapter, reply.serialNumber, reply.commandId)
        await subject.adapter.onReply(reply, undefined)
      }
      await holds(subject, replies)
      for (const { serialNumber, commandId } of replies) {
        await findsNothing(subject.adapter, serialNumber, commandId)
      }
    },
  },
  {
    name: 'A repeated reply is stored once',
    otherwise: 'A terminal that sends again makes two results of one.',
    async check(subject) {
      const [reply, other] = [replyTo('A', '1'), replyTo('A', '2')]
      await issueFor(subject, [reply, other])
      await reportAll(subject, [reply, other, reply, other, reply])
      await holds(subject, [reply, other])
    },
  },
  {
    name: 'onReply fulfills only when the reply can be read back',
    otherwise: 'The terminal reads OK and forgets a reply that a crash at this moment loses.',
    async check(subject) {
      const kept: CommandReply[] = []
      for (let turn = 0; turn < 5; turn++) {
        const reply = fileOf('A', `${turn}`, Buffer.alloc(50_000, turn))
        await issueFor(subject, [reply])
        await report(subject.adapter, reply)
        kept.push(reply)
        await holds(subject, kept)
      }
    },
  },
  {
    name: 'A reply that cannot be stored rejects',
    otherwise: 'It swallows errors: the terminal reads OK and forgets what storage never had.',
    async check(subject) {
      await fails('onReply', () => subject.adapter.onReply(undefined as never, undefined))
      await holds(subject, [])
      await storesOrRejects(subject, async (id, spoilt) => {
        await subject.adapter.onReply({ ...replyTo('A', id), ...spoilt }, undefined)
      })
    },
  },
  {
    name: 'A reply is reported as new only if it was, if at all',
    otherwise:
      'afterReply is called again for each duplicate, or never: a mail goes out twice, or none does.',
    async check(subject) {
      const [done, failed] = [replyTo('A', '1', 0), replyTo('A', '1', -1)]
      const [pending, other] = [replyTo('A', '1', -5000), replyTo('A', '2', 0)]
      const foreign = replyTo('B', '1', 0)
      await issueFor(subject, [done, other, foreign])
      const steps: [CommandReply, ReplyKept, string][] = [
        [pending, 'kept', 'a pending reply, the first'],
        [pending, 'repeated', 'the pending reply again'],
        [done, 'kept', 'the final reply'],
        [done, 'repeated', 'the final reply again'],
        [pending, 'repeated', 'the pending reply late'],
        [failed, 'kept', 'a different final reply'],
        [failed, 'repeated', 'the different final reply again'],
        [other, 'kept', 'a reply to another command'],
        [foreign, 'kept', 'a reply of another terminal'],
      ]
      const said: unknown[] = []
      for (const [reply] of steps) said.push(await report(subject.adapter, reply))
      if (said.every((answer) => answer === undefined)) return
      const answers = steps.map(([, , what], index) => `${what}: ${said[index] ?? 'kept'}`)
      deepEqual(
        answers,
        steps.map(([, expected, what]) => `${what}: ${expected}`),
      )
      equal(said.filter((answer) => answer !== 'kept' && answer !== 'repeated').length, 0)
    },
  },
]
