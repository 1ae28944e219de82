// The cases on refused serial numbers: they are there for people to approve, in bounded space.
import { deepEqual, equal } from 'node:assert/strict'
import type { ReplyStorage } from '../reply/storage.js'
import type { Refusals, RefusedStorage, RefusedTerminal } from '../terminal/refused.js'
import { fails } from './proof.js'
import { type Case, type ContractSubject, onCapability, without } from './subject.js'
import { at } from './terminal/sample.js'

interface RefusedSubject extends ContractSubject {
  adapter: ReplyStorage & RefusedStorage
}

const refusal = (serialNumber: string, address: string, second = 0, times = 1): Refusals => {
  return { serialNumber, address, at: at(second), times }
}

const shown = ({ serialNumber, address, model, firstAt, lastAt, times }: RefusedTerminal) => {
  return { serialNumber, address, model, times, firstAt: +firstAt, lastAt: +lastAt }
}

async function stored({ adapter }: RefusedSubject) {
  return (await adapter.listRefused()).map(shown)
}

async function namesIn(subject: RefusedSubject): Promise<string[]> {
  return (await stored(subject)).map(({ serialNumber, address }) => `${serialNumber} ${address}`)
}

const CASES: readonly Case<RefusedSubject>[] = [
  {
    name: 'Refused serial numbers are listed with their address, model, times and how often, the last first',
    otherwise: 'A new terminal waits in vain for somebody to let it in.',
    async check(subject) {
      const { adapter } = subject
      deepEqual(await stored(subject), [])
      await adapter.onRefused({
        ...refusal('A', '192.0.2.1', 5, 3),
        model: 'SpeedFace "V5L" 王 😀',
      })
      await adapter.onRefused(refusal('A', '2001:db8::1', 4))
      await adapter.onRefused(refusal('a', '192.0.2.1', 3))
      await adapter.onRefused(refusal('Zoë', '', 2))
      // Late, and then the last.
      await adapter.onRefused(refusal('A', '192.0.2.1', 1, 2))
      await adapter.onRefused({ ...refusal('Zoë', '', 70_000, 4_000_000_000), model: 'acc' })
      const one = { model: undefined, times: 1 }
      deepEqual(await stored(subject), [
        ...[{ serialNumber: 'Zoë', address: '', model: 'acc', times: 4_000_000_001 }].map((row) => {
          return { ...row, firstAt: +at(2), lastAt: +at(70_000) }
        }),
        {
          ...{ serialNumber: 'A', address: '192.0.2.1', model: 'SpeedFace "V5L" 王 😀', times: 5 },
          ...{ firstAt: +at(1), lastAt: +at(5) },
        },
        { serialNumber: 'A', address: '2001:db8::1', ...one, firstAt: +at(4), lastAt: +at(4) },
        { serialNumber: 'a', address: '192.0.2.1', ...one, firstAt: +at(3), lastAt: +at(3) },
      ])
    },
  },
  {
    name: 'At most 20 refused serial numbers of an address are stored, and 1,000 in all',
    otherwise: 'A stranger who tries serial numbers fills the database.',
    async check(subject) {
      const { adapter } = subject
      for (let index = 0; index < 22; index++)
        await adapter.onRefused(refusal(`S${index}`, 'a', index))
      equal((await stored(subject)).length, 20, 'of one address')
      for (let index = 0; index < 985; index++) {
        await adapter.onRefused(refusal(`T${index}`, `b${index}`, 100 + index))
      }
      const names = await namesIn(subject)
      equal(names.length, 1000, 'in all')
      deepEqual([names[0], names.at(-1)], ['T979 b979', 'S0 a'])
      // Those that are there go on.
      await adapter.onRefused(refusal('S0', 'a', 5000))
      await adapter.onRefused(refusal('NEW', 'c', 6000))
      const [first] = await stored(subject)
      deepEqual([first?.serialNumber, first?.times], ['S0', 2])
      equal(await adapter.forgetRefused({ serialNumber: 'T0' }), 1)
      await adapter.onRefused(refusal('NEW', 'c', 6000))
      equal((await namesIn(subject))[0], 'NEW c')
    },
  },
  {
    name: 'Refused serial numbers are forgotten by name, and by when they were last refused',
    otherwise: 'What was approved is asked again, or what is old keeps the place of what is new.',
    async check(subject) {
      const { adapter } = subject
      for (const [index, name] of ['A', 'a', 'B', 'C'].entries()) {
        await adapter.onRefused(refusal(name, '192.0.2.1', index))
      }
      await adapter.onRefused(refusal('A', '192.0.2.2', 1))
      equal(await adapter.forgetRefused({ serialNumber: 'X' }), 0)
      equal(await adapter.forgetRefused({ serialNumber: 'A' }), 2)
      deepEqual(await namesIn(subject), ['C 192.0.2.1', 'B 192.0.2.1', 'a 192.0.2.1'])
      equal(await adapter.forgetRefused({ before: at(3) }), 2)
      deepEqual(await namesIn(subject), ['C 192.0.2.1'])
    },
  },
  {
    name: 'Every call on refused serial numbers rejects while storage is unreachable',
    otherwise: 'Nobody is refused, it seems, and nobody knows why no new terminal comes.',
    missing: without('disconnect'),
    async check(subject) {
      const { adapter } = subject
      await adapter.onRefused(refusal('A', '192.0.2.1'))
      await subject.disconnect?.()
      await fails('onRefused', () => adapter.onRefused(refusal('A', '192.0.2.1')))
      await fails('listRefused', () => adapter.listRefused())
      await fails('forgetRefused', () => adapter.forgetRefused({ serialNumber: 'A' }))
    },
  },
]

/** The cases on refused serial numbers, skipped for adapters without that capability. */
export const REFUSED_CASES: readonly Case[] = onCapability(
  ['onRefused', 'listRefused', 'forgetRefused'],
  CASES,
)
