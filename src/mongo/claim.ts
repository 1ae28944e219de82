// Claims: each is a conditional update, so that any number of processes may claim at once.
import { keyOf } from '../command.js'
import { PHASES } from '../queue/phase.js'
import type { Claim } from '../queue/storage.js'
import { type AttemptDocument, type CommandDocument, FOREVER } from './document.js'
import type { MongoCollection } from './driver.js'
import { findByIds } from './read.js'
import { newToken } from './write.js'

/** Grants attempts in order, up to the first that can't be granted: see `CommandStorage.claim`. */
export function claimsOn(
  commands: MongoCollection,
): (serialNumber: string, claims: readonly Claim[]) => Promise<readonly string[]> {
  return async (serialNumber, claims) => {
    const [first, ...others] = claims
    if (first === undefined) return []
    const token = newToken()
    // Concurrent polls collide on the first claim; whoever wins it usually wins the rest.
    const { filter, update } = operationOf(serialNumber, first, token)
    if ((await commands.updateOne(filter, update)).matchedCount === 0) return []
    if (others.length === 0) return [first.commandId]
    const operations = others.map((claim) => ({
      updateOne: operationOf(serialNumber, claim, token),
    }))
    const { matchedCount } = await commands.bulkWrite(operations as never[], { ordered: true })
    if (matchedCount === others.length) return claims.map(({ commandId }) => commandId)
    return upToTheGap(commands, serialNumber, claims, token)
  }
}

function operationOf(serialNumber: string, claim: Claim, token: string) {
  const { commandId, attempt, sentAt, replyDueAt, openUntil = FOREVER } = claim
  const made: AttemptDocument = { sentAt, replyDueAt, openUntil }
  return {
    filter: {
      _id: keyOf(serialNumber, commandId),
      attemptsMade: attempt - 1,
      queue: { $exists: true },
      openUntil: { $gt: sentAt },
    },
    update: {
      $set: { attemptsMade: attempt, ...progressOf(made), claimToken: token },
      $inc: { attemptsLeft: -1 },
      $push: { attempts: made },
    },
  }
}

function progressOf(made: AttemptDocument) {
  const { sentAt, replyDueAt, openUntil } = made
  return {
    ...made,
    liveUntil: openUntil < replyDueAt ? replyDueAt : openUntil,
    // See `isOnTerminal`.
    waitsFrom: new Date(2 * sentAt.getTime() - replyDueAt.getTime()),
    phase: openUntil < FOREVER ? PHASES.sentUntil : PHASES.sent,
  }
}

// Claims behind the first one that wasn't granted are given back, so that no command overtakes an
// earlier one.
async function upToTheGap(
  commands: MongoCollection,
  serialNumber: string,
  claims: readonly Claim[],
  token: string,
): Promise<string[]> {
  const ids = claims.map(({ commandId }) => keyOf(serialNumber, commandId))
  const projection = {
    ...{ commandId: 1, attempts: 1, attemptsMade: 1, claimToken: 1 },
    ...{ issuedUntil: 1, 'terms.expiresAt': 1 },
  }
  const found = await findByIds<CommandDocument>(commands, ids, projection)
  const own = found.filter(({ claimToken }) => claimToken === token)
  const granted = new Map(own.map((document) => [document.commandId, document]))
  const gap = claims.findIndex(({ commandId }) => !granted.has(commandId))
  for (const { commandId } of claims.slice(gap)) {
    const document = granted.get(commandId)
    if (document === undefined) continue
    // A reply that came meanwhile has closed it.
    const filter = { _id: document._id, claimToken: token, queue: { $exists: true } }
    await commands.updateOne(filter, undoing(document))
  }
  return claims.slice(0, gap).map(({ commandId }) => commandId)
}

function undoing({ attempts = [], attemptsMade, issuedUntil, terms }: CommandDocument): object {
  const before = attempts.at(-2)
  const undone = { $pop: { attempts: 1 }, $inc: { attemptsLeft: 1 } }
  if (before !== undefined) {
    return {
      ...undone,
      $set: { attemptsMade: attemptsMade - 1, ...progressOf(before) },
      $unset: { claimToken: '' },
    }
  }
  const openUntil = issuedUntil ?? FOREVER
  const { expiresAt = FOREVER } = terms ?? {}
  const liveUntil = expiresAt < openUntil ? expiresAt : openUntil
  const phase = liveUntil < FOREVER ? PHASES.waitingUntil : PHASES.waiting
  return {
    ...undone,
    $set: { attemptsMade: 0, openUntil, liveUntil, phase },
    $unset: { claimToken: '', sentAt: '', replyDueAt: '', waitsFrom: '' },
  }
}
