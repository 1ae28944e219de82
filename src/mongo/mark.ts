// The mark of what is stored and has no event yet.
import type { MongoCollection } from './driver.js'
import { findByIds } from './read.js'

/** How a document, a reply or a closing is marked. */
export const UNLOGGED = { unlogged: 1 } as const

/** Those of these documents that are marked. */
export async function unloggedIn(
  collection: MongoCollection,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return []
  const found = await findByIds<{ _id: string; unlogged?: 1 }>(collection, ids, UNLOGGED)
  return found.flatMap(({ _id, unlogged }) => (unlogged === 1 ? [_id] : []))
}

/** Removes the marks of these documents. */
export async function unmark(collection: MongoCollection, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await collection.updateMany({ _id: { $in: ids } }, { $unset: { unlogged: '' } })
}
