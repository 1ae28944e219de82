// The log of events. Without transactions, an entry is written after what it describes: a mark shows what
// isn't logged yet, and what a process that died left is found by its mark and logged later.
import { setTimeout as wait } from 'node:timers/promises'
import { withoutPerson } from '../events/entry.js'
import { SHARDS, shardOf } from '../events/shard.js'
import type { EventEntry, EventPlace, EventStorage } from '../events/storage.js'
import type { ForgottenPerson } from '../kept.js'
import type { MongoCollection } from './driver.js'
import { isDuplicateKey, keepNew, newToken } from './write.js'

const BATCH = 500
const MOST_TRIES = 40
const LONGEST_PAUSE = 100
const NAME = 'log'

/** An entry; its `_id` is its part and its place, so that nothing else can take it. */
interface EntryDocument {
  _id: string
  serialNumber: string
  at: Date
  text: string
}

/** The log, for whoever writes to it. */
export class EventWriter {
  readonly #events: MongoCollection

  constructor(events: MongoCollection) {
    this.#events = events
  }

  /** The place after the highest visible one of a terminal's part. */
  async nextPlace(serialNumber: string): Promise<number> {
    const options = { sort: { _id: -1 }, limit: 1, projection: { _id: 1 } }
    const found = await this.#events.find(partOf(shardOf(serialNumber)), options).toArray()
    const [last] = found as EntryDocument[]
    return last === undefined ? 1 : placeOf(last) + 1
  }

  /**
   * Writes entries, each after the highest place that is visible.
   *
   * @param next what `nextPlace` said a moment ago
   */
  async append(
    serialNumber: string,
    at: Date,
    texts: readonly string[],
    next?: number,
  ): Promise<void> {
    const shard = shardOf(serialNumber)
    let place = next ?? (texts.length === 0 ? 0 : await this.nextPlace(serialNumber))
    for (const text of texts) {
      for (let tries = 1; ; tries++) {
        const document = { _id: idOf(shard, place), serialNumber, at, text }
        if (await this.#isAdded(document)) break
        if (tries === MOST_TRIES) {
          throw new Error(`mongoAdapter: ${MOST_TRIES} writes in a row met another; try again`)
        }
        // Until the one that was faster is visible.
        await wait(Math.random() * Math.min(2 * tries, LONGEST_PAUSE))
        place = await this.nextPlace(serialNumber)
      }
      place++
    }
  }

  async #isAdded(document: EntryDocument): Promise<boolean> {
    try {
      await this.#events.bulkWrite([{ insertOne: { document } }] as never[])
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }
}

/** Reads the log: see `EventStorage`. `repair` logs what was left, and may be called at each look. */
export function eventReadsOn(events: MongoCollection, repair: () => Promise<void>): EventStorage {
  const ends = async (shard: number, direction: 1 | -1) => {
    const options = { sort: { _id: direction }, limit: 1 }
    const [found] = (await events.find(partOf(shard), options).toArray()) as EntryDocument[]
    return found
  }
  return {
    async eventLog() {
      await keepNew(events, [{ _id: NAME, text: newToken().replace(/\W/g, '_') }] as never[])
      const { text } = (await events.findOne({ _id: NAME })) as EntryDocument
      const parts = Array.from({ length: SHARDS }, async (_, shard) => {
        const [lowest, highest] = await Promise.all([ends(shard, 1), ends(shard, -1)])
        if (lowest === undefined || highest === undefined) return { first: 1, last: 0 }
        return { first: placeOf(lowest) + (lowest.text === '' ? 1 : 0), last: placeOf(highest) }
      })
      return { id: text, parts: await Promise.all(parts) }
    },
    async readEvents(after, limit) {
      if (after.length === 0) return []
      await repair()
      const most = limit * after.length
      const all = await found(events, { $or: after.map(beyond) }, most + 1)
      if (all.length <= most) return bounded(all, limit)
      // Some parts have many: so that they keep no other one waiting, each is read by itself.
      const parts = after.map((place) => found(events, beyond(place), limit))
      return (await Promise.all(parts)).flat()
    },
  }
}

/** Deletes old entries from the beginning of each part; its last one is emptied, so that numbers go on. */
export async function forgetEvents(events: MongoCollection, before: Date): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) {
    for (let isWhole = false; !isWhole; ) {
      const options = { sort: { _id: 1 }, limit: BATCH + 1, projection: { at: 1 } }
      const oldest = (await events.find(partOf(shard), options).toArray()) as EntryDocument[]
      const young = oldest.findIndex(({ at }) => at >= before)
      const old = young === -1 ? oldest : oldest.slice(0, young)
      isWhole = old.length <= BATCH
      const last = young === -1 ? old.at(-1) : undefined
      const gone = old.at(last === undefined ? -1 : -2)
      if (gone !== undefined) {
        await events.deleteMany({ _id: { $gte: idOf(shard, 0), $lte: gone._id } })
      }
      if (isWhole && last) await events.updateOne({ _id: last._id }, { $set: { text: '' } })
    }
  }
}

/** Takes a person out of the entries of some terminals. */
export async function forgetPersonIn(
  events: MongoCollection,
  { pin, serialNumbers }: ForgottenPerson,
): Promise<void> {
  for (const serialNumber of serialNumbers) {
    const shard = shardOf(serialNumber)
    let place = 0
    for (let isDone = false; !isDone; ) {
      const filter = { ...beyond({ shard, place }), serialNumber }
      const options = { sort: { _id: 1 }, limit: BATCH }
      const rows = (await events.find(filter, options).toArray()) as EntryDocument[]
      isDone = rows.length < BATCH
      for (const row of rows) {
        if (!(await isRewritten(events, row, withoutPerson(row.text, pin)))) {
          // Another call has changed it: it is read again.
          isDone = false
          break
        }
        place = placeOf(row)
      }
    }
  }
}

async function isRewritten(
  events: MongoCollection,
  { _id, text: before }: EntryDocument,
  text: string,
): Promise<boolean> {
  if (text === before) return true
  const { matchedCount } = await events.updateOne({ _id, text: before }, { $set: { text } })
  return matchedCount > 0
}

async function found(
  events: MongoCollection,
  filter: object,
  limit: number,
): Promise<EventEntry[]> {
  const rows = await events.find(filter, { sort: { _id: 1 }, limit }).toArray()
  return (rows as EntryDocument[]).map((row) => {
    const { serialNumber, text } = row
    return { shard: Number(row._id.split(':')[0]), place: placeOf(row), serialNumber, text }
  })
}

function bounded(entries: readonly EventEntry[], limit: number): EventEntry[] {
  const counts = new Map<number, number>()
  return entries.filter(({ shard }) => {
    const count = (counts.get(shard) ?? 0) + 1
    counts.set(shard, count)
    return count <= limit
  })
}

// In the order of their places, as texts.
function idOf(shard: number, place: number): string {
  return `${String(shard).padStart(2, '0')}:${String(place).padStart(15, '0')}`
}

function placeOf({ _id }: EntryDocument): number {
  return Number(_id.split(':')[1])
}

function beyond({ shard, place }: EventPlace): { _id: object } {
  return { _id: { $gt: idOf(shard, place), $lte: idOf(shard, Number.MAX_SAFE_INTEGER) } }
}

function partOf(shard: number): { _id: object } {
  return beyond({ shard, place: 0 })
}
