// Reads that are bounded: by ids, and in pages.

import { type CheckedFilter, cursorOf } from '../filter.js'
import type { Page } from '../kept.js'
import type { MongoCollection } from './driver.js'

const IDS_AT_ONCE = 10_000

/** The documents with these `_id`s, in any order. */
export async function findByIds<Found>(
  collection: MongoCollection,
  ids: readonly string[],
  projection: object,
): Promise<Found[]> {
  const found: Found[] = []
  // A list of ids has a place in a message of 48 MB.
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const $in = ids.slice(start, start + IDS_AT_ONCE)
    // A batch larger than the result saves the second round trip.
    const options = { projection, batchSize: $in.length + 1 }
    found.push(...((await collection.find({ _id: { $in } }, options).toArray()) as Found[]))
  }
  return found
}

/** What orders a list: the paths of a moment, and of what orders documents of one moment. */
export interface Order {
  time: string
  place: string
}

/** The types of the parts of a cursor. */
export const CURSOR: readonly ('string' | 'number')[] = ['number', 'string']

/** The filter for a list's stretch of time, and for what comes after its cursor. */
export function stretch(
  { time, place }: Order,
  { since, before, place: [at, after] = [] }: Stretch,
): object {
  const moments = {
    ...(since !== undefined && { $gte: since }),
    ...(before !== undefined && { $lt: before }),
    ...(at !== undefined && { $lte: new Date(at) }),
  }
  return {
    ...(Object.keys(moments).length > 0 && { [time]: moments }),
    ...(at !== undefined && {
      $or: [{ [time]: { $lt: new Date(at) } }, { [place]: { $lt: after } }],
    }),
  }
}

type Stretch = Pick<CheckedFilter<{ since?: Date; before?: Date }>, 'since' | 'before' | 'place'>

/** The first documents of a list, the newest first; one more than its page has. */
export async function newest<Found>(
  collection: MongoCollection,
  filter: object,
  { time, place }: Order,
  limit: number,
  projection: object,
): Promise<Found[]> {
  const options = { sort: { [time]: -1, [place]: -1 }, limit: limit + 1, projection }
  return (await collection.find(filter, options).toArray()) as Found[]
}

/** The page of documents of which there may be one more. */
export function pageOf<Found, Row>(
  found: readonly Found[],
  limit: number,
  placeOf: (found: Found) => readonly [time: Date, place: string],
  rowOf: (found: Found) => Row,
): Page<Row> {
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const rows = shown.map(rowOf)
  if (found.length <= limit || last === undefined) return { rows }
  const [time, place] = placeOf(last)
  return { rows, next: cursorOf([time.getTime(), place]) }
}

/** The filter for members that must have these values; those that are undefined are left out. */
export function exactly(values: Record<string, unknown>): object {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  // $eq: an app may pass on what a request contains, and that may be an object.
  return Object.fromEntries(given.map(([name, value]) => [name, { $eq: value }]))
}
