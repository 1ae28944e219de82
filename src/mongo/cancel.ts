// Closing commands: by their ids, or all older ones of a key. One statement that reads no text.
import { keyOf } from '../command.js'
import type { Promised } from '../promised.js'
import { PHASES } from '../queue/phase.js'
import type { Cancellation, ClosingById, ClosingByKey, CommandStorage } from '../queue/storage.js'
import type { CommandDocument } from './document.js'
import type { MongoCollection } from './driver.js'
import { UNLOGGED } from './mark.js'
import type { Unlogged } from './unlogged.js'
import { newToken } from './write.js'

/** Closes commands: see `CommandStorage.cancel`. */
export function cancelOn(
  commands: MongoCollection,
  log?: Unlogged,
): Promised<CommandStorage>['cancel'] {
  return async (serialNumber, which, at, reason) => {
    const chosen =
      'key' in which
        ? await byKey(commands, serialNumber, which, at)
        : byId(serialNumber, which, reason)
    if (chosen === undefined) return []
    const token = newToken()
    const mark = log === undefined ? {} : UNLOGGED
    const filter = { ...chosen, cancelled: { $exists: false }, ...rule(reason) }
    const update = {
      // By this mark the index of the key finds what this call closed.
      $set: { cancelled: { at, reason, token, ...mark }, phase: PHASES[reason], queueKey: token },
      $unset: { queue: '' },
    }
    const { matchedCount } = await commands.updateMany(filter, update)
    if (matchedCount === 0) return []
    const own = { serialNumber, queueKey: token }
    const options = { projection: { commandId: 1 } }
    const closed = (await commands.find(own, options).toArray()) as CommandDocument[]
    const ids = closed.map(({ commandId }) => commandId)
    await log?.closed(serialNumber, ids, { at, reason, token })
    return ids
  }
}

function rule(reason: Cancellation['reason']): object {
  // A pending reply doesn't settle a command, so it can still be cancelled.
  if (reason === 'cancelled') {
    return { $or: [{ reply: { $exists: false } }, { 'reply.outcome': 'pending' }] }
  }
  const reply = { $exists: false }
  return reason === 'unanswered' ? { reply } : { reply, attemptsMade: 0 }
}

function byId(
  serialNumber: string,
  { ids, attemptsMade }: ClosingById,
  reason: Cancellation['reason'],
): object | undefined {
  if (ids.length === 0) return undefined
  return {
    _id: { $in: ids.map((id) => keyOf(serialNumber, id)) },
    text: { $exists: true },
    ...(reason === 'unanswered' && { attemptsMade }),
  }
}

async function byKey(
  commands: MongoCollection,
  serialNumber: string,
  { key, before }: ClosingByKey,
  at: Date,
): Promise<object | undefined> {
  const options = { projection: { position: 1 } }
  const found = await commands.findOne({ _id: keyOf(serialNumber, before) }, options)
  const { position } = (found ?? {}) as CommandDocument
  if (position === undefined) return undefined
  return { serialNumber, queueKey: key, position: { $lt: position }, openUntil: { $gt: at } }
}
