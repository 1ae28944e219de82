// Cases: a reply finds its command, and no other.
import { deepEqual } from 'node:assert/strict'
import type { CommandReply } from '../../reply/reply.js'
import {
  commandFound,
  findsNothing,
  holds,
  issueAll,
  issueFor,
  plain,
  reportAll,
} from '../proof.js'
import { ALIKE_IDS, ALIKE_TERMINALS, command, MARKS, replyTo, textOf } from '../sample.js'
import { type Case, without } from '../subject.js'

export const FIND_CASES: readonly Case[] = [
  {
    name: 'A command is found as it was issued',
    otherwise:
      "A reply doesn't find its command, or finds another text: the app can't tell what was done.",
    async check(subject) {
      const commands = [
        command('A', '1'),
        command('A', '9f8e7d6c5b4a3210', 'DATA UPDATE USERINFO PIN=1\tName=José 王 😀\tPri=0'),
        command('A', '2', 'SHELL echo  " a \'\\ %s" '),
        command('B', '2', `DATA UPDATE BIOPHOTO PIN=1\tContent=${textOf(300_000)}`),
        command('7'.repeat(64), 'ABCDEFGHIJKLMNOP', `SHELL ${textOf(5000)}`),
      ]
      await issueAll(subject, commands)
      for (const each of commands) {
        const found = await commandFound(subject.adapter, each.serialNumber, each.commandId)
        deepEqual(plain(found), each)
      }
    },
  },
  {
    name: 'A command is found before its reply, and after it, pending or final',
    otherwise: 'The second reply to a command, and each retry of the first, finds no command.',
    async check(subject) {
      const { adapter } = subject
      const known = ['1', '2', '3'].map((id) => command('A', id, `CHECK ${id}`))
      await issueAll(subject, known)
      for (const code of [-5000, 0, -1]) {
        await reportAll(
          subject,
          known.slice(1).map(({ commandId }) => replyTo('A', commandId, code)),
        )
        for (const each of known) {
          deepEqual(plain(await commandFound(adapter, 'A', each.commandId)), each)
        }
        if (adapter.findCommands === undefined) continue
        const found = await adapter.findCommands('A', ['3', '1', '2'])
        deepEqual(
          [...found]
            .map(plain)
            .map((one) => one?.commandId)
            .sort(),
          ['1', '2', '3'],
        )
      }
    },
  },
  {
    name: 'Nothing is found if nothing was issued',
    otherwise: 'A terminal is credited with a command that it was never handed.',
    async check(subject) {
      await findsNothing(subject.adapter, 'A', '12')
      await issueAll(subject, [command('A', '12')])
      for (const id of ['1', '2', '123', '012', '', '%', '.*', '_2', '12 OR 1=1', "12'--"]) {
        await findsNothing(subject.adapter, 'A', id)
      }
      for (const serialNumber of ['B', 'AA', '%', '_', '.*', '$ne']) {
        await findsNothing(subject.adapter, serialNumber, '12')
      }
    },
  },
  {
    name: 'A command is found even if it was looked for before it was issued',
    otherwise: 'It remembers what it did not find: the reply to a new command stays without it.',
    async check(subject) {
      for (const id of ['1', '2']) await findsNothing(subject.adapter, 'A', id)
      for (const id of ['1', '2']) {
        await issueAll(subject, [command('A', id)])
        deepEqual(plain(await commandFound(subject.adapter, 'A', id)), command('A', id))
      }
    },
  },
  {
    name: 'A command that one process issued is found in another',
    otherwise:
      'Each process knows its own commands alone: a reply that reaches another one finds nothing.',
    missing: without('reopen'),
    async check(subject) {
      const other = await subject.reopen?.()
      if (other === undefined) return
      await findsNothing(other, 'A', '1')
      await issueAll(subject, [command('A', '1')])
      deepEqual(plain(await commandFound(other, 'A', '1')), command('A', '1'))
      const reply = replyTo('A', '1')
      await other.onReply(reply, command('A', '1'))
      await holds(subject, [reply])
    },
  },
  {
    name: 'Ids are compared as text, character by character',
    otherwise: 'It treats two ids as one: a command gets the result of another.',
    async check(subject) {
      const replies: CommandReply[] = []
      for (const [index, [one, other]] of ALIKE_IDS.entries()) {
        const terminal = `terminal ${index}`
        await issueAll(subject, [command(terminal, one)])
        await findsNothing(subject.adapter, terminal, other)
        await issueAll(subject, [command(terminal, other, 'REBOOT')])
        const found = await commandFound(subject.adapter, terminal, one)
        deepEqual(plain(found), command(terminal, one))
        replies.push(replyTo(terminal, one, 0), replyTo(terminal, other, -1))
      }
      await reportAll(subject, replies)
      await holds(subject, replies)
    },
  },
  {
    name: 'Serial numbers are compared as text, character by character',
    otherwise: 'It treats two terminals as one: a reply counts for a command of another terminal.',
    async check(subject) {
      const replies: CommandReply[] = []
      for (const [index, [one, other]] of ALIKE_TERMINALS.entries()) {
        await issueAll(subject, [command(one, `${index}`)])
        await findsNothing(subject.adapter, other, `${index}`)
        await issueAll(subject, [command(other, `${index}`, 'REBOOT')])
        const found = await commandFound(subject.adapter, one, `${index}`)
        deepEqual(plain(found), command(one, `${index}`))
        replies.push(replyTo(one, `${index}`, 0), replyTo(other, `${index}`, -1))
      }
      await reportAll(subject, replies)
      await holds(subject, replies)
    },
  },
  {
    name: 'Equal ids of two terminals are two commands',
    otherwise: 'One terminal answers for another: its command counts as done though nobody did it.',
    async check(subject) {
      const commands = [command('A', '1'), command('B', '1', 'REBOOT')]
      await issueAll(subject, commands)
      for (const each of commands) {
        const found = await commandFound(subject.adapter, each.serialNumber, each.commandId)
        deepEqual(plain(found), each)
      }
      const replies = [replyTo('A', '1', 0), replyTo('B', '1', -1)]
      await reportAll(subject, replies)
      await holds(subject, replies)
    },
  },
  {
    name: 'A serial number and an id stay apart, whatever characters they have',
    otherwise:
      'Joined without care, two terminals and ids make one key: a terminal can answer for another.',
    async check(subject) {
      const replies = MARKS.map((mark, index) => replyTo(`X${mark}Y`, `Z${index}`, index))
      replies.push(replyTo('X', 'YZ0', -1))
      await issueFor(subject, replies.slice(0, -1))
      for (const [index, mark] of MARKS.entries()) {
        await findsNothing(subject.adapter, 'X', `Y${mark}Z${index}`)
      }
      await issueFor(subject, replies.slice(-1))
      await reportAll(subject, replies)
      await holds(subject, replies)
    },
  },
]
