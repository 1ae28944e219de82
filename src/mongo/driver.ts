// The parts of a driver that are used, the collections, and writes that collide. No driver is
// imported.
import { randomBytes } from 'node:crypto'
import type { KeptRecordFilter } from '../kept.js'

/** The parts of a `Db` that are used, such as `client.db()` or `mongoose.connection.db`. */
export interface MongoDb {
  readonly databaseName: string
  readonly writeConcern?: { w?: unknown } | undefined
  collection(name: string, options?: object): MongoCollection
}

/** The parts of a `Collection` that are used. */
export interface MongoCollection {
  find(filter: object, options?: object): { toArray(): Promise<unknown[]> }
  findOne(filter: object, options?: object): Promise<unknown>
  findOneAndUpdate(filter: object, update: object, options?: object): Promise<unknown>
  updateOne(filter: object, update: object, options?: object): Promise<{ matchedCount: number }>
  updateMany(filter: object, update: object, options?: object): Promise<{ matchedCount: number }>
  deleteMany(filter: object): Promise<{ deletedCount: number }>
  // No two drivers agree on the type of an operation.
  bulkWrite(operations: never[], options?: object): Promise<BulkResult>
  createIndex(keys: Record<string, 1 | -1>): Promise<unknown>
}

/** The parts of a bulk write's result that are used. */
export interface BulkResult {
  upsertedIds: object
  upsertedCount: number
  matchedCount: number
}

/** The names of the collections. */
export const COLLECTIONS = {
  commands: 'iclock_commands',
  counters: 'iclock_counters',
  unparsed: 'iclock_unparsed',
  attendance: 'iclock_attendance',
  uploads: 'iclock_uploads',
  terminals: 'iclock_terminals',
}

/** The collections that the adapter uses. */
export type Collections = { readonly [Name in keyof typeof COLLECTIONS]: MongoCollection }

/** Opens the collections so that reads see what was stored, and what was stored stays. */
export function collectionsOf(db: MongoDb, names: typeof COLLECTIONS): Collections {
  const options = {
    writeConcern: { w: 'majority', ...db.writeConcern },
    // A lagging secondary may not have a command that was just issued, and writes that are not on
    // the majority may be rolled back.
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    // Override whatever the app configured on its client.
    promoteValues: true,
    promoteLongs: true,
    promoteBuffers: true,
    useBigInt64: false,
    ignoreUndefined: true,
    raw: false,
  }
  const open = (name: keyof Collections) => db.collection(names[name], options)
  return {
    commands: open('commands'),
    counters: open('counters'),
    unparsed: open('unparsed'),
    attendance: open('attendance'),
    uploads: open('uploads'),
    terminals: open('terminals'),
  }
}

const DUPLICATE_KEY = 11000
const MAX_TRIES = 8
const ID_LIST = 10_000

/** Whether an error says that a document with this `_id` already exists. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === DUPLICATE_KEY
}

/** A mark that lets a call recognize its own writes. */
export function newToken(): string {
  return randomBytes(9).toString('base64')
}

/** Retries writes that lost a race, with growing pauses; the last error passes through. */
export async function untilSettled<Result>(
  attempt: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    const result = await attempt()
    if (result !== undefined) return result
    if (tries === MAX_TRIES) {
      throw new Error(
        `mongoAdapter: ${MAX_TRIES} writes in a row met another one to the same document`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 2 ** tries))
  }
}

/** The documents with these `_id`s, in any order. */
export async function findByIds<Found>(
  collection: MongoCollection,
  ids: readonly string[],
  projection: object,
): Promise<Found[]> {
  const found: Found[] = []
  // A list of ids must fit into a message of 48 MB.
  for (let start = 0; start < ids.length; start += ID_LIST) {
    const $in = ids.slice(start, start + ID_LIST)
    // A batch larger than the result saves the second round trip.
    const options = { projection, batchSize: $in.length + 1 }
    found.push(...((await collection.find({ _id: { $in } }, options).toArray()) as Found[]))
  }
  return found
}

/**
 * Stores documents that don't exist yet, each under its `_id`, and leaves the others unchanged.
 *
 * @returns the `_id`s of those that were new
 */
export async function keepNew(
  collection: MongoCollection,
  documents: readonly { _id: string }[],
): Promise<ReadonlySet<string>> {
  if (documents.length === 0) return new Set()
  const token = newToken()
  const operations = documents.map(({ _id, ...rest }) => ({
    updateOne: { filter: { _id }, update: { $setOnInsert: { ...rest, token } }, upsert: true },
  }))
  let hasMet = false
  return untilSettled(async () => {
    try {
      const { upsertedIds } = await collection.bulkWrite(operations as never[], { ordered: false })
      if (!hasMet) return new Set(Object.values(upsertedIds))
      const ids = documents.map(({ _id }) => _id)
      const found = await findByIds<{ _id: string; token: string }>(collection, ids, { token: 1 })
      return new Set(found.filter((each) => each.token === token).map(({ _id }) => _id))
    } catch (error) {
      // Concurrent upserts may fail with a duplicate key; retrying succeeds, since the document
      // then exists.
      if (!isDuplicateKey(error)) throw error
      hasMet = true
      return undefined
    }
  })
}

/** The filter for documents of a terminal, or of a time, by when they were received. */
export function receivedFilter({
  serialNumber,
  since,
  before,
}: Pick<KeptRecordFilter, 'serialNumber' | 'since' | 'before'>): object {
  const receivedAt = {
    ...(since !== undefined && { $gte: since }),
    ...(before !== undefined && { $lt: before }),
  }
  return {
    // $eq: an app may pass on what a request contains, and that may be an object.
    ...(serialNumber !== undefined && { serialNumber: { $eq: serialNumber } }),
    ...(Object.keys(receivedAt).length > 0 && { receivedAt }),
  }
}
