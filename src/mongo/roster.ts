// The roster: a document for each terminal and PIN.
import { keyOf } from '../command.js'
import type { ForgottenPerson } from '../kept.js'
import { type CheckedFilter, cursorOf } from '../page.js'
import type { Promised } from '../promised.js'
import {
  checkRosterCount,
  checkRosterFilter,
  REMOVED,
  REMOVED_KEPT,
  type RosterFilter,
  type RosterRow,
  type RosterStorage,
  type RosterWrite,
} from '../roster/storage.js'
import type { Collections, MongoCollection } from './driver.js'
import { exactly, findByIds } from './read.js'
import { deleteInBatches, keepNew } from './write.js'

// Empty lists are omitted: some servers drop them in an upsert.
type RosterDocument = Omit<RosterRow, 'commandIds'> & { commandIds?: readonly string[] }

const ROW = { _id: 0, token: 0 }
const IN_ORDER = { serialNumber: 1, pin: 1 }

/** The calls on the roster. */
export function rosterOn({ roster }: Collections): Promised<RosterStorage> {
  return {
    async findRoster(serialNumber, pins) {
      const ids = [...new Set(pins)].map((pin) => keyOf(serialNumber, pin))
      return (await findByIds<RosterDocument>(roster, ids, ROW)).map(rowOf)
    },
    async listRoster(given) {
      const filter = checkRosterFilter(given)
      const { limit, state } = filter
      const states = state === undefined ? {} : { state: { $in: [state].flat() } }
      const asked = { ...states, ...placed(filter) }
      const options = { sort: IN_ORDER, limit: limit + 1, projection: ROW }
      const found = (await roster.find(asked, options).toArray()) as RosterDocument[]
      const rows = found.slice(0, limit).map(rowOf)
      const last = rows.at(-1)
      if (found.length <= limit || last === undefined) return { rows }
      return { rows, next: cursorOf([last.serialNumber, last.pin]) }
    },
    async writeRoster(writes) {
      const fresh = writes.filter(({ replaces }) => replaces === undefined)
      const others = writes.filter(({ replaces }) => replaces !== undefined)
      const added = await keepNew(
        roster,
        fresh.map(({ row }) => ({ _id: idOf(row), ...documentOf(row) })),
      )
      const changed = await replaceEach(roster, others)
      return writes.map((write) => {
        return write.replaces === undefined ? added.has(idOf(write.row)) : changed.has(write)
      })
    },
    async countRoster(filter) {
      const { serialNumber, removedSince } = checkRosterCount(filter)
      const asked = {
        ...exactly({ serialNumber }),
        ...(removedSince !== undefined && { removedAt: { $gte: removedSince } }),
      }
      const group = { $group: { _id: '$state', count: { $sum: 1 } } }
      const found = await roster.aggregate([{ $match: asked }, group]).toArray()
      const counts = found as { _id: string; count: number }[]
      return Object.fromEntries(counts.map(({ _id, count }) => [_id, count]))
    },
  }
}

/** Deletes the rows of those who left their terminal before this moment, and more than a day ago. */
export async function forgetRemoved(roster: MongoCollection, before: Date): Promise<void> {
  const moment = new Date(Math.min(before.getTime(), Date.now() - REMOVED_KEPT))
  const old = { state: REMOVED, changedAt: { $lt: moment } }
  await deleteInBatches(roster, old, { changedAt: 1 })
}

/** Deletes the rows of a person on these terminals, and those about the terminals. */
export async function forgetRows(
  roster: MongoCollection,
  { pin, serialNumbers }: ForgottenPerson,
): Promise<void> {
  const ids = serialNumbers.flatMap((serialNumber) => {
    return [keyOf(serialNumber, pin), keyOf(serialNumber, '')]
  })
  await roster.deleteMany({ _id: { $in: ids } })
}

/** Replaces documents that have the expected version. */
async function replaceEach(
  roster: MongoCollection,
  writes: readonly RosterWrite[],
): Promise<ReadonlySet<RosterWrite>> {
  if (writes.length === 0) return new Set()
  const operations = writes.map(({ row, replaces }) => {
    const { removedAt, commandIds, ...rest } = documentOf(row)
    const gone = {
      ...(removedAt === undefined && { removedAt: '' }),
      ...(commandIds === undefined && { commandIds: '' }),
    }
    const $set = { ...rest, ...(removedAt && { removedAt }), ...(commandIds && { commandIds }) }
    const update = Object.keys(gone).length > 0 ? { $set, $unset: gone } : { $set }
    return { updateOne: { filter: { _id: idOf(row), version: replaces }, update } }
  })
  const { matchedCount } = await roster.bulkWrite(operations as never[], { ordered: false })
  if (matchedCount === writes.length) return new Set(writes)
  // No two writes have the same version.
  const ids = writes.map(({ row }) => idOf(row))
  const found = await findByIds<{ version: string }>(roster, ids, { version: 1 })
  const versions = new Set(found.map(({ version }) => version))
  return new Set(writes.filter(({ row }) => versions.has(row.version)))
}

/** Where the rows of a page are: of a terminal, of a PIN, and after the page before. */
function placed({ serialNumber, pin, place }: CheckedFilter<RosterFilter>): object {
  const own = exactly({ serialNumber, pin })
  if (place === undefined) return own
  const [lastSerial, lastPin] = place
  if (serialNumber === lastSerial) return { ...own, pin: { ...eq(pin), $gt: lastPin } }
  if (pin === lastPin) return { ...own, serialNumber: { ...eq(serialNumber), $gt: lastSerial } }
  const after = [{ serialNumber: { $gt: lastSerial } }, { pin: { $gt: lastPin } }]
  return { ...own, serialNumber: { ...eq(serialNumber), $gte: lastSerial }, $or: after }
}

const eq = (value: string | undefined) => (value === undefined ? {} : { $eq: value })

const idOf = ({ serialNumber, pin }: RosterRow) => keyOf(serialNumber, pin)

function documentOf({ commandIds, ...row }: RosterRow): RosterDocument {
  const { serialNumber, pin, version, state, changedAt, removedAt, content } = row
  return {
    ...{ serialNumber, pin, version, state, changedAt, content },
    ...(removedAt !== undefined && { removedAt }),
    ...(commandIds.length > 0 && { commandIds }),
  }
}

const rowOf = ({ commandIds = [], ...row }: RosterDocument): RosterRow => ({ ...row, commandIds })
