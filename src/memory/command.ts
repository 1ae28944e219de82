// Commands in memory: issued, handed out in order, and closed.
import { assertIssuable, type IssuedCommand, keyOf, usedId } from '../command.js'
import { stateOf } from '../queue/state.js'
import type {
  Claim,
  CommandFilter,
  CommandRecord,
  CommandStorage,
  QueuedCommand,
} from '../queue/storage.js'
import { outcomeOf } from '../reply/outcome.js'

/** The calls of the memory adapter that hand commands out. */
export interface CommandMemory<Issued extends IssuedCommand> extends CommandStorage<Issued> {
  /** Stores commands for the queue to hand out: see `CommandStorage`. */
  issue(commands: readonly QueuedCommand<Issued>[]): void
  /**
   * Stores a command that the app sends to its terminal itself, so that its reply finds it. The
   * queue never hands it out.
   *
   * @throws TypeError if a terminal can't carry its id or its text
   * @throws Error if this terminal has had its id with another text or with a reply
   */
  issue<Given extends Issued>(command: Given): void
  openCommands(serialNumber: string, now: Date, limit: number): CommandRecord<Issued>[]
  claim(serialNumber: string, claims: readonly Claim[]): string[]
  release(serialNumber: string, at: Date): void
  cancel(...args: Parameters<CommandStorage['cancel']>): string[]
  findRecord(serialNumber: string, commandId: string): CommandRecord<Issued> | undefined
  commands(filter: CommandFilter, now: Date): CommandRecord<Issued>[]
}

/** Stores commands in records, in the order in which they were issued. */
export function commandMemory<Issued extends IssuedCommand>(
  records: Map<string, CommandRecord<Issued>>,
): CommandMemory<Issued> {
  const queues = new Map<string, CommandRecord<Issued>[]>()
  const recordOf = (serialNumber: string, id: string) => records.get(keyOf(serialNumber, id))

  // All or nothing: every command is checked before the first is stored.
  function keep(issued: readonly Known<Issued>[]): Known<Issued>[] {
    const fresh = new Map<string, Known<Issued>>()
    for (const record of issued) {
      assertIssuable(record.command)
      const key = keyOf(record.command.serialNumber, record.command.commandId)
      const known = fresh.get(key) ?? records.get(key)
      if (known === undefined) fresh.set(key, record)
      else if (known.reply !== undefined || known.command?.text !== record.command.text) {
        throw usedId(record.command)
      }
    }
    for (const [key, record] of fresh) records.set(key, record)
    return [...fresh.values()]
  }

  return {
    issue(issued: Issued | readonly QueuedCommand<Issued>[]): void {
      if (!isList(issued)) {
        keep([{ command: issued, issuedAt: new Date(), attemptsMade: 0 }])
        return
      }
      for (const record of keep(issued.map((queued) => ({ ...queued, attemptsMade: 0 })))) {
        const { serialNumber } = record.command
        const queue = queues.get(serialNumber)
        if (queue === undefined) queues.set(serialNumber, [record])
        else queue.push(record)
      }
    },
    openCommands(serialNumber, now, limit) {
      const queue = queues.get(serialNumber)
      if (queue === undefined) return []
      // What is answered or cancelled stays closed; what has expired opens if the clock steps back.
      const unsettled = queue.filter((record) => isUnsettled(record))
      queues.set(serialNumber, unsettled)
      const open = unsettled.filter((record) => isOpen(record, now))
      return open.slice(0, limit).map((record) => ({ ...record }))
    },
    claim(serialNumber, claims) {
      const claimed: string[] = []
      for (const { commandId, attempt, ...attempted } of claims) {
        const record = recordOf(serialNumber, commandId)
        const isNext = record?.attemptsMade === attempt - 1 && isOpen(record, attempted.sentAt)
        if (!isNext) break
        delete record.openUntil
        Object.assign(record, attempted, { attemptsMade: attempt })
        claimed.push(commandId)
      }
      return claimed
    },
    release(serialNumber, at) {
      for (const record of queues.get(serialNumber) ?? []) {
        if (record.replyDueAt !== undefined && isOpen(record, at)) record.replyDueAt = at
      }
    },
    cancel(serialNumber, commandIds, at, reason) {
      return commandIds.filter((id) => {
        const record = recordOf(serialNumber, id)
        if (record?.command === undefined || record.cancelled !== undefined) return false
        if (record.reply !== undefined && outcomeOf(record.reply).outcome !== 'pending') {
          return false
        }
        if (reason !== 'cancelled' && record.attemptsMade > 0) return false
        record.cancelled = { at, reason }
        return true
      })
    },
    findRecord(serialNumber, commandId) {
      const record = recordOf(serialNumber, commandId)
      return record && { ...record }
    },
    commands(filter, now) {
      const issued = [...records.values()].filter((record) => isListed(record, filter, now))
      // Of those issued in the same millisecond, the last comes first.
      issued.reverse().sort((one, other) => Number(other.issuedAt) - Number(one.issuedAt))
      return issued.slice(0, filter.limit ?? 100).map((record) => ({ ...record }))
    },
  }
}

interface Known<Issued extends IssuedCommand> extends CommandRecord<Issued> {
  command: Issued
}

function isList<Issued extends IssuedCommand>(
  issued: Issued | readonly QueuedCommand<Issued>[],
): issued is readonly QueuedCommand<Issued>[] {
  return Array.isArray(issued)
}

function isListed(record: CommandRecord, filter: CommandFilter, now: Date): boolean {
  const { command, issuedAt } = record
  const { serialNumber = command?.serialNumber, state, since, before } = filter
  if (command === undefined || command.serialNumber !== serialNumber) return false
  if (issuedAt === undefined || (since && issuedAt < since)) return false
  if (before && issuedAt >= before) return false
  return state === undefined || [state].flat().includes(stateOf(record, now))
}

function isUnsettled({ command, reply, cancelled }: CommandRecord): boolean {
  return command !== undefined && reply === undefined && cancelled === undefined
}

function isOpen(record: CommandRecord, now: Date): boolean {
  const { openUntil } = record
  return isUnsettled(record) && (openUntil === undefined || openUntil > now)
}
