// Cases: replies at the same moment.
import { equal } from 'node:assert/strict'
import type { CommandReply } from '../../reply/reply.js'
import type { ReplyStorage } from '../../reply/storage.js'
import { holds, issueFor, nextMillisecond, report, started, turns } from '../proof.js'
import { command, fileOf, idsOf, replyTo } from '../sample.js'
import { heldUp } from '../stall.js'
import { type Case, without } from '../subject.js'

export const RACE_CASES: readonly Case[] = [
  {
    name: 'A reply that comes a hundred times at the same moment is stored once, and every call fulfills',
    otherwise:
      'It checks first and inserts afterwards: a terminal that sends twice makes two results of one.',
    async check(subject) {
      const replies = idsOf(3).map((id) => replyTo('A', id))
      await issueFor(subject, replies)
      // A single race may pass by chance.
      for (const reply of replies) {
        const calls = Array.from({ length: 100 }, () => report(subject.adapter, reply))
        saysOnce(await Promise.all(calls))
      }
      await holds(subject, replies)
    },
  },
  {
    name: 'The replies of a hundred and fifty terminals at the same moment are stored',
    otherwise:
      'One terminal overwrites what another reported: both were answered OK, and one report is gone.',
    async check(subject) {
      const replies = idsOf(200).map((id, index) => replyTo(`terminal ${index % 150}`, id, index))
      await issueFor(subject, replies)
      await Promise.all(replies.map((reply) => report(subject.adapter, reply)))
      await holds(subject, replies)
    },
  },
  {
    name: 'Replies that two processes receive at the same moment are stored',
    otherwise:
      'A lock or a cache in one process does not see the other: a report is lost or kept twice.',
    missing: without('reopen'),
    async check(subject) {
      const other = await subject.reopen?.()
      if (other === undefined) return
      const adapters = [subject.adapter, other]
      const replies = idsOf(50).map((id, index) => replyTo(`terminal ${index}`, id, index))
      await issueFor(subject, replies)
      const calls = replies.flatMap((reply) => adapters.map((adapter) => report(adapter, reply)))
      const said = await Promise.all(calls)
      await holds(subject, replies)
      for (const index of replies.keys()) saysOnce(said.slice(index * 2, index * 2 + 2))
    },
  },
  {
    name: 'A final reply wins over a pending one that comes at the same moment',
    otherwise: 'A command that is done is shown as under way forever.',
    async check(subject) {
      const other = (await subject.reopen?.()) ?? subject.adapter
      const finals = idsOf(60).map((id, index) => replyTo('A', id, index % 3))
      await issueFor(subject, finals)
      const races = finals.map(async (done, index) => {
        const pending = replyTo('A', done.commandId, -5000)
        const [first, second] = index % 2 ? [done, pending] : [pending, done]
        const called = started(report(subject.adapter, first))
        await turns(Math.floor(index / 4) % 5)
        await Promise.all([called, report(index % 4 < 2 ? subject.adapter : other, second)])
      })
      await Promise.all(races)
      await holds(subject, finals)
    },
  },
  {
    name: 'The later of two replies wins even if the earlier takes longer to store',
    otherwise:
      'A call that the terminal no longer waits for overwrites a newer reply that was answered OK.',
    async check(subject) {
      const other = (await subject.reopen?.()) ?? subject.adapter
      const files = idsOf(6).map((id) => fileOf('A', id, Buffer.alloc(300_000, id)))
      await issueFor(subject, files)
      const later: CommandReply[] = []
      for (const [index, file] of files.entries()) {
        const issued = command('A', file.commandId)
        const small = replyTo('A', file.commandId, -1)
        const slow = started((async () => subject.adapter.onReply(file, issued))())
        await turns(index)
        await nextMillisecond()
        await other.onReply(small, issued)
        await slow
        later.push(small)
      }
      await holds(subject, later)
    },
  },
  {
    name: 'The later of two replies wins even if the earlier was delayed on its way to storage',
    otherwise:
      'A call that was answered 503 goes on, and overwrites a newer reply that was answered OK.',
    missing: without('stall'),
    async check(subject) {
      const later: CommandReply[] = []
      for (let steps = 0; steps < 5; steps++) {
        for (const [code, isKnown] of [
          [0, false],
          [-5000, false],
          [0, true],
        ] as const) {
          const id = `${steps}x${later.length}`
          const [before, newer] = [replyTo('A', id, 7), replyTo('A', id, -1)]
          await issueFor(subject, [newer])
          if (isKnown) await report(subject.adapter, before)
          const older = replyTo('A', id, code)
          const call = async (adapter: ReplyStorage) => adapter.onReply(older, command('A', id))
          await heldUp(subject, steps, call, async () => {
            await nextMillisecond()
            await subject.adapter.onReply(newer, command('A', id))
          })
          later.push(newer)
        }
      }
      await holds(subject, later)
    },
  },
]

function saysOnce(said: readonly unknown[]): void {
  if (said.every((answer) => answer === undefined)) return
  const kept = said.filter((answer) => answer !== 'repeated').length
  equal(kept, 1, `of ${said.length} calls with one reply, ${kept} said that it was new`)
}
