// Cases: what a terminal reports is stored, and merged with what it reported before.
import { deepEqual } from 'node:assert/strict'
import type { Family } from '../../reply/outcome.js'
import type { FamilyRank, TerminalFacts } from '../../terminal/storage.js'
import { fails } from '../proof.js'
import { ALIKE_TERMINALS, MARKS, textOf } from '../sample.js'
import { without } from '../subject.js'
import { at, contactOf, knows, type TerminalCase } from './sample.js'

// As large and as long as the endpoint lets them be.
const FACTS: TerminalFacts = {
  family: 'access',
  familyRank: 'proved',
  address: `fe80::1:2:3:4%${textOf(85)}`,
  firmware: `Ver 8.0.4.3-20151228 é e\u0301 ${textOf(73)}`,
  model: `SpeedFace "V5L" 王 😀 ${textOf(79)}`,
  pushVersion: `2.4.1 ${textOf(94)}`,
  users: 999_999_999,
  fingers: 70_000,
  faces: 888_888_888,
  records: 777_777_777,
  utcOffset: -570,
  options: { '~OS': '1', MAC: '00:17:61:00:00:01', Empty: '', Long: textOf(1000) },
  stamps: {
    ATTLOG: '9999',
    OPERLOG: '00000000000000000001',
    IDCARD: '99999999999999999999',
    BIODATA: '2026-11-25T12:08:21',
  },
}

// Keys that the endpoint accepts, and values as a hostile terminal sends them.
const HOSTILE = Object.fromEntries([
  ['__proto__', '{}'],
  ['constructor', 'x'],
  ['toString', '1'],
  ['~__proto__', 'x'],
  ['_id', '7'],
  ['length', '0'],
  ['1', 'one'],
  ['a', 'lower'],
  ['A', 'upper'],
  ['x'.repeat(64), 'long'],
  ['nul', 'a\0b'],
  ['quotes', `'";--\\`],
  ['dollar', '$set'],
  ['break', 'a\u2028b'],
  ['emoji', '😀'],
  ['blank', '\u00a0x '],
  ['null', 'null'],
  ['large', textOf(5000)],
])

export const CONTACT_CASES: readonly TerminalCase[] = [
  {
    name: 'A terminal is found with what it reported, and nothing for one that never called',
    otherwise: 'A page shows another firmware or address, or a terminal that does not exist.',
    async check({ adapter }) {
      await knows(adapter, 'A', undefined)
      // A terminal has a thousand options at most, and tells five hundred at once.
      const options = Object.fromEntries(
        Array.from({ length: 990 }, (_, index) => [`Option${index}`, `${index}`]),
      )
      const some = Object.fromEntries(Object.entries(options).slice(0, 495))
      await adapter.onContact(
        contactOf('A', 0, { ...FACTS, options: { ...FACTS.options, ...some } }),
      )
      await adapter.onContact(contactOf('A', 0, { options }))
      await adapter.onContact(contactOf('B', 1))
      await knows(adapter, 'A', {
        ...FACTS,
        options: { ...FACTS.options, ...options },
        serialNumber: 'A',
        firstSeenAt: at(0),
        lastSeenAt: at(0),
      })
      await knows(adapter, 'B', { serialNumber: 'B', firstSeenAt: at(1), lastSeenAt: at(1) })
      await knows(adapter, 'C', undefined)
    },
  },
  {
    name: 'A contact is merged with what the terminal reported before',
    otherwise:
      'A poll wipes what the handshake reported, or a stamp is lost: the terminal sends its whole memory again.',
    async check({ adapter }) {
      const seen = { serialNumber: 'A', firstSeenAt: at(0) }
      await adapter.onContact(contactOf('A', 0, FACTS))
      await adapter.onContact(contactOf('A', 1))
      await knows(adapter, 'A', { ...FACTS, ...seen, lastSeenAt: at(1) })
      const options = { MAC: '00:17:61:00:00:02', New: '1' }
      const stamps = { ATTLOG: '0', BIODATA: '5' }
      const changes = {
        users: 0,
        fingers: 1,
        utcOffset: 0,
        address: '192.0.2.1',
        family: 'attendance',
        familyRank: 'stated',
      } as const
      await adapter.onContact(contactOf('A', 2, { ...changes, options, stamps }))
      await adapter.onContact(contactOf('A', 3, { options: {}, stamps: {} }))
      await knows(adapter, 'A', {
        ...{ ...FACTS, ...changes, ...seen, lastSeenAt: at(3) },
        options: { ...FACTS.options, ...options },
        stamps: { ...FACTS.stamps, ...stamps },
      })
    },
  },
  {
    name: 'An older contact never changes when a terminal was last seen, and a newer never when it was first',
    otherwise: 'A terminal that is there is shown as silent, or one of years as new.',
    async check({ adapter }) {
      await adapter.onContact(contactOf('A', 0))
      for (const second of [100, 50, 99.999, 1]) {
        await adapter.onContact(contactOf('A', second, { options: { [`at${second * 1000}`]: '' } }))
      }
      const options = { at100000: '', at50000: '', at99999: '', at1000: '' }
      const seen = { serialNumber: 'A', firstSeenAt: at(0), lastSeenAt: at(100) }
      await knows(adapter, 'A', { ...seen, options })
      await adapter.onContact(contactOf('A', -0.5))
      await knows(adapter, 'A', { ...seen, firstSeenAt: at(-0.5), options })
      for (const second of [4_000_000_000, 5_400_000_000]) {
        await adapter.onContact(contactOf('A', second))
        const lastSeenAt = at(second)
        await knows(adapter, 'A', { ...seen, firstSeenAt: at(-0.5), lastSeenAt, options })
      }
    },
  },
  {
    name: 'Hostile names and values are stored as they came',
    otherwise: 'A terminal changes what storage means, or blocks itself with its own options.',
    async check({ adapter }) {
      const facts = { firmware: 'Ver \0 \u2028 "', model: textOf(300), options: HOSTILE }
      await adapter.onContact(contactOf('A', 0, facts))
      await adapter.onContact(contactOf('A', 1, { options: { other: '1' } }))
      await knows(adapter, 'A', {
        ...{ ...facts, serialNumber: 'A', firstSeenAt: at(0), lastSeenAt: at(1) },
        options: { ...HOSTILE, other: '1' },
      })
      deepEqual(({} as Record<string, unknown>).other, undefined)
    },
  },
  {
    name: 'Terminals stay apart, whatever characters their serial numbers have',
    otherwise: 'Two terminals are shown as one.',
    async check({ adapter }) {
      const terminals = new Set([...ALIKE_TERMINALS.flat(), ...MARKS.map((mark) => `X${mark}Y`)])
      for (const [index, terminal] of [...terminals].entries()) {
        await adapter.onContact(contactOf(terminal, index, { model: `model ${index}` }))
      }
      for (const [index, serialNumber] of [...terminals].entries()) {
        const seen = { firstSeenAt: at(index), lastSeenAt: at(index) }
        await knows(adapter, serialNumber, { serialNumber, model: `model ${index}`, ...seen })
      }
    },
  },
  {
    name: 'What a terminal is gives way to what is surer, and to nothing less sure',
    otherwise:
      'One request of a stranger makes a door terminal of a time clock, and its door no longer opens.',
    async check({ adapter }) {
      const tell = async (family: Family, familyRank: FamilyRank, second: number) => {
        await adapter.onContact(contactOf('A', second, { family, familyRank }))
        const terminal = await adapter.findTerminal('A')
        return [terminal?.family, terminal?.familyRank]
      }
      await adapter.onContact(contactOf('A', 0))
      deepEqual(await tell('access', 'seen', 1), ['access', 'seen'])
      deepEqual(await tell('attendance', 'seen', 2), ['attendance', 'seen'])
      deepEqual(await tell('attendance', 'proved', 3), ['attendance', 'proved'])
      deepEqual(await tell('access', 'seen', 4), ['attendance', 'proved'])
      deepEqual(await tell('access', 'proved', 5), ['access', 'proved'])
      deepEqual(await tell('attendance', 'stated', 6), ['attendance', 'stated'])
      deepEqual(await tell('access', 'proved', 7), ['attendance', 'stated'])
      deepEqual(await tell('access', 'stated', 8), ['access', 'stated'])
      await adapter.onContact(contactOf('A', 9, { users: 1 }))
      const seen = { serialNumber: 'A', firstSeenAt: at(0), lastSeenAt: at(9) }
      await knows(adapter, 'A', { ...seen, family: 'access', familyRank: 'stated', users: 1 })
    },
  },
  {
    name: 'Every call on terminals rejects while storage is unreachable',
    otherwise: 'It swallows errors: every terminal looks silent, and nobody knows why.',
    missing: without('disconnect'),
    async check(subject) {
      const { adapter } = subject
      await adapter.onContact(contactOf('A', 0))
      await subject.disconnect?.()
      await fails('onContact', () => adapter.onContact(contactOf('A', 1)))
      const { listTerminals } = adapter
      if (listTerminals) await fails('listTerminals', () => listTerminals.call(adapter, {}))
      await fails('findTerminal', () => adapter.findTerminal('A'))
    },
  },
]
