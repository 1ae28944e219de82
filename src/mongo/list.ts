// Lists of commands for people.
import type { IssuedCommand } from '../command.js'
import { stateOf } from '../queue/state.js'
import type { CommandFilter, CommandRecord } from '../queue/storage.js'
import type { Family, FamilyOfTerminal } from '../reply/outcome.js'
import { type CommandDocument, recordOf } from './document.js'
import type { MongoCollection } from './driver.js'

const PAGE = 500
const REPLIED = { 'reply.outcome': { $in: ['succeeded', 'failed', 'unknown'] } }
const UNREPLIED = { $or: [{ reply: { $exists: false } }, { 'reply.outcome': 'pending' }] }

// The state is a function of the record and the clock, and is decided by `stateOf` alone; the query
// only leaves out documents that can't have it.
const MAY_HAVE_STATE: Readonly<Record<string, object>> = {
  succeeded: { 'reply.outcome': { $in: ['succeeded', 'unknown'] } },
  failed: { 'reply.outcome': { $in: ['failed', 'unknown'] } },
  unknown: REPLIED,
  cancelled: { cancelled: { $exists: true } },
  superseded: { cancelled: { $exists: true } },
}

/** Lists commands, the newest first. */
export async function listCommands<Issued extends IssuedCommand>(
  commands: MongoCollection,
  { serialNumber, state, since, before, limit = 100 }: CommandFilter,
  now: Date,
  family: Family | FamilyOfTerminal,
): Promise<CommandRecord<Issued>[]> {
  const states = state === undefined ? undefined : [state].flat()
  const listedAt = {
    ...(since !== undefined && { $gte: since }),
    ...(before !== undefined && { $lt: before }),
  }
  const filter = {
    // $eq: an app may pass on what a request contains, and that may be an object.
    ...(serialNumber !== undefined && { serialNumber: { $eq: serialNumber } }),
    ...(Object.keys(listedAt).length > 0 && { listedAt }),
    ...(states !== undefined && {
      $and: [{ $or: states.map((each) => MAY_HAVE_STATE[each] ?? UNREPLIED) }],
    }),
  }
  const records: CommandRecord<Issued>[] = []
  const size = states === undefined ? limit : PAGE
  for (let skip = 0; ; skip += size) {
    const options = { sort: { listedAt: -1, position: -1, _id: 1 }, skip, limit: size }
    const page = (await commands.find(filter, options).toArray()) as CommandDocument<Issued>[]
    const found = page.map(recordOf)
    records.push(
      ...found.filter((record) => states?.includes(stateOf(record, now, family)) ?? true),
    )
    if (records.length >= limit || page.length < size) return records.slice(0, limit)
  }
}
