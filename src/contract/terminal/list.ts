// Cases: terminals are listed for people, if the adapter can.
import { deepEqual, ok } from 'node:assert/strict'
import type { TerminalFilter } from '../../terminal/storage.js'
import { pagesOf, refusesMembers } from '../page.js'
import { textOf } from '../sample.js'
import { at, contactOf, readable, type TerminalCase, type TerminalSubject } from './sample.js'

const missing = ({ adapter }: TerminalSubject) =>
  adapter.listTerminals ? undefined : 'the adapter has no listTerminals'

const list =
  ({ adapter }: TerminalSubject) =>
  async (filter: TerminalFilter) => {
    const { listTerminals } = adapter
    ok(listTerminals)
    return listTerminals.call(adapter, filter)
  }

async function listed(subject: TerminalSubject, filter: TerminalFilter): Promise<string[]> {
  const pages = await pagesOf(list(subject), filter)
  return pages.flat().map(({ serialNumber }) => serialNumber)
}

export const TERMINAL_LIST_CASES: readonly TerminalCase[] = [
  {
    name: 'The pages of terminals hold each of them once, in the order of serial numbers',
    otherwise: 'A page for people leaves terminals out, or shows them in a new order each time.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const terminals = Array.from({ length: 1010 }, (_, index) => `${(index * 7919) % 9973}`)
      terminals.push('A', 'AB', 'B', 'a', '0316144680030', 'A-B', 'AC', 'A B', 'A_B', 'Z', 'z')
      terminals.push('É', 'e', 'F', 'ß', 'st', 'ss', 'i', 'I', 'ı', 'İ', '-1', 'Z9', 'Z10')
      deepEqual(await listed(subject, {}), [])
      for (let start = 0; start < terminals.length; start += 103) {
        const some = terminals.slice(start, start + 103)
        await Promise.all(some.map(async (name) => adapter.onContact(contactOf(name, start))))
      }
      const inOrder = [...terminals].sort()
      deepEqual(await listed(subject, {}), inOrder)
      const first = await list(subject)({})
      deepEqual(
        first.rows.map(({ serialNumber }) => serialNumber),
        inOrder.slice(0, 100),
      )
      for (const limit of [1000, 97])
        deepEqual(await listed(subject, { limit }), inOrder, `${limit}`)
      // What calls between two pages moves nothing.
      const { next } = await list(subject)({ limit: 10 })
      ok(next)
      for (const name of ['!', inOrder[20] ?? '']) await adapter.onContact(contactOf(name, 999))
      const second = await list(subject)({ limit: 10, after: next })
      deepEqual(
        second.rows.map(({ serialNumber }) => serialNumber),
        inOrder.slice(10, 20),
      )
    },
  },
  {
    name: 'A terminal is listed with what is known of it, but for its options and stamps',
    otherwise: 'A page about three hundred terminals reads three hundred megabytes of options.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const facts = { address: '2001:db8::1', firmware: 'Ver 8.0.4.3', model: 'V5L', users: 12 }
      const options = Object.fromEntries([...'abc'].map((key) => [key, textOf(300_000)]))
      await adapter.onContact(contactOf('A', 0, { ...facts, options, stamps: { ATTLOG: '1' } }))
      const [row] = (await list(subject)({})).rows
      ok(row)
      ok(!('options' in row) && !('stamps' in row), 'a list must not have options and stamps')
      const seen = { serialNumber: 'A', firstSeenAt: at(0), lastSeenAt: at(0) }
      deepEqual(readable(row), readable({ ...facts, ...seen }))
      await adapter.onContact(contactOf('B', 0, { firmware: 'x'.repeat(1000) }))
      const [other] = (await list(subject)({ serialNumbers: ['B'] })).rows
      deepEqual(other?.firmware, 'x'.repeat(300), 'a list shows 300 characters of a text')
    },
  },
  {
    name: 'Terminals are listed by their serial numbers, by text and by when they were last seen',
    otherwise: 'People leaf through ten thousand terminals to find one.',
    missing,
    async check(subject) {
      const { adapter } = subject
      await adapter.onContact(
        contactOf('ABC1', 10, { model: 'SpeedFace V5L', address: '10.0.0.1' }),
      )
      await adapter.onContact(contactOf('abc2', 20, { model: '100%_x', firmware: 'Ver 8.0.4' }))
      await adapter.onContact(contactOf('XYZ3', 30, { model: 'Émile\\' }))
      const cases: [TerminalFilter, string[]][] = [
        [{ serialNumbers: ['XYZ3', 'ABC1', 'ABC2', 'xyz3', 'ABC1'] }, ['ABC1', 'XYZ3']],
        [{ serialNumbers: [] }, []],
        [{ search: 'abc' }, ['ABC1', 'abc2']],
        [{ search: 'C1' }, ['ABC1']],
        [{ search: 'SPEEDface' }, ['ABC1']],
        [{ search: '10.0.0.1' }, ['ABC1']],
        [{ search: '8.0' }, ['abc2']],
        [{ search: '%_' }, ['abc2']],
        [{ search: '_' }, ['abc2']],
        [{ search: '.*' }, []],
        [{ search: 'mile\\' }, ['XYZ3']],
        [{ since: at(20) }, ['XYZ3', 'abc2']],
        [{ before: at(20) }, ['ABC1']],
        [{ since: at(15), before: at(25), search: 'abc' }, ['abc2']],
      ]
      for (const [filter, expected] of cases) {
        deepEqual(await listed(subject, filter), expected, JSON.stringify(filter))
      }
    },
  },
  {
    name: 'A list of terminals refuses members that it does not know',
    otherwise: 'A filter with a typing error lists every terminal.',
    missing,
    async check(subject) {
      await subject.adapter.onContact(contactOf('A', 0))
      await refusesMembers('listTerminals', list(subject))
    },
  },
]
