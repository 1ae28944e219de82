// How commands come into memory, and the numbers that are their ids.
import { assertIssuable, type IssuedCommand, keyOf, usedId } from '../command.js'
import type { CommandRecord, QueuedCommand } from '../queue/storage.js'
import type { Records } from './record.js'

/** The calls that store commands. */
export interface Issuing<Issued extends IssuedCommand> {
  issue(commands: readonly QueuedCommand<Issued>[]): void
  recordSent<Given extends Issued>(command: Given): void
  nextNumbers(serialNumber: string, count: number): number
}

/** Stores commands in records, in the order in which they come. */
export function issuing<Issued extends IssuedCommand>(records: Records<Issued>): Issuing<Issued> {
  const numbers = new Map<string, number>()

  // All or nothing: every command is checked before the first is stored.
  function fresh<Given extends { command: Issued }>(given: readonly Given[]): Given[] {
    const unknown = new Map<string, Given>()
    for (const one of given) {
      const { serialNumber, commandId, text } = one.command
      assertIssuable(one.command)
      const key = keyOf(serialNumber, commandId)
      const known = unknown.get(key) ?? records.find(serialNumber, commandId)?.record
      if (known === undefined) unknown.set(key, one)
      else if (isAnswered(known) || known.command?.text !== text) throw usedId(one.command)
    }
    return [...unknown.values()]
  }

  return {
    issue(issued) {
      for (const queued of fresh(issued)) {
        const { serialNumber, commandId } = queued.command
        const queue = records.queueFor(serialNumber)
        const record = { ...queued, attemptsMade: 0, position: queue.next() }
        records.add(serialNumber, commandId, record, queued.issuedAt)
        queue.add(record)
      }
    },
    recordSent(command) {
      const now = new Date()
      const { serialNumber, commandId } = command
      for (const sent of fresh([{ command, issuedAt: now, attemptsMade: 1, sentAt: now }])) {
        records.add(serialNumber, commandId, sent, now)
      }
    },
    nextNumbers(serialNumber, count) {
      const first = (numbers.get(serialNumber) ?? 0) + 1
      numbers.set(serialNumber, first + count - 1)
      return first
    },
  }
}

function isAnswered(known: object): boolean {
  return (known as CommandRecord).reply !== undefined
}
