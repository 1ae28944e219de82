// Storage in MongoDB, through the app's own connection. It imports no driver: `mongodb` 6 and 7 and mongoose's own fit.
import { createHash } from 'node:crypto'
import { checkIsIssuable, type IssuedCommand, keyOf } from './command.js'
import { checkNames, wrong } from './endpoint/options.js'
import { type Family, type Outcome, outcomeOf } from './reply/outcome.js'
import type { CommandReply } from './reply/reply.js'
import type { AnsweredCommand, ReplyStorage } from './reply/storage.js'

/** What is used of a `Db`, as `client.db()` and `mongoose.connection.db` are. */
export interface MongoDb {
  readonly databaseName: string
  readonly writeConcern?: { w?: unknown } | undefined
  collection(name: string, options?: object): MongoCollection
}

/** What is used of a `Collection`. */
export interface MongoCollection {
  find(filter: object, options?: object): { toArray(): Promise<unknown[]> }
  findOne(filter: object, options?: object): Promise<unknown>
  // No two drivers agree on the type of an operation.
  bulkWrite(operations: never[], options?: object): Promise<{ upsertedIds: object }>
  createIndex(keys: Record<string, 1 | -1>): Promise<unknown>
}

/** The options of `mongoAdapter`. */
export interface MongoAdapterOptions {
  /** The collections' names; `iclock_commands`, `iclock_replies` and `iclock_unparsed` by default. */
  collections?: { commands?: string; replies?: string; unparsed?: string }
  /** Which codes `outcome` and `meaning` of a kept reply go by (`outcomeOf`), `'attendance'` by default. */
  family?: Family
}

/** A reply as it is kept, with when it came and what came of the command. */
export interface KeptReply extends CommandReply, Outcome {
  /** When this reply first came; a repeat does not change it. */
  receivedAt: Date
}

/** Which of the kept replies to read. */
export interface KeptReplyFilter {
  /** Those of this device. */
  serialNumber?: string
  /** Those with this outcome. */
  outcome?: Outcome['outcome']
  /** Those that came at this moment or later. */
  since?: Date
  /** So many of them, the newest; all by default. */
  limit?: number
}

/** Storage in MongoDB, with ways to put commands in and to look at what came. */
export interface MongoAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends ReplyStorage<Issued> {
  findCommand(serialNumber: string, commandId: string): Promise<Issued | undefined>
  onReply(reply: CommandReply, command: Issued | undefined): Promise<void>
  onUnparsed(lines: readonly Buffer[], serialNumber: string): Promise<void>
  /** Keeps a command, with all its members, so that its reply finds it. Await it before the device gets the command. */
  issue(command: Issued): Promise<void>
  /** The reply to one command; undefined where none came. */
  findReply(serialNumber: string, commandId: string): Promise<KeptReply | undefined>
  /** The replies that the filter asks for, the newest first. */
  replies(filter?: KeptReplyFilter): Promise<KeptReply[]>
  /** The lines that were no reply, the newest first. */
  unparsed(): Promise<{ serialNumber: string; line: Buffer; receivedAt: Date }[]>
  /** Makes the indexes that `replies` is fast with. Nothing else needs them; many processes may call it at each start. */
  createIndexes(): Promise<void>
}

// What would be null or an empty list is left out: not every server keeps such a member in an upsert.
interface ReplyDocument {
  _id: string
  serialNumber: string
  commandId: string
  returnCode?: number
  commandName: string
  outcome: Outcome['outcome']
  meaning: string
  // In a list, so that names are data: on some servers no key may hold a dot or begin with a dollar.
  fields?: { key: string; value: string }[]
  raw: Buffer
  // How many of raw's last bytes are the content.
  contentLength?: number
  // The content, where raw does not end with it.
  content?: Buffer
  // Tells a repeat from another reply to the same command.
  digest: string
  receivedAt: Date
}

const OPTIONS = ['collections', 'family']
const COLLECTIONS = {
  commands: 'iclock_commands',
  replies: 'iclock_replies',
  unparsed: 'iclock_unparsed',
}
const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024
const DUPLICATE_KEY = 11000
const MAX_TRIES = 5

/**
 * Makes storage in a MongoDB database that the app has connected to; it neither connects nor closes.
 *
 * A reply is kept with `w: 'majority'`, unless the `db` has a write concern of its own. Each document's `_id` is made of
 * the serial number and the command id, so that a reply is kept once with no index to be created. The driver's errors
 * pass through unchanged; a reply that no document of MongoDB can hold rejects with a RangeError.
 *
 * For a body of many records the endpoint uses `findCommands` and `onReplies`. They are not copied by
 * `{ ...mongoAdapter(db), onReply }`, so that this `onReply` sees every reply.
 *
 * @param db `client.db()`, or `mongoose.connection.db` once it is connected: before that it is undefined
 * @throws TypeError where `db` or an option is wrong
 */
export function mongoAdapter<Issued extends IssuedCommand = IssuedCommand>(
  db: MongoDb | undefined,
  options: MongoAdapterOptions = {},
): MongoAdapter<Issued> {
  checkDb(db)
  checkNames(options, OPTIONS)
  const { family = 'attendance' } = options
  checkFamily(family)
  const names = collectionNames(options.collections)
  const collectionOptions = {
    writeConcern: { w: 'majority', ...db.writeConcern },
    // A secondary that lags behind does not know a command that was handed out just now.
    readPreference: 'primary',
    // An app may have set its client otherwise.
    promoteValues: true,
    promoteLongs: true,
    promoteBuffers: true,
    useBigInt64: false,
    ignoreUndefined: true,
  }
  const commands = db.collection(names.commands, collectionOptions)
  const replies = db.collection(names.replies, collectionOptions)
  const unparsed = db.collection(names.unparsed, collectionOptions)

  const findCommands = async (serialNumber: string, commandIds: readonly string[]) => {
    const ids = commandIds.map((id) => keyOf(serialNumber, id))
    const found = await findAll<{ command: Issued }>(commands, ids, { command: 1 })
    return found.map(({ command }) => command)
  }

  const onReplies = async (answered: readonly AnsweredCommand<Issued>[]) => {
    const documents = new Map<string, ReplyDocument>()
    let refusal: RangeError | undefined
    for (const { reply } of answered) {
      const document = documentOf(reply, family)
      refusal = refusalOf(document)
      if (refusal !== undefined) break
      if (isPending(document) && documents.has(document._id)) continue
      documents.set(document._id, document)
    }
    await keepReplies(replies, [...documents.values()])
    if (refusal !== undefined) throw refusal
  }

  const adapter: MongoAdapter<Issued> = {
    async issue(command) {
      checkIsIssuable(command)
      const _id = keyOf(command.serialNumber, command.commandId)
      const replacement = { command, issuedAt: new Date() }
      await writeOnce(commands, [{ replaceOne: { filter: { _id }, replacement, upsert: true } }])
    },
    async findCommand(serialNumber, commandId) {
      const found = await commands.findOne({ _id: keyOf(serialNumber, commandId) })
      return (found as { command: Issued } | null)?.command
    },
    onReply: (reply, command) => onReplies([{ reply, command }]),
    async onUnparsed(lines, serialNumber) {
      const receivedAt = new Date()
      const operations = new Map<string, object>()
      for (const line of lines) {
        const _id = keyOf(serialNumber, digestOf(line))
        const update = { $setOnInsert: { serialNumber, line, receivedAt } }
        operations.set(_id, { updateOne: { filter: { _id }, update, upsert: true } })
      }
      await writeOnce(unparsed, [...operations.values()])
    },
    async findReply(serialNumber, commandId) {
      const found = await replies.findOne({ _id: keyOf(serialNumber, commandId) })
      return found === null ? undefined : replyOf(found as ReplyDocument)
    },
    async replies({ serialNumber, outcome, since, limit = 0 } = {}) {
      const filter = {
        // $eq: an app may hand on what a request says, and that may be an object.
        ...(serialNumber !== undefined && { serialNumber: { $eq: serialNumber } }),
        ...(outcome !== undefined && { outcome: { $eq: outcome } }),
        ...(since !== undefined && { receivedAt: { $gte: since } }),
      }
      const found = await replies.find(filter, { sort: { receivedAt: -1 }, limit }).toArray()
      return found.map((document) => replyOf(document as ReplyDocument))
    },
    async unparsed() {
      const found = await unparsed
        .find({}, { sort: { receivedAt: -1 }, projection: { _id: 0 } })
        .toArray()
      return found as { serialNumber: string; line: Buffer; receivedAt: Date }[]
    },
    async createIndexes() {
      await replies.createIndex({ serialNumber: 1, receivedAt: -1 })
      await replies.createIndex({ outcome: 1, receivedAt: -1 })
      await replies.createIndex({ receivedAt: -1 })
      await unparsed.createIndex({ receivedAt: -1 })
    },
  }
  // Not enumerable, for spreading must leave them out: else they would go past an onReply that an app puts in.
  return Object.defineProperties(adapter, {
    findCommands: { value: findCommands },
    onReplies: { value: onReplies },
  })
}

// What most replies need is the first step alone; a repeat is known by its digest, and not written again.
async function keepReplies(replies: MongoCollection, documents: ReplyDocument[]): Promise<void> {
  const made = await writeOnce(
    replies,
    documents.map(({ _id, ...rest }) => {
      return { updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true } }
    }),
  )
  // A pending reply that comes late or again must not take the place of the final one.
  const others = documents.filter((document) => !made.has(document._id) && !isPending(document))
  if (others.length === 0) return
  const ids = others.map(({ _id }) => _id)
  const kept = await findAll<ReplyDocument>(replies, ids, { _id: 1, digest: 1 })
  const digests = new Map(kept.map(({ _id, digest }) => [_id, digest]))
  const different = others.filter(({ _id, digest }) => digests.get(_id) !== digest)
  await writeOnce(
    replies,
    different.map(({ _id, ...replacement }) => {
      return { replaceOne: { filter: { _id }, replacement, upsert: true } }
    }),
  )
}

function isPending({ outcome }: ReplyDocument): boolean {
  return outcome === 'pending'
}

async function findAll<Found>(
  collection: MongoCollection,
  ids: string[],
  projection: object,
): Promise<Found[]> {
  // With one more than there can be, no second batch is asked for.
  const options = { projection, batchSize: ids.length + 1 }
  return (await collection.find({ _id: { $in: ids } }, options).toArray()) as Found[]
}

// Of upserts that meet, MongoDB may refuse some; the document is there then, and the same operations pass.
// Returns the _id of each document that was made, not the index: not every server counts the same.
async function writeOnce(
  collection: MongoCollection,
  operations: object[],
): Promise<ReadonlySet<unknown>> {
  if (operations.length === 0) return new Set()
  for (let tries = 1; ; tries++) {
    try {
      const done = await collection.bulkWrite(operations as never[], { ordered: false })
      return new Set(Object.values(done.upsertedIds))
    } catch (error) {
      if (tries === MAX_TRIES || !isDuplicateKey(error)) throw error
    }
  }
}

function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown }).code === DUPLICATE_KEY
}

function documentOf(reply: CommandReply, family: Family): ReplyDocument {
  const { serialNumber, commandId, returnCode, commandName, raw, content } = reply
  const { outcome, meaning } = outcomeOf(reply, undefined, family)
  const fields = Object.entries(reply.fields).map(([key, value]) => ({ key, value }))
  const isAtEnd = content !== undefined && raw.subarray(raw.length - content.length).equals(content)
  return {
    _id: keyOf(serialNumber, commandId),
    serialNumber,
    commandId,
    ...(returnCode !== null && { returnCode }),
    commandName,
    outcome,
    meaning,
    ...(fields.length > 0 && { fields }),
    raw,
    ...(content !== undefined && (isAtEnd ? { contentLength: content.length } : { content })),
    digest: digestOf(
      JSON.stringify([returnCode, commandName, fields, content?.length]),
      content ?? '',
      raw,
    ),
    receivedAt: new Date(),
  }
}

function replyOf(document: ReplyDocument): KeptReply {
  const { _id, returnCode = null, fields = [], contentLength, content, digest, ...rest } = document
  const { raw } = rest
  const reply: KeptReply = { ...rest, returnCode, fields: Object.create(null) }
  for (const { key, value } of fields) reply.fields[key] = value
  if (contentLength !== undefined) reply.content = raw.subarray(raw.length - contentLength)
  if (content !== undefined) reply.content = content
  return reply
}

// An upper bound, by some bytes, of what the driver sends and the server keeps in one piece.
function refusalOf(document: ReplyDocument): RangeError | undefined {
  const { _id, serialNumber, commandId, commandName, meaning, fields = [], raw, content } = document
  let size = 1024 + raw.length + (content?.length ?? 0)
  for (const text of [_id, _id, serialNumber, commandId, commandName, meaning]) {
    size += Buffer.byteLength(text)
  }
  for (const { key, value } of fields) {
    size += 48 + Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (size <= MAX_DOCUMENT_SIZE) return undefined
  return new RangeError(
    `mongoAdapter: a reply of ${raw.length} bytes makes a document of ${size}, and MongoDB keeps ${MAX_DOCUMENT_SIZE} ` +
      "at most (16 MB). With the endpoint's limit at '15mb' a larger file is refused with 413 before it is read; " +
      "with '1mb', the default, every reply fits.",
  )
}

function digestOf(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

function checkDb(db: unknown): asserts db is MongoDb {
  const expected =
    'a Db such as client.db() returns, or mongoose.connection.db once it is connected'
  const { databaseName, collection, writeConcern } = Object(db) as Partial<MongoDb>
  if (databaseName === undefined || collection === undefined) {
    throw wrong('db', db, 'db' in Object(db) ? `${expected}; did you forget the ".db"?` : expected)
  }
  if (writeConcern?.w !== 0) return
  throw wrong('db.writeConcern.w', 0, "'majority', or nothing: with 0 no write is acknowledged")
}

function checkFamily(family: unknown): void {
  if (family === 'attendance' || family === 'access') return
  throw wrong('family', family, '"attendance" or "access"')
}

function collectionNames(collections: object = {}): typeof COLLECTIONS {
  checkNames(collections, Object.keys(COLLECTIONS))
  const names = { ...COLLECTIONS, ...collections }
  const different = new Set(Object.values(names))
  if (different.size < 3)
    throw wrong('collections', Object.values(names).join(', '), 'three different names')
  return names
}
