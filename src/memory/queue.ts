// The commands of one terminal that are open, in the order in which they were issued. Nothing that
// is asked for costs more because many others wait.
import type { IssuedCommand } from '../command.js'
import { isOver } from '../queue/state.js'
import type { CommandRecord, DeliveryTerms } from '../queue/storage.js'

/** A command of the queue, as it is stored. */
export interface QueuedRecord<Issued extends IssuedCommand> extends CommandRecord<Issued> {
  command: Issued
  terms: DeliveryTerms
  /** Its place in the order of its terminal. */
  position: number
}

/** Whether a command has no reply, and was not closed. */
export function isUnsettled({ command, reply, cancelled }: CommandRecord): boolean {
  return command !== undefined && reply === undefined && cancelled === undefined
}

/** Whether a command is open at a moment. */
export function isOpen(record: CommandRecord, now: Date): boolean {
  return isUnsettled(record) && !isOver(record.openUntil, now)
}

/**
 * Commands in order. Those whose time is over are set aside, and come back if the clock steps back.
 */
class Order<Issued extends IssuedCommand> {
  #waiting = new Set<QueuedRecord<Issued>>()
  #over: QueuedRecord<Issued>[] = []
  /** At or after this moment none of those that were set aside is open. */
  #overUntil = Number.NEGATIVE_INFINITY

  add(record: QueuedRecord<Issued>): void {
    this.#waiting.add(record)
  }

  delete(record: QueuedRecord<Issued>): void {
    this.#waiting.delete(record)
  }

  /** Notes that a command is open for longer: it may have been set aside. */
  extend(record: QueuedRecord<Issued>): void {
    if (!this.#waiting.has(record)) this.#overUntil = Number.POSITIVE_INFINITY
  }

  *open(now: Date): Generator<QueuedRecord<Issued>> {
    if (now.getTime() < this.#overUntil) this.#restore()
    for (const record of this.#waiting) {
      if (isOpen(record, now)) yield record
      else {
        this.#waiting.delete(record)
        if (isUnsettled(record)) this.#setAside(record)
      }
    }
  }

  #setAside(record: QueuedRecord<Issued>): void {
    this.#over.push(record)
    this.#overUntil = Math.max(this.#overUntil, record.openUntil?.getTime() ?? 0)
  }

  #restore(): void {
    const records = [...this.#waiting, ...this.#over.filter(isUnsettled)]
    this.#waiting = new Set(records.sort((one, other) => one.position - other.position))
    this.#over = []
    this.#overUntil = Number.NEGATIVE_INFINITY
  }
}

/** The open commands of one terminal. */
export class TerminalQueue<Issued extends IssuedCommand> {
  readonly #others = new Order<Issued>()
  readonly #urgent = new Order<Issued>()
  readonly #unsentByKey = new Map<string, Order<Issued>>()
  readonly #sent = new Set<QueuedRecord<Issued>>()
  #position = 0

  /** The place of the next command. */
  next(): number {
    return ++this.#position
  }

  add(record: QueuedRecord<Issued>): void {
    const { key, urgent } = record.terms
    const order = urgent ? this.#urgent : this.#others
    order.add(record)
    if (key === undefined) return
    const alike = this.#unsentByKey.get(key) ?? new Order<Issued>()
    alike.add(record)
    this.#unsentByKey.set(key, alike)
  }

  /** Notes that a command was sent. */
  send(record: QueuedRecord<Issued>): void {
    const { key, urgent } = record.terms
    if (key !== undefined) this.#unsentByKey.get(key)?.delete(record)
    if (urgent) this.#urgent.delete(record)
    // Its time may have been over by another clock.
    else this.#others.extend(record)
    this.#sent.add(record)
  }

  /** Notes that a command was answered, closed or deleted. */
  settle(record: QueuedRecord<Issued>): void {
    this.#others.delete(record)
    this.#urgent.delete(record)
    this.#sent.delete(record)
    const { key } = record.terms
    if (key !== undefined) this.#unsentByKey.get(key)?.delete(record)
  }

  /** The urgent command that comes next. */
  nextUrgent(now: Date): QueuedRecord<Issued> | undefined {
    const [first] = this.#urgent.open(now)
    return first
  }

  /** The open commands that are not urgent, in order. */
  open(now: Date): Iterable<QueuedRecord<Issued>> {
    return this.#others.open(now)
  }

  /** The open commands with a key that were not sent, in order. */
  unsent(key: string, now: Date): Iterable<QueuedRecord<Issued>> {
    return this.#unsentByKey.get(key)?.open(now) ?? []
  }

  /** The commands that were sent and are not settled, in any order. */
  sent(): Iterable<QueuedRecord<Issued>> {
    return this.#sent
  }
}
