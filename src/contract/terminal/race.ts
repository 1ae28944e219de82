// Cases: contacts at the same moment, in one process and in several.
import { deepEqual } from 'node:assert/strict'
import { heldUp } from '../stall.js'
import { without } from '../subject.js'
import { at, contactOf, knows, type TerminalAdapter, type TerminalCase } from './sample.js'

export const TERMINAL_RACE_CASES: readonly TerminalCase[] = [
  {
    name: 'The contacts of fifty terminals at the same moment are stored',
    otherwise: 'One terminal overwrites what another reported.',
    async check({ adapter }) {
      const terminals = Array.from({ length: 50 }, (_, index) => `terminal ${index}`)
      const tell = async (terminal: string, index: number) =>
        adapter.onContact(contactOf(terminal, index, { model: terminal }))
      await Promise.all(terminals.map(tell))
      for (const [index, serialNumber] of terminals.entries()) {
        const seen = { firstSeenAt: at(index), lastSeenAt: at(index) }
        await knows(adapter, serialNumber, { serialNumber, model: serialNumber, ...seen })
      }
    },
  },
  {
    name: 'Everything that one terminal reports in many requests at the same moment is stored',
    otherwise: 'A stamp is lost: the terminal sends its whole memory again.',
    async check(subject) {
      const other = (await subject.reopen?.()) ?? subject.adapter
      await subject.adapter.onContact(contactOf('A', 0))
      await allTold(subject.adapter, other)
    },
  },
  {
    name: 'Everything that a new terminal reports in its first requests at the same moment is stored',
    otherwise: 'A new terminal is refused, or half of what it reported is lost.',
    async check(subject) {
      await allTold(subject.adapter, (await subject.reopen?.()) ?? subject.adapter)
    },
  },
  {
    name: 'A terminal reported to one process is found in another',
    otherwise: 'Each process knows its own terminals alone.',
    missing: without('reopen'),
    async check(subject) {
      const other = await subject.reopen?.()
      if (other === undefined) return
      await knows(other, 'A', undefined)
      await subject.adapter.onContact(contactOf('A', 0, { users: 1 }))
      const seen = { serialNumber: 'A', firstSeenAt: at(0) }
      await knows(other, 'A', { ...seen, lastSeenAt: at(0), users: 1 })
      await other.onContact(contactOf('A', 1, { users: 2 }))
      await knows(subject.adapter, 'A', { ...seen, lastSeenAt: at(1), users: 2 })
      await other.onContact(contactOf('A', 2, { users: 3 }))
      await knows(subject.adapter, 'A', { ...seen, lastSeenAt: at(2), users: 3 })
    },
  },
  {
    name: 'Everything reported while an older contact was delayed is kept',
    otherwise: 'A slow request makes storage forget a stamp, or that the terminal was there.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      for (const steps of [0, 1, 2, 3, 4]) {
        for (const isKnown of [true, false]) {
          const name = `${steps} ${isKnown}`
          if (isKnown) await adapter.onContact(contactOf(name, 10))
          const older = contactOf(name, 11, { options: { older: '1' } })
          const newer = contactOf(name, 12, { options: { newer: '1' } })
          const tell = async (stalled: TerminalAdapter) => {
            await stalled.onContact(older)
            return true
          }
          const { result } = await heldUp(subject, steps, tell, async () =>
            adapter.onContact(newer),
          )
          const terminal = await adapter.findTerminal(name)
          deepEqual(terminal?.lastSeenAt.getTime(), at(12).getTime(), name)
          deepEqual(terminal?.options?.newer, '1', name)
          if (result) deepEqual(terminal?.options?.older, '1', name)
        }
      }
    },
  },
]

async function allTold(one: TerminalAdapter, other: TerminalAdapter): Promise<void> {
  const seconds = Array.from({ length: 30 }, (_, index) => ((index * 7) % 30) + 1)
  const told = seconds.map(async (second, index) => {
    const options = { [`option${second}`]: `${second}` }
    await (index % 2 ? one : other).onContact(contactOf('A', second, { options }))
  })
  await Promise.all(told)
  const terminal = await one.findTerminal('A')
  deepEqual(terminal?.lastSeenAt.getTime(), at(30).getTime())
  const options = Object.entries(terminal?.options ?? {}).sort()
  deepEqual(options, seconds.map((second) => [`option${second}`, `${second}`]).sort())
}
