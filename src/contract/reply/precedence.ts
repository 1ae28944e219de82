// Cases: which of two replies to a command wins.
import { equal } from 'node:assert/strict'
import type { CommandReply } from '../../reply/reply.js'
import { holds, issueFor, report, reportAll } from '../proof.js'
import { fileOf, replyOf, replyTo, textOf } from '../sample.js'
import type { Case } from '../subject.js'

// Replies that differ from one another in a single thing, each from the one before.
const alike = (id: string): CommandReply[] => {
  const shell = (rest: string | Buffer) => {
    const head = Buffer.from(`ID=${id}&Return=0&CMD=Shell&`)
    return replyOf('A', Buffer.concat([head, Buffer.from(rest as string)]))
  }
  return [
    replyTo('A', id, 0),
    { ...replyTo('A', id, 0), commandName: 'data' },
    shell('Key=a'),
    shell('Key=b'),
    shell('key=b'),
    shell('key=b c'),
    shell('key=b  c'),
    shell(Buffer.from('Key=\xff', 'latin1')),
    shell(Buffer.from('Key=\xfe', 'latin1')),
    fileOf('A', id, Buffer.from('a')),
    fileOf('A', id, Buffer.from('b')),
    fileOf('A', id, Buffer.from([0xff])),
    fileOf('A', id, Buffer.from([0xfe])),
    fileOf('A', id, Buffer.from(`${textOf(70_000)}a`)),
    fileOf('A', id, Buffer.from(`${textOf(70_000)}b`)),
  ]
}

export const PRECEDENCE_CASES: readonly Case[] = [
  {
    name: 'The later of two different replies wins, with nothing of the earlier left',
    otherwise: 'It shows a result that the terminal has corrected since, or a mixture of both.',
    async check(subject) {
      const finals = (id: string) => [
        replyOf('A', `ID=${id}\nSN=A\nFILENAME=a.txt\nCMD=Shell\nReturn=1\nContent=abc`),
        replyTo('A', id, 0),
        replyTo('A', id, -1),
        replyTo('A', id, 7),
        replyTo('A', id, null),
        fileOf('A', id, Buffer.from('x')),
      ]
      const pairs = finals('x').flatMap((_, one) =>
        finals('x').flatMap((_, other) => (one === other ? [] : [[one, other] as const])),
      )
      const last: CommandReply[] = []
      for (const [index, [one, other]] of pairs.entries()) {
        const all = finals(`${index}`)
        const [earlier, later] = [all[one], all[other]]
        if (earlier === undefined || later === undefined) continue
        await issueFor(subject, [later])
        await reportAll(subject, [earlier, later])
        last.push(later)
      }
      await holds(subject, last)
    },
  },
  {
    name: 'Two replies that differ in one letter, one byte or one field are two',
    otherwise: 'The second of two files with one size is taken for the first, and is lost.',
    async check(subject) {
      const kept: CommandReply[] = []
      for (const index of alike('1').keys()) {
        const [earlier, later] = alike(`${index}`).slice(index)
        if (earlier === undefined || later === undefined) continue
        await issueFor(subject, [later])
        const said = [await report(subject.adapter, earlier), await report(subject.adapter, later)]
        equal(
          said.includes('repeated'),
          false,
          `a reply that was new is said to be repeated: ${index}`,
        )
        kept.push(later)
      }
      await holds(subject, kept)
    },
  },
  {
    name: 'A final reply replaces a pending one, and never the other way around',
    otherwise:
      'A command that is done is shown as under way forever, or one under way as unanswered.',
    async check(subject) {
      const finals = [0, -1, 7, null].map((code, index) => replyTo('A', `${index}`, code))
      const pending = finals.map(({ commandId }) => replyTo('A', commandId, -5000))
      const full = finals.map(({ commandId }) => {
        return replyOf(
          'A',
          `ID=${commandId}\nSN=A\nFILENAME=a.txt\nCMD=Shell\nReturn=-5000\nContent=more`,
        )
      })
      const other = replyTo('B', '1', -5000)
      await issueFor(subject, [...finals, other])
      await reportAll(subject, [...pending, other])
      await holds(subject, [...pending, other])
      await reportAll(subject, [...finals, other])
      await holds(subject, [...finals, other])
      await reportAll(subject, [...pending, ...full])
      await holds(subject, [...finals, other])
    },
  },
  {
    name: 'How many rows came replaces only a pending reply, and gives way to any final one',
    otherwise:
      'A query that was answered by its rows is asked again, or what the terminal says is lost.',
    async check(subject) {
      const rows = (id: string, count: number) => ({ ...replyTo('A', id, null), rows: count })
      const [pending, failed] = [replyTo('A', '1', -5000), replyTo('A', '2', -1)]
      const late = replyTo('A', '4', 0)
      await issueFor(subject, [pending, failed, late, replyTo('A', '3')])
      await reportAll(subject, [pending, failed])
      await reportAll(
        subject,
        ['1', '2', '3', '4'].map((id) => rows(id, 12)),
      )
      await holds(subject, [rows('1', 12), failed, rows('3', 12), rows('4', 12)])
      await reportAll(subject, [pending, rows('3', 0), replyTo('A', '4', -5000), late])
      await holds(subject, [rows('1', 12), failed, rows('3', 12), late])
      await reportAll(subject, [rows('4', 12)])
      await holds(subject, [rows('1', 12), failed, rows('3', 12), late])
    },
  },
]
