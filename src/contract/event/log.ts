// Cases: what is an event, its order, and how a log is numbered.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { SHARDS, shardOf } from '../../events/shard.js'
import type { CommandAdapter } from '../command/record.js'
import { at, closedBy, queued } from '../command/record.js'
import { report, reportAll } from '../proof.js'
import { replyTo } from '../sample.js'
import { attendance, hand, uploadOf } from '../upload/sample.js'
import { type EventCase, Reader, readAll } from './sample.js'

export const LOG_CASES: readonly EventCase[] = [
  {
    name: 'Each new record, unparsed line and reply is an event, in the order stored for its terminal',
    otherwise: 'Payroll misses an arrival, or reads a departure before it.',
    async check(subject) {
      const { adapter } = subject
      await hand(subject, attendance('A', ['1', '2']), attendance('B', ['3']))
      await hand(subject, uploadOf('A', 'ATTLOG', '4\t2026-10-05 07:00:00\t0\t1\njunk'))
      await report(adapter, replyTo('A', 'a', 0))
      await hand(subject, uploadOf('A', 'OPERLOG', 'USER PIN=5\tName=Ren\u00e9e'))
      const words = await readAll(adapter)
      deepEqual(of('A', words), [
        ...['A punch 1', 'A punch 2', 'A punch 4', 'A attlog junk', 'A reply a succeeded'],
        `A user ${Buffer.from('USER PIN=5\tName=Ren\u00e9e').toString('latin1')}`,
      ])
      deepEqual(of('B', words), ['B punch 3'])
    },
  },
  {
    name: 'Every command that is closed is an event',
    otherwise: 'An app waits for ever for a command that expired.',
    missing({ adapter }) {
      return adapter.cancel === undefined ? 'the adapter has no cancel' : undefined
    },
    async check({ adapter }) {
      const commands = adapter as typeof adapter & CommandAdapter
      const ids = ['gone', 'old', 'new']
      await commands.issue(
        ids.map((id) => {
          const terms = { attempts: 5, replyWithin: 60_000, key: 'k' }
          return queued('A', id, id === 'gone' ? {} : { terms })
        }),
      )
      await closedBy(commands, 'A', ['gone', 'none'], at(1), 'cancelled')
      await closedBy(commands, 'A', ['gone'], at(2), 'cancelled')
      await commands.cancel('A', { key: 'k', before: 'new' }, at(0), 'superseded')
      deepEqual(await readAll(adapter), ['A cancelled gone', 'A superseded old'])
    },
  },
  {
    name: 'A duplicate is no event, and a reply that replaces another is one of its own',
    otherwise: 'A terminal that sends its memory again doubles the hours of a month.',
    async check(subject) {
      const { adapter } = subject
      const upload = attendance('A', ['1', '2'])
      await hand(subject, upload, upload, attendance('A', ['1', '2', '3']))
      for (const code of [-5000, -5000, 0, 0]) await report(adapter, replyTo('A', 'a', code))
      const body = [-5000, 0, 0].map((code) => replyTo('A', 'b', code))
      if (adapter.onReplies === undefined) await reportAll(subject, body)
      else await adapter.onReplies(body.map((reply) => ({ reply, command: undefined })))
      deepEqual(await readAll(adapter), [
        ...['A punch 1', 'A punch 2', 'A punch 3'],
        ...['A reply a pending', 'A reply a succeeded', 'A reply b pending', 'A reply b succeeded'],
      ])
    },
  },
  {
    name: 'A log of events has one id and numbers its entries without gaps, from any process',
    otherwise:
      'A reader stops at a number that nobody ever fills, or passes one that is filled later.',
    async check(subject) {
      const { adapter } = subject
      const other = ((await subject.reopen?.()) ?? adapter) as typeof adapter
      const [log, same] = [await adapter.eventLog(), await other.eventLog()]
      match(log.id, /^[\w-]{1,64}$/)
      equal(log.id, same.id, 'two processes name one log differently')
      deepEqual(
        log.parts.map(({ first, last }) => [first, last]),
        Array.from({ length: SHARDS }, () => [1, 0]),
      )
      for (let index = 0; index < 6; index++) {
        const own = index % 2 === 0 ? adapter : other
        await hand({ adapter: own }, attendance('A', [`${index}`]))
      }
      const shard = shardOf('A')
      const entries = await adapter.readEvents([{ shard, place: 0 }], 100)
      deepEqual(
        entries.map((entry) => [entry.shard, entry.place, entry.serialNumber]),
        [1, 2, 3, 4, 5, 6].map((place) => [shard, place, 'A']),
      )
      const { first, last } = (await other.eventLog()).parts[shard] ?? {}
      deepEqual([first, last], [1, 6])
    },
  },
  {
    name: 'Events are read from where they are asked for, and no more of a part than asked for',
    otherwise: 'A reader that begins with years of events fills the heap of its process.',
    async check(subject) {
      const { adapter } = subject
      const terminals = ['A', 'B', 'C', 'D']
      for (let index = 0; index < 5; index++) {
        for (const serialNumber of terminals) {
          await hand(subject, attendance(serialNumber, [`${index}`]))
        }
      }
      const shards = [...new Set(terminals.map(shardOf))]
      const entries = await adapter.readEvents(
        shards.map((shard, index) => ({ shard, place: index })),
        3,
      )
      for (const [index, shard] of shards.entries()) {
        const places = entries.flatMap((entry) => (entry.shard === shard ? entry.place : []))
        const last = 5 * terminals.filter((each) => shardOf(each) === shard).length
        const asked = [index + 1, index + 2, index + 3].filter((place) => place <= last)
        deepEqual(places, asked)
      }
      deepEqual(await adapter.readEvents([], 3), [])
    },
  },
  {
    name: 'An upload of thousands of lines is read as events to the last one, from any of them on',
    otherwise:
      'The first upload of a terminal with a full memory is cut, or read in one piece of megabytes.',
    async check(subject) {
      const { adapter } = subject
      const pins = Array.from({ length: 1500 }, (_, index) => `${index}`)
      await hand(subject, attendance('A', pins))
      const entries = await adapter.readEvents([{ shard: shardOf('A'), place: 0 }], 100)
      ok(entries.length >= 10, 'the events of 1,500 lines are in fewer than 10 entries')
      const reader = new Reader(adapter)
      deepEqual(
        await reader.readOn(),
        pins.map((pin) => `A punch ${pin}`),
      )
      await hand(subject, attendance('A', ['later']))
      deepEqual(await reader.readOn(), ['A punch later'])
    },
  },
]

function of(serialNumber: string, words: readonly string[]): string[] {
  return words.filter((each) => each.startsWith(`${serialNumber} `))
}
