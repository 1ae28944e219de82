// Stores replies, each within its command: settling is one atomic write.
import { type IssuedCommand, keyOf } from '../command.js'
import { nextPlace } from '../place.js'
import { PHASES } from '../queue/phase.js'
import { type Family, type FamilyOfTerminal, isPending } from '../reply/outcome.js'
import { replaces } from '../reply/precedence.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept } from '../reply/storage.js'
import { personOf } from '../upload/person.js'
import type { CommandDocument } from './document.js'
import type { Collections, MongoCollection } from './driver.js'
import { UNLOGGED } from './mark.js'
import { findByIds } from './read.js'
import { checkFits, type ReplyDocument, replyDocumentOf } from './reply-document.js'
import { SEEN, type Seen, type SeenCommand, seenIn } from './seen.js'
import { strayTag } from './tag.js'
import type { Unlogged } from './unlogged.js'
import { isDuplicateKey, newToken, untilSettled } from './write.js'

/** A reply on its way into its command. */
interface Arrival {
  reply: CommandReply
  document: ReplyDocument
}

/** Stores replies in order: see `ReplyStorage.onReplies`. */
export function settlingOn<Issued extends IssuedCommand>(
  commands: MongoCollection,
  family: Family | FamilyOfTerminal,
  seen: Seen,
  log?: Unlogged,
): (answered: readonly AnsweredCommand<Issued>[]) => Promise<readonly ReplyKept[]> {
  return async (answered) => {
    let token = newToken()
    const kept = new Set<string>()
    const keepAll = async () => {
      for (const _id of await settle(arrivals, { commands, seen, log })) kept.add(_id)
      await log?.replies([...arrivals.keys()])
    }
    const receivedAt = new Date()
    const arrivals = new Map<string, Arrival>()
    const changes: (string | undefined)[] = []
    let refusal: unknown
    for (const { reply, command } of answered) {
      const _id = keyOf(reply.serialNumber, reply.commandId)
      const place = nextPlace()
      const document = replyDocumentOf(reply, command, family, {
        ...{ token, receivedAt, place },
        ...(log !== undefined && UNLOGGED),
      })
      try {
        checkFits(reply, command, document)
      } catch (error) {
        // Those before it are stored.
        refusal = error
        break
      }
      const before = arrivals.get(_id)
      const isChange =
        before === undefined ||
        (document.digest !== before.document.digest && replaces(reply, before.reply))
      changes.push(isChange ? _id : undefined)
      if (!isChange) continue
      if (before !== undefined && log !== undefined) {
        // Each has an event of its own.
        await keepAll()
        arrivals.clear()
        token = newToken()
        document.token = token
      }
      arrivals.set(_id, { reply, document })
    }
    await keepAll()
    if (refusal !== undefined) throw refusal
    return changes.map((_id) => (_id !== undefined && kept.has(_id) ? 'kept' : 'repeated'))
  }
}

/** Stores at most one reply for each command; returns the keys of those that were new. */
async function settle(
  arrivals: ReadonlyMap<string, Arrival>,
  {
    commands,
    seen,
    log,
  }: Pick<Collections, 'commands'> & { seen: Seen; log: Unlogged | undefined },
): Promise<ReadonlySet<string>> {
  const known = new Map<string, SeenCommand>()
  for (const _id of arrivals.keys()) {
    const before = seen.take(_id)
    if (before !== undefined) known.set(_id, before)
  }
  const kept = new Set<string>()
  const left = new Map(arrivals)
  await untilSettled(async () => {
    for (const [_id, arrival] of left) {
      const before = known.get(_id)
      if (before?.reply.token === arrival.document.token) kept.add(_id)
      else if (before === undefined || takesPlaceOf(before, arrival)) continue
      left.delete(_id)
    }
    if (left.size === 0) return true
    // What is replaced can't be logged any more.
    if (log !== undefined) {
      await log.replies([...left.keys()].filter((_id) => known.get(_id)?.reply.unlogged === 1))
    }
    const operations = [...left].map(([_id, arrival]) => ({
      updateOne: operationOf(_id, arrival, known.get(_id)),
    }))
    try {
      const done = await commands.bulkWrite(operations as never[], { ordered: false })
      if (done.matchedCount + done.upsertedCount === operations.length) {
        for (const _id of left.keys()) kept.add(_id)
        return true
      }
    } catch (error) {
      // The command has a reply already, or one came at this moment.
      if (!isDuplicateKey(error)) throw error
    }
    for (const document of await findByIds<CommandDocument>(commands, [...left.keys()], SEEN)) {
      const before = seenIn(document)
      if (before !== undefined) known.set(document._id, before)
    }
    return undefined
  })
  return kept
}

// A duplicate changes nothing, and neither does an older reply: a call that was held up and
// answered 503 must not undo what was answered OK since.
function takesPlaceOf({ reply: before }: SeenCommand, { reply, document }: Arrival): boolean {
  const { digest, returnCode = null, rows, receivedAt } = before
  const kept = { ...reply, returnCode }
  if (rows === undefined) delete kept.rows
  else kept.rows = rows
  if (document.digest === digest || !replaces(reply, kept)) return false
  const isFinal = !isPending(kept) && rows === undefined
  return !isFinal || receivedAt <= document.receivedAt
}

function operationOf(
  _id: string,
  { reply, document }: Arrival,
  before: SeenCommand | undefined,
): object {
  const { serialNumber, commandId } = reply
  const pin = personOf(reply)
  const tags = pin === undefined ? [] : [strayTag(pin)]
  const phase = { phase: PHASES[document.outcome] }
  // A command that was cancelled stays so while its reply is pending.
  const isOpen = document.outcome === 'pending'
  const update = {
    $set: { reply: document, ...(!isOpen && phase), ...(before?.isIssued === false && { tags }) },
    ...(isOpen && { $max: phase }),
    $unset: { queue: '', queueKey: '' },
  }
  if (before !== undefined) return { filter: { _id, 'reply.token': before.reply.token }, update }
  const listed = { listedAt: document.receivedAt, place: document.place }
  const stray = { serialNumber, commandId, ...listed, attemptsMade: 0 }
  return {
    filter: { _id, reply: { $exists: false } },
    update: { ...update, $setOnInsert: { ...stray, ...(tags.length > 0 && { tags }) } },
    upsert: true,
  }
}
