// Replies, each stored within its command: settling is one atomic write.
import { type IssuedCommand, keyOf } from '../command.js'
import type { KeptRecordFilter, KeptReply, KeptReplyFilter, KeptReplyLine } from '../kept.js'
import type { Family, FamilyOfTerminal } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept } from '../reply/storage.js'
import {
  type CommandDocument,
  checkFits,
  digestOf,
  keptOf,
  type ReplyDocument,
  replyDocumentOf,
} from './document.js'
import {
  type Collections,
  findByIds,
  isDuplicateKey,
  keepNew,
  newToken,
  receivedFilter,
  untilSettled,
} from './driver.js'

/** Replies in MongoDB. */
export interface MongoReplies<Issued extends IssuedCommand> {
  findCommand(serialNumber: string, commandId: string): Promise<Issued | undefined>
  findCommands(serialNumber: string, commandIds: readonly string[]): Promise<Issued[]>
  onReply(reply: CommandReply, command: Issued | undefined): Promise<ReplyKept>
  onReplies(answered: readonly AnsweredCommand<Issued>[]): Promise<readonly ReplyKept[]>
  onUnparsed(lines: readonly Buffer[], serialNumber: string): Promise<void>
  /** The reply to one command; undefined if none came. */
  findReply(serialNumber: string, commandId: string): Promise<KeptReply | undefined>
  /** The replies that the filter asks for, the newest first. */
  replies(filter?: KeptReplyFilter): Promise<KeptReply[]>
  /** The lines that are not valid replies, the newest first. */
  unparsed(filter?: KeptRecordFilter): Promise<KeptReplyLine[]>
}

/** The facts about a command's reply. */
type Seen = Pick<ReplyDocument, 'digest' | 'outcome' | 'token' | 'receivedAt'>

const SEEN = { 'reply.digest': 1, 'reply.outcome': 1, 'reply.token': 1, 'reply.receivedAt': 1 }
const MOST_SEEN = 10_000

/** Stores replies and finds their commands. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure for each call of storage
export function repliesOn<Issued extends IssuedCommand>(
  { commands, unparsed }: Collections,
  family: Family | FamilyOfTerminal,
): MongoReplies<Issued> {
  // The replies that findCommand saw, until onReply asks: a duplicate then costs no further round
  // trip.
  const seen = new Map<string, Seen>()
  const note = ({ _id, reply }: CommandDocument) => {
    if (reply === undefined) return
    if (seen.size >= MOST_SEEN) seen.clear()
    seen.set(_id, reply)
  }
  const find = async (ids: readonly string[]) => {
    const projection = { command: 1, ...SEEN }
    const found = await findByIds<CommandDocument<Issued>>(commands, ids, projection)
    found.forEach(note)
    return found.flatMap(({ command }) => command ?? [])
  }

  async function settle(
    replies: ReadonlyMap<string, { reply: CommandReply; document: ReplyDocument }>,
  ): Promise<ReadonlySet<string>> {
    const known = new Map<string, Seen>()
    for (const _id of replies.keys()) {
      const reply = seen.get(_id)
      if (reply !== undefined) known.set(_id, reply)
      seen.delete(_id)
    }
    const kept = new Set<string>()
    const left = new Map(replies)
    await untilSettled(async () => {
      for (const [_id, { document }] of left) {
        const before = known.get(_id)
        if (before?.token === document.token) kept.add(_id)
        else if (before === undefined || replaces(document, before)) continue
        left.delete(_id)
      }
      if (left.size === 0) return true
      const operations = [...left].map(([_id, { reply, document }]) => ({
        updateOne: operationOf(_id, reply, document, known.get(_id)),
      }))
      try {
        const done = await commands.bulkWrite(operations as never[], { ordered: false })
        if (done.matchedCount + done.upsertedCount === operations.length) {
          for (const _id of left.keys()) kept.add(_id)
          return true
        }
      } catch (error) {
        // The command already has a reply, or one came at this moment.
        if (!isDuplicateKey(error)) throw error
      }
      for (const { _id, reply } of await findByIds<CommandDocument>(
        commands,
        [...left.keys()],
        SEEN,
      )) {
        if (reply !== undefined) known.set(_id, reply)
      }
      return undefined
    })
    return kept
  }

  async function onReplies(
    answered: readonly AnsweredCommand<Issued>[],
  ): Promise<readonly ReplyKept[]> {
    const token = newToken()
    const receivedAt = new Date()
    const replies = new Map<string, { reply: CommandReply; document: ReplyDocument }>()
    const changes: (string | undefined)[] = []
    let refusal: unknown
    for (const { reply, command } of answered) {
      const _id = keyOf(reply.serialNumber, reply.commandId)
      const document = replyDocumentOf(reply, command, family, token, receivedAt)
      try {
        checkFits(reply, command, document)
      } catch (error) {
        // Those before it are stored.
        refusal = error
        break
      }
      const before = replies.get(_id)?.document
      const isRepeated = document.outcome === 'pending' || document.digest === before?.digest
      const isChange = before === undefined || !isRepeated
      changes.push(isChange ? _id : undefined)
      if (isChange) replies.set(_id, { reply, document })
    }
    const kept = await settle(replies)
    if (refusal !== undefined) throw refusal
    return changes.map((_id) => (_id !== undefined && kept.has(_id) ? 'kept' : 'repeated'))
  }

  return {
    async findCommand(serialNumber, commandId) {
      return (await find([keyOf(serialNumber, commandId)]))[0]
    },
    findCommands: (serialNumber, ids) => find(ids.map((id) => keyOf(serialNumber, id))),
    async onReply(reply, command) {
      return (await onReplies([{ reply, command }]))[0] ?? 'kept'
    },
    onReplies,
    async onUnparsed(lines, serialNumber) {
      const receivedAt = new Date()
      const documents = lines.map((line) => {
        return { _id: keyOf(serialNumber, digestOf(line)), serialNumber, line, receivedAt }
      })
      await keepNew(unparsed, [...new Map(documents.map((each) => [each._id, each])).values()])
    },
    async findReply(serialNumber, commandId) {
      const found = await commands.findOne({ _id: keyOf(serialNumber, commandId) })
      return keptOf(found as CommandDocument | null)
    },
    async replies({ serialNumber, outcome, since, limit = 0 } = {}) {
      const filter = {
        // $eq: an app may pass on what a request contains, and that may be an object.
        ...(serialNumber !== undefined && { serialNumber: { $eq: serialNumber } }),
        'reply.outcome': outcome === undefined ? { $exists: true } : { $eq: outcome },
        ...(since !== undefined && { 'reply.receivedAt': { $gte: since } }),
      }
      const options = { sort: { 'reply.receivedAt': -1 }, limit }
      const found = (await commands.find(filter, options).toArray()) as CommandDocument[]
      return found.flatMap((document) => keptOf(document) ?? [])
    },
    async unparsed({ limit = 0, ...filter } = {}) {
      const options = { sort: { receivedAt: -1 }, projection: { _id: 0, token: 0 }, limit }
      return (await unparsed.find(receivedFilter(filter), options).toArray()) as KeptReplyLine[]
    },
  }
}

// A duplicate changes nothing, a pending reply never replaces an existing one, and neither does an
// older one: a delayed call that was answered 503 must not undo what was answered OK since.
function replaces(document: ReplyDocument, before: Seen): boolean {
  if (document.digest === before.digest || document.outcome === 'pending') return false
  return before.outcome === 'pending' || before.receivedAt <= document.receivedAt
}

function operationOf(
  _id: string,
  { serialNumber, commandId }: CommandReply,
  document: ReplyDocument,
  before: Seen | undefined,
): object {
  const update = { $set: { reply: document }, $unset: { open: '' } }
  if (before !== undefined) return { filter: { _id, 'reply.token': before.token }, update }
  const listedAt = document.receivedAt
  return {
    filter: { _id, reply: { $exists: false } },
    update: { ...update, $setOnInsert: { serialNumber, commandId, listedAt, attemptsMade: 0 } },
    upsert: true,
  }
}
