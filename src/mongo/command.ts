// Commands: issued in order, claimed by conditional updates, closed.
import { assertIssuable, type IssuedCommand, keyOf, usedId } from '../command.js'
import type { CommandStorage, QueuedCommand } from '../queue/storage.js'
import type { Family, FamilyOfTerminal } from '../reply/outcome.js'
import { claimsOn } from './claim.js'
import { type CommandDocument, FOREVER, recordOf } from './document.js'
import { type Collections, findByIds, isDuplicateKey, newToken, untilSettled } from './driver.js'
import { listCommands } from './list.js'

/** Commands in MongoDB. */
export interface MongoCommands<Issued extends IssuedCommand>
  extends Required<CommandStorage<Issued>> {
  /** Stores commands for the queue to hand out: see `CommandStorage`. */
  issue(commands: readonly QueuedCommand<Issued>[]): Promise<void>
  /**
   * Stores a command that the app sends to its terminal itself, with all its members, so that its
   * reply finds it. The queue never hands it out. Await it before the terminal gets the command.
   */
  issue<Given extends Issued>(command: Given): Promise<void>
}

/** A command to store; without terms it is one that the app sends itself. */
type Given<Issued extends IssuedCommand> = Omit<QueuedCommand<Issued>, 'terms'> &
  Partial<Pick<QueuedCommand<Issued>, 'terms'>>

/** The capability to hand commands out. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure for each call of storage
export function commandsOn<Issued extends IssuedCommand>(
  collections: Collections,
  family: Family | FamilyOfTerminal,
): MongoCommands<Issued> {
  const { commands, counters } = collections

  // Commands of one terminal are numbered, so that their order holds whatever the clocks of the
  // processes show.
  async function positionsOf(given: readonly Given<Issued>[]): Promise<number[]> {
    const counts = new Map<string, number>()
    for (const { command } of given) {
      counts.set(command.serialNumber, (counts.get(command.serialNumber) ?? 0) + 1)
    }
    const last = new Map<string, number>()
    for (const [serialNumber, count] of counts) {
      const options = { upsert: true, returnDocument: 'after' }
      const update = { $inc: { last: count } }
      const counter = await counters.findOneAndUpdate({ _id: serialNumber }, update, options)
      last.set(serialNumber, (counter as { last: number }).last - count)
    }
    return given.map(({ command: { serialNumber } }) => {
      const position = (last.get(serialNumber) ?? 0) + 1
      last.set(serialNumber, position)
      return position
    })
  }

  /** The ones that are not stored yet. @throws Error if an id was used before */
  async function freshOf(documents: readonly CommandDocument<Issued>[], token: string) {
    const ids = documents.map(({ _id }) => _id)
    const projection = { 'command.text': 1, 'reply.digest': 1, token: 1 }
    const found = await findByIds<CommandDocument>(commands, ids, projection)
    const known = new Map(found.map((document) => [document._id, document]))
    for (const { _id, serialNumber, commandId, command } of documents) {
      const kept = known.get(_id)
      if (kept === undefined || kept.token === token) continue
      if (kept.reply !== undefined || kept.command?.text !== command?.text) {
        // All or nothing: what this call has stored is removed again, unless a terminal has it.
        await commands.deleteMany({ _id: { $in: ids }, token, attemptsMade: 0 })
        throw usedId({ serialNumber, commandId })
      }
    }
    return documents.filter(({ _id }) => !known.has(_id))
  }

  return {
    async issue(issued: Issued | readonly QueuedCommand<Issued>[]) {
      const list = isList(issued) ? issued : [{ command: issued, issuedAt: new Date() }]
      for (const { command } of list) assertIssuable(command)
      const given = distinct(list)
      if (given.length === 0) return
      const token = newToken()
      const places = await positionsOf(given)
      const documents = given.map((each, index) => documentOf(each, places[index] ?? 0, token))
      await untilSettled(async () => {
        const fresh = await freshOf(documents, token)
        if (fresh.length === 0) return true
        const operations = fresh.map((document) => ({ insertOne: { document } }))
        try {
          await commands.bulkWrite(operations as never[], { ordered: true })
          return true
        } catch (error) {
          if (!isDuplicateKey(error)) throw error
          return undefined
        }
      })
    },
    async openCommands(serialNumber, now, limit) {
      const filter = { serialNumber, open: true, openUntil: { $gt: now } }
      const options = { sort: { position: 1 }, limit }
      const found = await commands.find(filter, options).toArray()
      return (found as CommandDocument<Issued>[]).map(recordOf)
    },
    claim: claimsOn(commands),
    async release(serialNumber, at) {
      const filter = { serialNumber, open: true, openUntil: { $gt: at }, replyDueAt: { $gt: at } }
      await commands.updateMany(filter, { $set: { replyDueAt: at } })
    },
    async cancel(serialNumber, commandIds, at, reason) {
      if (commandIds.length === 0) return []
      const token = newToken()
      const ids = commandIds.map((id) => keyOf(serialNumber, id))
      const filter = {
        _id: { $in: ids },
        command: { $exists: true },
        cancelled: { $exists: false },
        ...(reason === 'cancelled'
          ? // A pending reply doesn't settle a command, so it can still be cancelled.
            { $or: [{ reply: { $exists: false } }, { 'reply.outcome': 'pending' }] }
          : { attemptsMade: 0, reply: { $exists: false } }),
      }
      const update = { $set: { cancelled: { at, reason, token } }, $unset: { open: '' } }
      const { matchedCount } = await commands.updateMany(filter, update)
      if (matchedCount === 0) return []
      const found = await findByIds<CommandDocument>(commands, ids, { commandId: 1, cancelled: 1 })
      const closed = found.filter(({ cancelled }) => cancelled?.token === token)
      return closed.map(({ commandId }) => commandId)
    },
    async findRecord(serialNumber, commandId) {
      const found = await commands.findOne({ _id: keyOf(serialNumber, commandId) })
      return found === null ? undefined : recordOf(found as CommandDocument<Issued>)
    },
    commands: (filter, now) => listCommands(commands, filter, now, family),
  }
}

function isList<Issued extends IssuedCommand>(
  issued: Issued | readonly QueuedCommand<Issued>[],
): issued is readonly QueuedCommand<Issued>[] {
  return Array.isArray(issued)
}

function distinct<Issued extends IssuedCommand>(list: readonly Given<Issued>[]): Given<Issued>[] {
  const byKey = new Map<string, Given<Issued>>()
  for (const given of list) {
    const key = keyOf(given.command.serialNumber, given.command.commandId)
    const first = byKey.get(key) ?? given
    if (first.command.text !== given.command.text) throw usedId(given.command)
    byKey.set(key, first)
  }
  return [...byKey.values()]
}

function documentOf<Issued extends IssuedCommand>(
  { command, terms, issuedAt, openUntil = FOREVER }: Given<Issued>,
  position: number,
  token: string,
): CommandDocument<Issued> {
  const { serialNumber, commandId } = command
  return {
    _id: keyOf(serialNumber, commandId),
    serialNumber,
    commandId,
    command,
    issuedAt,
    listedAt: issuedAt,
    position,
    attemptsMade: 0,
    token,
    ...(terms !== undefined && { terms, open: true, openUntil, issuedUntil: openUntil }),
  }
}
