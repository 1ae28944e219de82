// Cases: what is about a person is forgotten, and nothing else.
import { deepEqual } from 'node:assert/strict'
import { at, claimed, claimOf, openIds, queued } from '../command/record.js'
import { report } from '../proof.js'
import { replyOf, replyTo } from '../sample.js'
import { attendance, hand, keepsLines, packetUpload, uploadOf } from '../upload/sample.js'
import { missing, type RetentionCase } from './sample.js'

const photo = (pin: string) => {
  return uploadOf('A', 'ATTPHOTO', `PIN=20261005065810-${pin}.jpg\nSN=A\nsize=3\nCMD=x\0abc`)
}

export const PERSON_CASES: readonly RetentionCase[] = [
  {
    name: 'Everything about a person on these terminals is forgotten, and nothing about another',
    otherwise: 'Who asked to be forgotten is still there, or somebody else is gone.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const text = (pin: string) => `DATA UPDATE USERINFO PIN=${pin}\tName=Ada`
      const commands = [
        queued('A', 'open', { text: text('7') }),
        queued('A', 'sent', { text: 'DATA DELETE user Pin=7' }),
        queued('A', 'done', { text: text('7') }),
        queued('A', 'other', { text: text('70') }),
        queued('A', 'zero', { text: text('07') }),
        queued('A', 'none', { text: 'CHECK' }),
        queued('B', 'open', { text: text('7') }),
      ]
      await adapter.issue(commands)
      await claimed(adapter, 'A', claimOf('sent', 1))
      for (const id of ['done', 'other']) await report(adapter, replyTo('A', id, 0))
      await adapter.onReply(replyOf('A', 'ID=stray&Return=0&CMD=X&PIN=7'), undefined)
      await adapter.onReply(replyOf('A', 'ID=foreign&Return=0&CMD=X&PIN=70'), undefined)
      const users = (pins: string[]) => {
        return uploadOf('A', 'OPERLOG', pins.map((pin) => `USER PIN=${pin}\tName=A`).join('\n'))
      }
      const packets = [1, 2].map((index) => packetUpload('A', '1', [index, 2], `PIN=7 ${index}`))
      const half = packetUpload('A', '1', [1, 3], 'PIN=8')
      const atB = attendance('B', ['7'])
      await hand(subject, attendance('A', ['7', '70', '07']), atB, photo('7'), photo('70'))
      await hand(subject, users(['7', '70']), ...packets, half)
      const forgotten = await adapter.forgetPerson({ pin: '7', serialNumbers: ['A', 'C'] })
      deepEqual({ ...forgotten }, { commands: 4, attendance: 1, uploads: 4, unparsed: 0 })
      const ids = ['open', 'sent', 'done', 'other', 'zero', 'none', 'stray', 'foreign']
      const asked = ids.map((commandId) => ({ serialNumber: 'A', commandId }))
      const left = await adapter.findSummaries(asked)
      deepEqual(left.map(({ commandId }) => commandId).sort(), ['foreign', 'none', 'other', 'zero'])
      deepEqual(await openIds(adapter, 'A', at(11)), ['zero', 'none'])
      deepEqual(await openIds(adapter, 'B', at(11)), ['open'])
      const [, ...others] = attendance('A', ['7', '70', '07']).records
      const rest = { ...attendance('A', []), records: others }
      await keepsLines(subject, [rest, atB, photo('70'), users(['70']), half])
    },
  },
  {
    name: 'A person with thousands of records is forgotten whole',
    otherwise: 'Three years of arrivals stay behind the first thousand.',
    missing,
    async check(subject) {
      const times = Array.from({ length: 2100 }, (_, index) => new Date(1.7e12 + index * 60_000))
      const lines = times.map((time) => {
        return `7\t${time.toISOString().slice(0, 19).replace('T', ' ')}\t0\t1\t0\t0\t0`
      })
      const other = attendance('A', ['70'])
      await hand(subject, uploadOf('A', 'ATTLOG', lines.join('\n')), other)
      const { adapter } = subject
      const { attendance: count } = await adapter.forgetPerson({ pin: '7', serialNumbers: ['A'] })
      deepEqual(count, 2100)
      await keepsLines(subject, [other])
    },
  },
]
