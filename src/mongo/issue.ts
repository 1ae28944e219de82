// Commands on their way in: in order, all or none.
import { distinctCommands, type IssuedCommand, keyOf, usedId } from '../command.js'
import { nextPlace } from '../place.js'
import { PHASES } from '../queue/phase.js'
import { commandText } from './cut.js'
import { type CommandDocument, documentOf, type GivenCommand } from './document.js'
import type { Collections } from './driver.js'
import { findByIds } from './read.js'
import { isDuplicateKey, newToken, type Transact, untilSettled } from './write.js'

/** Which commands storage has had: another text or a reply means that an id was used. */
const USED_BY = { text: 1, textMore: 1, textTail: 1, 'reply.digest': 1, token: 1 }
const DAY = 24 * 60 * 60 * 1000

/** Stores commands in this order, all or none: see `CommandStorage.issue`. */
export function issueOn<Issued extends IssuedCommand>(
  collections: Collections,
  transact: Transact,
): (list: readonly GivenCommand<Issued>[]) => Promise<void> {
  const { commands } = collections

  /** The ones that are not stored yet. @throws Error if an id was used before */
  async function freshOf(documents: readonly CommandDocument<Issued>[]) {
    const ids = documents.map(({ _id }) => _id)
    const found = await findByIds<CommandDocument>(commands, ids, USED_BY)
    const known = new Map(found.map((document) => [document._id, document]))
    for (const document of documents) {
      const { _id, serialNumber, commandId, token } = document
      const kept = known.get(_id)
      if (kept === undefined || kept.token === token) continue
      const isSame = kept.text !== undefined && commandText(kept) === commandText(document)
      if (kept.reply === undefined && isSame) continue
      throw usedId({ serialNumber, commandId })
    }
    return documents.filter(({ _id }) => !known.has(_id))
  }

  async function insert(documents: readonly CommandDocument<Issued>[]): Promise<void> {
    const operations = documents.map((document) => ({ insertOne: { document } })) as never[]
    if (operations.length === 1) {
      await commands.bulkWrite(operations, { ordered: true })
      return
    }
    await transact((options) => {
      return commands.bulkWrite(operations, { ordered: true, ...options }).then(() => {})
    })
  }

  return async (list) => {
    const given = distinctCommands(list)
    if (given.length === 0) return
    const token = newToken()
    const positions = await positionsOf(collections, given)
    const documents = given.map((each, index) => {
      const { serialNumber, commandId } = each.command
      const _id = keyOf(serialNumber, commandId)
      const position = positions[index]
      const place = nextPlace()
      return documentOf(each, { _id, token, place, ...(position !== undefined && { position }) })
    })
    try {
      await untilSettled(async () => {
        const fresh = await freshOf(documents)
        if (fresh.length === 0) return true
        try {
          await insert(fresh)
          return true
        } catch (error) {
          if (!isDuplicateKey(error)) throw error
          return undefined
        }
      })
    } catch (error) {
      // Without transactions, some may have been stored; a terminal may have one already.
      const ids = documents.map(({ _id }) => _id)
      if (ids.length > 1) {
        await commands.deleteMany({ _id: { $in: ids }, token, attemptsMade: 0 }).catch(() => {})
      }
      throw error
    }
  }
}

// Commands of one terminal are counted, so that their order holds whatever the clocks of the
// processes say. What the queue never sends has no position.
async function positionsOf(
  { commands, counters }: Collections,
  given: readonly GivenCommand<IssuedCommand>[],
): Promise<(number | undefined)[]> {
  const queued = given.filter(({ terms }) => terms !== undefined)
  const counts = new Map<string, number>()
  for (const { command } of queued) {
    counts.set(command.serialNumber, (counts.get(command.serialNumber) ?? 0) + 1)
  }
  const next = new Map<string, number>()
  await Promise.all([
    setLapsedAside(commands, queued),
    ...[...counts].map(async ([serialNumber, count]) => {
      next.set(serialNumber, await take(counters, serialNumber, 'positions', count))
    }),
  ])
  return given.map(({ command: { serialNumber }, terms }) => {
    if (terms === undefined) return undefined
    const position = next.get(serialNumber) ?? 1
    next.set(serialNumber, position + 1)
    return position
  })
}

/**
 * Takes the next numbers of one of a terminal's counters.
 *
 * @returns the first of them
 */
export async function take(
  counters: Collections['counters'],
  serialNumber: string,
  counter: 'positions' | 'numbers',
  count: number,
): Promise<number> {
  return untilSettled(async () => {
    try {
      const options = { upsert: true, returnDocument: 'after' }
      const update = { $inc: { [counter]: count } }
      const last = await counters.findOneAndUpdate({ _id: serialNumber }, update, options)
      return (last as { [Name in typeof counter]: number })[counter] - count + 1
    } catch (error) {
      // Two processes took the first numbers at the same moment.
      if (!isDuplicateKey(error)) throw error
      return undefined
    }
  })
}

// What was over a day before leaves the queue's index, so that polls don't pass it again and again:
// no clock is that far off.
async function setLapsedAside(
  commands: Collections['commands'],
  queued: readonly GivenCommand<IssuedCommand>[],
): Promise<void> {
  if (queued.length === 0) return
  const $in = [...new Set(queued.map(({ command }) => command.serialNumber))]
  const before = Math.min(...queued.map(({ issuedAt }) => issuedAt.getTime())) - DAY
  const liveUntil = { $lt: new Date(before) }
  const aside = (from: number, to: number) => ({
    updateMany: {
      filter: { serialNumber: { $in }, phase: from, liveUntil },
      update: { $set: { phase: to }, $unset: { queue: '', queueKey: '' } },
    },
  })
  const operations = [
    aside(PHASES.waitingUntil, PHASES.waitingLapsed),
    aside(PHASES.sentUntil, PHASES.sentLapsed),
  ]
  await commands.bulkWrite(operations as never[], { ordered: false })
}
