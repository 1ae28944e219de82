// A correct adapter with every call, over storage whose queries take a moment: faults are planted
// in it.
import { setImmediate } from 'node:timers/promises'
import { type IssuedCommand, keyOf } from '../../src/command.js'
import type { ContractSubject, UploadedLine } from '../../src/contract.js'
import type { EventStorage } from '../../src/events/storage.js'
import type { OfferStorage } from '../../src/files/storage.js'
import type {
  CommandReply,
  MemoryAdapter,
  ReplyStorage,
  RetentionStorage,
} from '../../src/index.js'
import { EventMemory } from '../../src/memory/event.js'
import { type Offers, offerMemory } from '../../src/memory/offer.js'
import { Records } from '../../src/memory/record.js'
import { refusedMemory } from '../../src/memory/refused.js'
import { type Lines, replyMemory } from '../../src/memory/reply.js'
import { retention } from '../../src/memory/retention.js'
import { type RosterRows, rosterMemory } from '../../src/memory/roster.js'
import { terminalMemory } from '../../src/memory/terminal.js'
import { Timeline } from '../../src/memory/timeline.js'
import { uploadMemory } from '../../src/memory/upload.js'
import { Uploads } from '../../src/memory/uploaded.js'
import type { CommandStorage } from '../../src/queue/storage.js'
import { outcomeOf } from '../../src/reply/outcome.js'
import type { AnsweredCommand, ReplyKept } from '../../src/reply/storage.js'
import type { RosterStorage } from '../../src/roster/storage.js'
import type { RefusedStorage } from '../../src/terminal/refused.js'
import type { TerminalStorage } from '../../src/terminal/storage.js'
import type { UploadStorage } from '../../src/upload/storage.js'
import { type PlainRecords, plainCommands } from './plain.js'

/** Shared by all connections of a subject. A fault may replace what the subject reads. */
export class Storage {
  records: PlainRecords = new Map()
  uploads: Uploads = new Uploads()
  log: EventMemory = new EventMemory()
  memory: MemoryAdapter & EventStorage = keptIn(this.records, this.uploads, this.log)
  isConnected = true
  calledAt = new Map<string, number>()
  shared = new Map<string, unknown>()
  issue = (command: IssuedCommand): unknown => this.memory.recordSent(command)
  replies = (): CommandReply[] => this.memory.replies()
  unparsed = (): { serialNumber: string; line: Buffer }[] => this.memory.unparsed()

  lines = (): UploadedLine[] => linesOf(this.memory)

  /** What a fault keeps for all connections. */
  once<T>(name: string, make: () => T): T {
    if (!this.shared.has(name)) this.shared.set(name, make())
    return this.shared.get(name) as T
  }
}

export type WholeAdapter = Required<ReplyStorage> &
  Required<CommandStorage> &
  Required<TerminalStorage> &
  RefusedStorage &
  Required<UploadStorage> &
  EventStorage &
  RetentionStorage &
  RosterStorage &
  OfferStorage

/** An adapter over its own connection, with the storage behind it and the way there. */
export interface Connection {
  adapter: WholeAdapter
  storage: Storage
  /** Takes the time of a query; rejects if storage is unreachable. */
  query(): Promise<void>
}

/** Makes an adapter wrong. It is called for each connection. */
export type Fault = (connection: Connection) => void

/** Lets a query take up to some turns of the event loop. */
async function moment(): Promise<void> {
  const turns = Math.floor(Math.random() * 4)
  for (let turn = 0; turn < turns; turn++) await setImmediate()
}

function keptIn(
  records: PlainRecords,
  uploads: Uploads,
  log: EventMemory,
): MemoryAdapter & EventStorage {
  const commands = plainCommands(records)
  const lines: Lines = { byKey: new Map(), inOrder: new Timeline() }
  const { onUnparsed, unparsed, listUnparsed } = replyMemory(new Records(), lines)
  const roster: RosterRows = new Map()
  const offers: Offers = new Map()
  const { forget, forgetPerson } = retention(new Records(), lines, uploads, roster, offers, log)
  return {
    ...commands,
    ...terminalMemory(),
    ...refusedMemory(),
    ...rosterMemory(roster),
    ...offerMemory(offers),
    ...uploadMemory(uploads, log),
    ...log.calls(),
    onReply(reply, command) {
      const said = commands.onReply(reply)
      if (said === 'kept') log.reply(reply, outcomeOf(reply, command), new Date())
      return said
    },
    cancel(serialNumber, which, at, reason) {
      const closed = commands.cancel(serialNumber, which, at, reason)
      log.closed(serialNumber, closed, at, reason)
      return closed
    },
    ...{ onUnparsed, unparsed, listUnparsed },
    async forget(before) {
      return { ...(await forget(before)), commands: commands.forget(before) }
    },
    async forgetPerson(person) {
      return { ...(await forgetPerson(person)), commands: commands.forgetPerson(person) }
    },
  }
}

function connect(storage: Storage, delay: () => Promise<void>): Connection {
  const { memory } = storage
  const query = async () => {
    await delay()
    if (!storage.isConnected) throw new Error('not connected')
  }
  const keep = async (reply: CommandReply, calledAt: number): Promise<ReplyKept> => {
    await query()
    const key = keyOf(reply.serialNumber, reply.commandId)
    const isFinal = reply.returnCode !== -5000
    if (isFinal && (storage.calledAt.get(key) ?? 0) > calledAt) return 'repeated'
    // A pending reply, however late, never blocks a final one.
    if (isFinal) storage.calledAt.set(key, calledAt)
    return memory.onReply(reply, undefined) as ReplyKept
  }
  const adapter: WholeAdapter = {
    onReply: (reply) => keep(reply, Date.now()),
    async findCommand(serialNumber, commandId) {
      await query()
      return memory.findRecord(serialNumber, commandId)?.command
    },
    async onUnparsed(lines, serialNumber) {
      await query()
      return memory.onUnparsed?.(lines, serialNumber)
    },
    async findCommands(serialNumber, commandIds) {
      await query()
      return commandIds.flatMap((id) => memory.findRecord(serialNumber, id)?.command ?? [])
    },
    async onReplies(answered: readonly AnsweredCommand[]) {
      const said: ReplyKept[] = []
      const calledAt = Date.now()
      for (const { reply } of answered) said.push(await keep(reply, calledAt))
      return said
    },
    async issue(commands) {
      await query()
      memory.issue(commands)
    },
    async openCommands(...args) {
      await query()
      return memory.openCommands(...args)
    },
    async claim(...args) {
      await query()
      return memory.claim(...args)
    },
    async release(...args) {
      await query()
      memory.release(...args)
    },
    async cancel(...args) {
      await query()
      return memory.cancel(...args)
    },
    async findRecord(...args) {
      await query()
      return memory.findRecord(...args)
    },
    async onContact(contact) {
      await query()
      memory.onContact(contact)
    },
    async findBeginning(...args) {
      await query()
      return memory.findBeginning(...args)
    },
    async findSummaries(...args) {
      await query()
      return memory.findSummaries(...args)
    },
    async nextNumbers(...args) {
      await query()
      return memory.nextNumbers(...args)
    },
    async recordSent(...args) {
      await query()
      memory.recordSent(...args)
    },
    async listTerminals(...args) {
      await query()
      return memory.listTerminals(...args)
    },
    async listReplies(...args) {
      await query()
      return memory.listReplies(...args)
    },
    async listUnparsed(...args) {
      await query()
      return memory.listUnparsed(...args)
    },
    async listAttendance(...args) {
      await query()
      return memory.listAttendance(...args)
    },
    async countAttendance(...args) {
      await query()
      return memory.countAttendance(...args)
    },
    async listUploads(...args) {
      await query()
      return memory.listUploads(...args)
    },
    async countCommands(...args) {
      await query()
      return memory.countCommands(...args)
    },
    async forget(...args) {
      await query()
      return memory.forget(...args)
    },
    async forgetPerson(...args) {
      await query()
      return memory.forgetPerson(...args)
    },
    async onRefused(...args) {
      await query()
      memory.onRefused(...args)
    },
    async listRefused() {
      await query()
      return memory.listRefused()
    },
    async forgetRefused(...args) {
      await query()
      return memory.forgetRefused(...args)
    },
    async findRoster(...args) {
      await query()
      return memory.findRoster(...args)
    },
    async listRoster(...args) {
      await query()
      return memory.listRoster(...args)
    },
    async writeRoster(...args) {
      await query()
      return memory.writeRoster(...args)
    },
    async countRoster(...args) {
      await query()
      return memory.countRoster(...args)
    },
    async addOffer(...args) {
      await query()
      memory.addOffer(...args)
    },
    async findOffer(...args) {
      await query()
      return memory.findOffer(...args)
    },
    async noteServed(...args) {
      await query()
      memory.noteServed(...args)
    },
    async listOffers(...args) {
      await query()
      return memory.listOffers(...args)
    },
    async deleteOffer(...args) {
      await query()
      return memory.deleteOffer(...args)
    },
    async findTerminal(serialNumber) {
      await query()
      return memory.findTerminal(serialNumber)
    },
    async listCommands(...args) {
      await query()
      return memory.listCommands(...args)
    },
    async onUpload(upload) {
      await query()
      return memory.onUpload(upload)
    },
    async eventLog() {
      await query()
      return memory.eventLog()
    },
    async readEvents(...args) {
      await query()
      return memory.readEvents(...args)
    },
    async sumPackets(...args) {
      await query()
      return memory.sumPackets(...args)
    },
    async findPackets(...args) {
      await query()
      return memory.findPackets(...args)
    },
  }
  return { adapter, storage, query }
}

/** The lines that storage in memory keeps. */
export function linesOf({ received }: Pick<MemoryAdapter, 'received'>): UploadedLine[] {
  return received().flatMap(({ serialNumber, records, unparsed }) => {
    return [...records, ...unparsed].map((line) => ({ serialNumber, line }))
  })
}

/** A subject with every way in and out; with a fault, in each of its connections. */
export function wholeSubject(fault: Fault = () => {}) {
  const storage = new Storage()
  const open = (delay: () => Promise<void>) => {
    const connection = connect(storage, delay)
    fault(connection)
    return connection.adapter
  }
  return {
    adapter: open(moment),
    issue: (command: IssuedCommand) => storage.issue(command),
    replies: () => storage.replies(),
    unparsed: () => storage.unparsed(),
    lines: () => storage.lines(),
    reopen: () => open(moment),
    stall(steps: number) {
      let left = steps
      let resume = () => {}
      const gate = new Promise<void>((resolve) => {
        resume = resolve
      })
      let stop = () => {}
      const stopped = new Promise<void>((resolve) => {
        stop = resolve
      })
      const adapter = open(async () => {
        if (left-- > 0) return
        stop()
        await gate
      })
      return { adapter, stopped, resume }
    },
    disconnect() {
      storage.isConnected = false
    },
  } satisfies ContractSubject
}
