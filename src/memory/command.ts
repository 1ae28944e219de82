// Commands in memory: issued, sent in order, and closed.
import { type IssuedCommand, keyOf } from '../command.js'
import { beginningOf } from '../queue/beginning.js'
import { isOnTerminal } from '../queue/state.js'
import type {
  Cancellation,
  Claim,
  Closing,
  CommandBeginning,
  CommandIdentity,
  CommandRecord,
  CommandStorage,
  CommandSummary,
  OpenBounds,
  OpenCommand,
  OpenCommands,
} from '../queue/storage.js'
import { summaryOf } from '../queue/summary.js'
import { isPending } from '../reply/outcome.js'
import type { EventMemory } from './event.js'
import { type Issuing, issuing } from './issue.js'
import { type CommandLists, commandLists } from './list.js'
import { isOpen, isUnsettled, type QueuedRecord } from './queue.js'
import { copyOf, isQueued, type Records } from './record.js'

/** The calls of the memory adapter that send commands. */
export interface CommandMemory<Issued extends IssuedCommand>
  extends Omit<CommandStorage<Issued>, keyof (CommandLists<Issued> & Issuing<Issued>)>,
    CommandLists<Issued>,
    Issuing<Issued> {
  openCommands(serialNumber: string, now: Date, bounds: OpenBounds): OpenCommands
  claim(serialNumber: string, claims: readonly Claim[]): string[]
  release(serialNumber: string, at: Date): void
  cancel(...args: Parameters<CommandStorage['cancel']>): string[]
  findRecord(serialNumber: string, commandId: string): CommandRecord<Issued> | undefined
  findBeginning(serialNumber: string, commandId: string): CommandBeginning<Issued> | undefined
  findSummaries(identities: readonly CommandIdentity[]): CommandSummary<Issued>[]
}

/** Stores commands in records, in the order in which they were issued. */
export function commandMemory<Issued extends IssuedCommand>(
  records: Records<Issued>,
  log?: EventMemory,
): CommandMemory<Issued> {
  return {
    ...issuing(records),
    openCommands(serialNumber, now, bounds) {
      const queue = records.queueOf(serialNumber)
      if (queue === undefined) return { records: [], more: false }
      const urgent = queue.nextUrgent(now)
      const { open, more } = bounded(queue.open(now), now, bounds)
      return { records: urgent === undefined ? open : [openOf(urgent, now), ...open], more }
    },
    claim(serialNumber, claims) {
      const claimed: string[] = []
      for (const { commandId, attempt, ...attempted } of claims) {
        const record = records.find(serialNumber, commandId)?.record
        if (record === undefined || !isQueued(record)) break
        if (record.attemptsMade !== attempt - 1 || !isOpen(record, attempted.sentAt)) break
        delete record.openUntil
        Object.assign(record, attempted, { attemptsMade: attempt })
        records.queueFor(serialNumber).send(record)
        claimed.push(commandId)
      }
      return claimed
    },
    release(serialNumber, at) {
      for (const record of records.queueOf(serialNumber)?.sent() ?? []) {
        if (!isOpen(record, at)) continue
        const { replyDueAt, openUntil, terms, attemptsMade } = record
        if (replyDueAt !== undefined && replyDueAt > at) record.replyDueAt = at
        const isLast = attemptsMade >= terms.attempts
        if (isLast && (openUntil === undefined || openUntil > at)) record.openUntil = at
      }
    },
    cancel(serialNumber, which, at, reason) {
      const closed: string[] = []
      for (const record of chosen(records, serialNumber, which, at)) {
        if (!mayClose(record, which, reason)) continue
        record.cancelled = { at, reason }
        if (isQueued(record)) records.queueOf(serialNumber)?.settle(record)
        closed.push(record.command.commandId)
      }
      log?.closed(serialNumber, closed, at, reason)
      return closed
    },
    findRecord(serialNumber, commandId) {
      const kept = records.find(serialNumber, commandId)
      return kept && copyOf(kept.record)
    },
    findBeginning(serialNumber, commandId) {
      const kept = records.find(serialNumber, commandId)
      return kept && beginningOf(copyOf(kept.record))
    },
    findSummaries: (identities) =>
      distinct(identities).flatMap(({ serialNumber, commandId }) => {
        const kept = records.find(serialNumber, commandId)
        return kept === undefined ? [] : [summaryOf(copyOf(kept.record))]
      }),
    ...commandLists(records),
  }
}

// What can't be sent now is there without its text, and costs none of the bytes.
function bounded<Issued extends IssuedCommand>(
  records: Iterable<QueuedRecord<Issued>>,
  now: Date,
  { limit, maxBytes }: OpenBounds,
): { open: OpenCommand[]; more: boolean } {
  const open: OpenCommand[] = []
  let bytes = 0
  for (const record of records) {
    const one = openOf(record, now)
    const size = one.text === undefined ? 0 : Buffer.byteLength(one.text)
    const isTooMuch = size > 0 && bytes > 0 && bytes + size > maxBytes
    if (open.length === limit || isTooMuch) return { open, more: true }
    open.push(one)
    bytes += size
  }
  return { open, more: false }
}

function openOf<Issued extends IssuedCommand>(
  record: QueuedRecord<Issued>,
  now: Date,
): OpenCommand {
  const { command, terms, attemptsMade, sentAt, replyDueAt, openUntil } = record
  const { serialNumber, commandId, text } = command
  const isHeld = attemptsMade >= terms.attempts || isOnTerminal(record, now)
  return {
    serialNumber,
    commandId,
    ...(!isHeld && { text }),
    terms,
    attemptsMade,
    ...(sentAt !== undefined && { sentAt }),
    ...(replyDueAt !== undefined && { replyDueAt }),
    ...(openUntil !== undefined && { openUntil }),
  }
}

type WithCommand<Issued extends IssuedCommand> = CommandRecord<Issued> & { command: Issued }

function chosen<Issued extends IssuedCommand>(
  records: Records<Issued>,
  serialNumber: string,
  which: Closing,
  at: Date,
): WithCommand<Issued>[] {
  if ('ids' in which) {
    return which.ids.flatMap((id) => {
      const record = records.find(serialNumber, id)?.record
      return record?.command === undefined ? [] : [record as WithCommand<Issued>]
    })
  }
  const newer = records.find(serialNumber, which.before)?.record
  if (newer === undefined || !isQueued(newer)) return []
  const older: WithCommand<Issued>[] = []
  for (const record of records.queueOf(serialNumber)?.unsent(which.key, at) ?? []) {
    if (record.position < newer.position) older.push(record)
  }
  return older
}

function mayClose(
  record: WithCommand<IssuedCommand>,
  which: Closing,
  reason: Cancellation['reason'],
): boolean {
  const { reply, cancelled, attemptsMade } = record
  if (cancelled !== undefined) return false
  if (reason === 'cancelled') {
    return reply === undefined || isPending(reply)
  }
  const attempts = reason === 'unanswered' && 'ids' in which ? which.attemptsMade : 0
  return isUnsettled(record) && attemptsMade === attempts
}

function distinct(identities: readonly CommandIdentity[]): CommandIdentity[] {
  return [
    ...new Map(identities.map((one) => [keyOf(one.serialNumber, one.commandId), one])).values(),
  ]
}
