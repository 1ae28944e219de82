// Claims: each is a conditional update, so that any number of processes may claim at once.
import { keyOf } from '../command.js'
import type { Claim } from '../queue/storage.js'
import { type AttemptDocument, type CommandDocument, FOREVER } from './document.js'
import { findByIds, type MongoCollection, newToken } from './driver.js'

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
      open: true,
      openUntil: { $gt: sentAt },
    },
    update: {
      $set: { attemptsMade: attempt, ...made, claimToken: token },
      $push: { attempts: made },
    },
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
  const projection = { commandId: 1, attempts: 1, attemptsMade: 1, issuedUntil: 1, claimToken: 1 }
  const found = await findByIds<CommandDocument>(commands, ids, projection)
  const own = found.filter(({ claimToken }) => claimToken === token)
  const granted = new Map(own.map((document) => [document.commandId, document]))
  const gap = claims.findIndex(({ commandId }) => !granted.has(commandId))
  for (const { commandId } of claims.slice(gap)) {
    const document = granted.get(commandId)
    if (document === undefined) continue
    const { _id, attempts = [], attemptsMade, issuedUntil = FOREVER } = document
    const before = attempts.at(-2)
    await commands.updateOne(
      { _id, claimToken: token },
      {
        $set: { attemptsMade: attemptsMade - 1, ...(before ?? { openUntil: issuedUntil }) },
        $pop: { attempts: 1 },
        $unset: { claimToken: '', ...(before === undefined && { sentAt: '', replyDueAt: '' }) },
      },
    )
  }
  return claims.slice(0, gap).map(({ commandId }) => commandId)
}
