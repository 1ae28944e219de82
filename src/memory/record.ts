// What memory holds of commands and replies: one record for each terminal and id.
import { type IssuedCommand, keyOf } from '../command.js'
import type { CommandRecord } from '../queue/storage.js'
import type { QueuedRecord } from './queue.js'
import { TerminalQueue } from './queue.js'
import { type Placed, Timeline } from './timeline.js'

/** A record with its place in lists. */
export interface Kept<Issued extends IssuedCommand> extends Placed {
  commandId: string
  record: CommandRecord<Issued> | QueuedRecord<Issued>
  replied?: Replied<Issued>
}

/** The place of a record in lists of replies. */
export interface Replied<Issued extends IssuedCommand> extends Placed {
  kept: Kept<Issued>
}

/** All records of all terminals. */
export class Records<Issued extends IssuedCommand> {
  readonly commands: Timeline<Kept<Issued>> = new Timeline()
  readonly replies: Timeline<Replied<Issued>> = new Timeline()
  readonly #byKey = new Map<string, Kept<Issued>>()
  readonly #queues = new Map<string, TerminalQueue<Issued>>()

  find(serialNumber: string, commandId: string): Kept<Issued> | undefined {
    return this.#byKey.get(keyOf(serialNumber, commandId))
  }

  /** Adds a record that is new, at a moment by which it is listed. */
  add(
    serialNumber: string,
    commandId: string,
    record: CommandRecord<Issued>,
    at: Date,
  ): Kept<Issued> {
    const kept = { serialNumber, commandId, record, at: at.getTime(), position: 0 }
    this.commands.add(kept)
    this.#byKey.set(keyOf(serialNumber, commandId), kept)
    return kept
  }

  /** Lists the reply of a record, once. */
  addReply(kept: Kept<Issued>, at: Date): void {
    this.replies.remove(kept.replied)
    kept.replied = { serialNumber: kept.serialNumber, at: at.getTime(), position: 0, kept }
    this.replies.add(kept.replied)
  }

  delete(kept: Kept<Issued>): void {
    this.#byKey.delete(keyOf(kept.serialNumber, kept.commandId))
    this.commands.remove(kept)
    this.replies.remove(kept.replied)
    if (isQueued(kept.record)) this.#queues.get(kept.serialNumber)?.settle(kept.record)
  }

  all(): Iterable<Kept<Issued>> {
    return this.#byKey.values()
  }

  /** The queue of a terminal; undefined if nothing was ever issued to it. */
  queueOf(serialNumber: string): TerminalQueue<Issued> | undefined {
    return this.#queues.get(serialNumber)
  }

  /** The queue of a terminal, made if there is none. */
  queueFor(serialNumber: string): TerminalQueue<Issued> {
    const queue = this.#queues.get(serialNumber) ?? new TerminalQueue<Issued>()
    this.#queues.set(serialNumber, queue)
    return queue
  }
}

/** Whether a record is that of a command that the queue sends. */
export function isQueued<Issued extends IssuedCommand>(
  record: CommandRecord<Issued>,
): record is QueuedRecord<Issued> {
  return record.terms !== undefined && record.command !== undefined
}

/** A copy of what is known: what a caller does to it must not change what is stored. */
export function copyOf<Issued extends IssuedCommand>(
  record: CommandRecord<Issued> | QueuedRecord<Issued>,
): CommandRecord<Issued> {
  const { position: _, ...known } = record as QueuedRecord<Issued>
  return known
}
