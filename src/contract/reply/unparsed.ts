// Cases: lines that are not valid replies.
import { deepEqual } from 'node:assert/strict'
import { bytesOf, fails } from '../proof.js'
import { EVERY_BYTE, textOf } from '../sample.js'
import type { Case, ContractSubject } from '../subject.js'

type Line = readonly [serialNumber: string, line: Buffer]

const missing = ({ adapter, unparsed }: ContractSubject) =>
  adapter.onUnparsed && unparsed
    ? undefined
    : 'the adapter has no onUnparsed, or the subject no unparsed() to look at'

export const UNPARSED_CASES: readonly Case[] = [
  {
    name: 'Unparsed lines are stored with the terminal that sent them, byte for byte',
    otherwise: 'What could not be read is lost, and with it the way to find out why.',
    missing,
    async check(subject) {
      const lines: Line[] = [
        ['A', Buffer.from('no reply')],
        ['A', EVERY_BYTE],
        ['A', Buffer.from('No reply')],
        ['A', Buffer.from('  no reply ')],
        ['A', Buffer.from([0xff])],
        ['A', Buffer.from([0xfe])],
        ['A', Buffer.from('王=\0')],
        ['A', Buffer.from(textOf(70_000))],
        ['A', Buffer.from(`${textOf(1_100_000)}a`)],
        ['A', Buffer.from(`${textOf(1_100_000)}b`)],
        ['A', Buffer.from('no repla')],
        ['A', Buffer.from('é')],
        ['A', Buffer.from('e\u0301')],
        ['a', Buffer.from('no reply')],
      ]
      const [one, ...others] = lines.slice(0, -1).map(([, line]) => line)
      await subject.adapter.onUnparsed?.(others, 'A')
      if (one !== undefined) {
        await subject.adapter.onUnparsed?.([one], 'A')
        await subject.adapter.onUnparsed?.([one], 'a')
      }
      await keeps(subject, lines)
    },
  },
  {
    name: 'A repeated unparsed line is stored once',
    otherwise: 'A terminal that sends a body again and again fills the storage with one line.',
    missing,
    async check(subject) {
      const lines = Array.from({ length: 5 }, (_, index) => Buffer.from(`line ${index}`))
      await subject.adapter.onUnparsed?.(lines, 'A')
      await subject.adapter.onUnparsed?.(lines, 'A')
      const calls = Array.from({ length: 20 }, async () => subject.adapter.onUnparsed?.(lines, 'B'))
      await Promise.all(calls)
      await keeps(
        subject,
        ['A', 'B'].flatMap((terminal) => lines.map((line): Line => [terminal, line])),
      )
    },
  },
  {
    name: 'Every line of two thousand unparsed ones is stored',
    otherwise: 'It drops what exceeds a limit of its database, and the terminal read OK.',
    missing,
    async check(subject) {
      const lines = Array.from({ length: 2001 }, (_, index) => Buffer.from(`line ${index}`))
      await subject.adapter.onUnparsed?.(lines, 'A')
      await keeps(
        subject,
        lines.map((line): Line => ['A', line]),
      )
    },
  },
  {
    name: 'Unparsed lines that fifty terminals send at the same moment are stored',
    otherwise: 'One terminal overwrites the lines of another, though both were answered OK.',
    missing,
    async check(subject) {
      const lines = Array.from({ length: 50 }, (_, index): Line => {
        return [`terminal ${index}`, Buffer.from(`line ${index}`)]
      })
      await Promise.all(
        lines.map(async ([terminal, line]) => subject.adapter.onUnparsed?.([line], terminal)),
      )
      await keeps(subject, lines)
    },
  },
  {
    name: 'Unparsed lines that cannot be stored reject',
    otherwise: 'It swallows errors: the terminal reads OK and forgets what storage never had.',
    missing,
    async check(subject) {
      await fails('onUnparsed', () => subject.adapter.onUnparsed?.([undefined as never], 'A'))
      await keeps(subject, [])
    },
  },
]

async function keeps(subject: ContractSubject, lines: readonly Line[]): Promise<void> {
  const kept = ((await subject.unparsed?.()) ?? []).map(({ serialNumber, line }): Line => {
    return [serialNumber, line]
  })
  deepEqual(readable(kept), readable(lines))
}

function readable(lines: readonly Line[]): string[] {
  return lines.map(([serialNumber, line]) => `${serialNumber}: ${bytesOf(line)}`).sort()
}
