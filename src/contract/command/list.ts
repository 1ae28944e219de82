// Cases: lists of commands for people, if the adapter has them.
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { CommandFilter } from '../../queue/storage.js'
import { summaryOf } from '../../queue/summary.js'
import { pagesOf, refusesMembers } from '../page.js'
import { report } from '../proof.js'
import { fileOf, idsOf, replyOf, textOf } from '../sample.js'
import { summaryFacts } from './facts.js'
import { list, listed, missing, nameOf } from './listing.js'
import { at, type CommandCase, claimed, claimOf, queued, richCommand } from './record.js'

export const LIST_CASES: readonly CommandCase[] = [
  {
    name: 'Commands are listed for people, the newest first, by terminal and by time',
    otherwise: 'People cannot find a command, or see those of another terminal.',
    missing,
    async check(subject) {
      const { adapter } = subject
      for (const [index, id] of idsOf(6).entries()) {
        await adapter.issue([queued(index % 2 ? 'B' : 'A', id, { issuedAt: at(index * 100) })])
      }
      const names = idsOf(6)
        .map((id, index) => `${index % 2 ? 'B' : 'A'} ${id}`)
        .reverse()
      deepEqual(await listed(subject, {}), names)
      const ofA = names.filter((name) => name.startsWith('A'))
      deepEqual(await listed(subject, { serialNumber: 'A' }), ofA)
      deepEqual(await listed(subject, { serialNumber: 'a' }), [])
      deepEqual(await listed(subject, { limit: 2 }), names.slice(0, 2))
      deepEqual(await listed(subject, { since: at(300) }), names.slice(0, 3))
      deepEqual(await listed(subject, { before: at(300) }), names.slice(3))
      const range = { before: at(300), since: at(200), serialNumber: 'A' }
      deepEqual(await listed(subject, range), names.slice(3, 4))
    },
  },
  {
    name: 'The pages of a list hold every command once, also those of one moment',
    otherwise: 'People who leaf through a list miss commands, or see them twice.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const ids = idsOf(1110)
      await adapter.issue(ids.map((id, index) => queued('A', id, { issuedAt: at(index >> 6) })))
      await adapter.issue([queued('B', 'other')])
      const names = ids.map((id) => `A ${id}`).reverse()
      deepEqual(await listed(subject, { serialNumber: 'A' }), names.slice(0, 100))
      for (const limit of [1000, 97]) {
        const pages = await pagesOf(list(subject), { serialNumber: 'A', limit })
        deepEqual(pages.flat().map(nameOf), names, `pages of ${limit}`)
      }
      // What is issued meanwhile is on no later page.
      const { next } = await list(subject)({ serialNumber: 'A', limit: 50 })
      ok(next)
      await adapter.issue([queued('A', 'new', { issuedAt: at(999) })])
      const second = await list(subject)({ serialNumber: 'A', limit: 50, after: next })
      deepEqual(second.rows.map(nameOf), names.slice(50, 100))
    },
  },
  {
    name: 'A list shows the beginning of what is long, and the rest in full',
    otherwise: 'One look at a page reads gigabytes, or shows something else than is stored.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const text = `DATA UPDATE BIOPHOTO PIN=7\tContent=${textOf(4_000_000)}`
      const long = { ...richCommand('A', 'long', text), issuedAt: at(3) }
      const file = queued('A', 'file', { text: 'GetFile /mnt/x', issuedAt: at(2) })
      const error = queued('A', 'error', { issuedAt: at(1) })
      await adapter.issue([long, file, error])
      await claimed(adapter, 'A', claimOf('long', 1))
      const content = fileOf('A', 'file', Buffer.alloc(4_000_000, 7))
      const failure = replyOf('A', `ID=error&Return=-12&CMD=${'X'.repeat(2000)}`)
      for (const reply of [content, failure]) await report(adapter, reply)
      const { sentAt, replyDueAt } = claimOf('long', 1)
      const sent = { attemptsMade: 1, sentAt, replyDueAt }
      const { openUntil: _, ...rest } = long
      const expected = [
        { ...rest, ...sent },
        { ...file, attemptsMade: 0, reply: content, repliedAt: at(0) },
        { ...error, attemptsMade: 0, reply: failure, repliedAt: at(0) },
      ]
      const { rows } = await list(subject)({})
      // A diff of what is long takes minutes.
      for (const row of rows) ok(JSON.stringify(row).length < 20_000, 'a row of a list is large')
      deepEqual(
        rows.map(summaryFacts),
        expected.map((record) => summaryFacts(summaryOf(record))),
      )
      equal(rows[0]?.text?.length, 300)
    },
  },
  {
    name: "Commands are listed by their ids, their key, the app's own members and the person",
    otherwise: 'An app reads every command to find those of one employee.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const own = (id: string, members: object, more: object = {}) => {
        const one = queued('A', id, more)
        return { ...one, command: { ...one.command, ...members } }
      }
      const terms = { attempts: 5, replyWithin: 60_000, key: 'user 7' }
      await adapter.issue([
        own('1', { employee: 7, note: null }),
        own('2', { employee: '7', note: 'null' }, { terms }),
        own('3', { employee: 70, site: 'Wien' }, { text: 'DATA UPDATE USERINFO PIN=7\tName=A' }),
        own('4', { employee: 7, site: 'wien' }, { text: 'DATA DELETE user Pin=70' }),
        { ...queued('B', '1'), terms: { ...terms, key: 'User 7' } },
        own('5', { '': 0, 'a.b': false, $set: '', é: 'e\u0301', zero: 0.5 }),
        own('6', { '': '0', a: { b: false }, $set: null, 'e\u0301': 'é', zero: 0 }),
        own('7', { '': false, 'a.b': 0, $set: ' ', é: 'é', zero: '', constructor: 'c' }),
      ])
      // The limit is that of what is asked for, not of that among which it is.
      await adapter.issue(idsOf(120).map((id) => queued('A', `x${id}`)))
      const cases: [CommandFilter, string[]][] = [
        [{ serialNumber: 'A', commandIds: ['3', '1', '03', ''] }, ['A 3', 'A 1']],
        [{ serialNumber: 'A', commandIds: ['03', '1 '] }, []],
        [{ serialNumber: 'A', commandIds: [] }, []],
        [{ key: 'user 7' }, ['A 2']],
        [{ members: { employee: 7 } }, ['A 4', 'A 1']],
        [{ members: { employee: '7' } }, ['A 2']],
        [{ members: { employee: 7, site: 'wien' } }, ['A 4']],
        [{ members: { site: 'wien' } }, ['A 4']],
        [{ members: { note: null } }, ['A 1']],
        [{ members: { 'no.such': 1 } }, []],
        [{ pin: '7' }, ['A 3']],
        [{ pin: '70', serialNumber: 'A' }, ['A 4']],
        [{ pin: '07' }, []],
        [{ pin: ' 7' }, []],
        [{ members: { '': 0 } }, ['A 5']],
        [{ members: { '': '0' } }, ['A 6']],
        [{ members: { '': false } }, ['A 7']],
        [{ members: { 'a.b': false } }, ['A 5']],
        [{ members: { $set: '' } }, ['A 5']],
        [{ members: { $set: null } }, ['A 6']],
        [{ members: { é: 'é' } }, ['A 7']],
        [{ members: { é: 'e\u0301' } }, ['A 5']],
        [{ members: { 'e\u0301': 'é' } }, ['A 6']],
        [{ members: { zero: 0 } }, ['A 6']],
        [{ members: { zero: '' } }, ['A 7']],
        [{ members: { constructor: 'c' } }, ['A 7']],
        [{ members: JSON.parse('{ "__proto__": "c" }') }, []],
        [{ members: { toString: null } }, []],
      ]
      for (const [filter, names] of cases) {
        const asked = JSON.stringify(filter)
        deepEqual(await listed(subject, filter), names, asked)
        const [first] = names
        if (first) deepEqual(await listed(subject, { ...filter, limit: 1 }), [first], asked)
      }
    },
  },
  {
    name: 'A list refuses members that it does not know, and cursors that are none of its own',
    otherwise: 'A filter with a typing error lists everything, for minutes.',
    missing,
    async check(subject) {
      await subject.adapter.issue([queued('A', '1')])
      await refusesMembers('listCommands', list(subject))
    },
  },
]
