// Writes that meet others: retried, in a transaction, or in batches.
import { randomBytes } from 'node:crypto'
import { type MongoCollection, type MongoDb, type MongoSession, writeConcernOf } from './driver.js'
import { findByIds } from './read.js'

const DUPLICATE_KEY = 11000
const MAX_TRIES = 8
const DELETED_AT_ONCE = 500

/** Whether an error says that a document with this `_id` already exists. */
export function isDuplicateKey(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === DUPLICATE_KEY
}

/** A mark by which a call recognizes its own writes. */
export function newToken(): string {
  return randomBytes(9).toString('base64')
}

/** Retries what lost a race, with growing pauses; the last error passes through. */
export async function untilSettled<Result>(
  attempt: () => Promise<Result | undefined>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    const result = await attempt()
    if (result !== undefined) return result
    if (tries === MAX_TRIES) {
      throw new Error(
        `mongoAdapter: ${MAX_TRIES} writes in a row met another one to the same document; try again`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 2 ** tries))
  }
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

/**
 * Deletes what a filter finds, a bounded number at a time.
 *
 * @returns how many there were
 */
export async function deleteInBatches(
  collection: MongoCollection,
  filter: object,
  sort: object,
): Promise<number> {
  let deleted = 0
  for (;;) {
    const options = { projection: { _id: 1 }, sort, limit: DELETED_AT_ONCE }
    const found = (await collection.find(filter, options).toArray()) as { _id: string }[]
    if (found.length === 0) return deleted
    const ids = found.map(({ _id }) => _id)
    // The filter again: meanwhile something may have happened to one of them.
    deleted += (await collection.deleteMany({ $and: [{ _id: { $in: ids } }, filter] })).deletedCount
    if (found.length < DELETED_AT_ONCE) return deleted
  }
}

/** Writes all or nothing where the server has transactions, and one after another elsewhere. */
export type Transact = (write: (options: object) => Promise<void>) => Promise<void>

/** Makes `Transact` for a database; whether its server has transactions is found out once. */
export function transactionsOf(db: MongoDb): Transact {
  let hasThem = true
  return async (write) => {
    if (hasThem) {
      const session = sessionOf(db)
      try {
        const options = { writeConcern: writeConcernOf(db), readPreference: 'primary' }
        await session?.withTransaction(() => write({ session }), options)
        if (session !== undefined) return
      } catch (error) {
        if (!isUnsupported(error)) throw error
      } finally {
        await session?.endSession()
      }
      hasThem = false
    }
    await write({})
  }
}

function sessionOf(db: MongoDb): MongoSession | undefined {
  try {
    return db.client.startSession()
  } catch (error) {
    if (isUnsupported(error)) return undefined
    throw error
  }
}

// A standalone server answers with code 20, others don't know the words; a driver refuses servers
// without sessions by itself.
function isUnsupported(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return code === 20 || /does not support sessions|autocommit|txnNumber/.test(String(message))
}
