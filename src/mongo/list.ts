// Lists and counts of commands for people.
import { type IssuedCommand, keyOf } from '../command.js'
import { checkCountFilter, checkFilter } from '../filter.js'
import type { Promised } from '../promised.js'
import { type Condition, type Part, partsOf } from '../queue/phase.js'
import {
  COMMAND_STATES,
  type CommandCounts,
  type CommandFilter,
  type CommandState,
  type CommandStorage,
  MOST_COUNTED,
} from '../queue/storage.js'
import type { CommandDocument } from './document.js'
import type { MongoCollection } from './driver.js'
import { CURSOR, exactly, newest, type Order, pageOf, stretch } from './read.js'
import { SUMMARY, summaryOf } from './summary.js'
import { keyTag, memberTag, personTag } from './tag.js'

const ORDER: Order = { time: 'listedAt', place: 'place' }

/** The calls that list and count commands. */
export function listsOn<Issued extends IssuedCommand>(
  commands: MongoCollection,
): Promised<Pick<CommandStorage<Issued>, 'listCommands' | 'countCommands'>> {
  async function count(filter: object, now: Date, state: CommandState) {
    const options = { limit: MOST_COUNTED + 1 }
    const counts = partsOf(new Set([state])).map((part) => {
      return commands.countDocuments(inPart(filter, part, now), options)
    })
    const sum = (await Promise.all(counts)).reduce((one, other) => one + other, 0)
    return sum > MOST_COUNTED ? ('1000+' as const) : sum
  }

  return {
    async listCommands(given, now) {
      const filter = checkFilter('commands', given, CURSOR)
      const { state, limit } = filter
      const tags = tagsIn(filter)
      if (tags === undefined) return { rows: [] }
      const asked = { ...identified(filter), ...tags, ...stretch(ORDER, filter) }
      const read = (part: object) => {
        return newest<CommandDocument<Issued>>(commands, part, ORDER, limit, SUMMARY)
      }
      const states = new Set(state === undefined ? COMMAND_STATES : [state].flat())
      const parts = partsOf(states).map((part) => read(inPart(asked, part, now)))
      const found = (await Promise.all(parts)).flat().sort(newestFirst)
      const placeOf = ({ listedAt, place }: CommandDocument) => [listedAt, place] as const
      return pageOf(found, limit, placeOf, summaryOf)
    },
    async countCommands(given, now) {
      const { serialNumber, since, state } = checkCountFilter(given)
      const filter = {
        ...exactly({ serialNumber }),
        ...(since !== undefined && { listedAt: { $gte: since } }),
      }
      const states = new Set(state === undefined ? COMMAND_STATES : [state].flat())
      const counts = COMMAND_STATES.map(async (each) => {
        return [each, states.has(each) ? await count(filter, now, each) : 0] as const
      })
      return Object.fromEntries(await Promise.all(counts)) as CommandCounts
    },
  }
}

function identified({ serialNumber, commandIds }: CommandFilter): object {
  if (commandIds === undefined || serialNumber === undefined) return exactly({ serialNumber })
  return { _id: { $in: commandIds.map((id) => keyOf(serialNumber, id)) } }
}

/** What they must be tagged with; undefined if nothing can be. */
function tagsIn({ pin, key, members = {} }: CommandFilter): object | undefined {
  const tags = [
    ...(pin === undefined ? [] : [personTag(pin)]),
    ...(key === undefined ? [] : [keyTag(key)]),
    ...Object.entries(members).map(([name, value]) => memberTag(name, value)),
  ]
  if (tags.includes(undefined)) return undefined
  return tags.length > 0 ? { tags: { $all: tags } } : {}
}

// Two conditions may each be an `$or`.
function inPart(filter: object, { phases, conditions }: Part, now: Date): object {
  const holds = conditions.map((condition) => CONDITIONS[condition](now))
  return { $and: [{ ...filter, phase: { $in: phases } }, ...holds] }
}

const CONDITIONS: Readonly<Record<Condition, (now: Date) => object>> = {
  live: (now) => ({ liveUntil: { $gt: now } }),
  over: (now) => ({ liveUntil: { $lte: now } }),
  kept: (now) => ({ $or: keptAt(now) }),
  givenUp: (now) => ({ $nor: keptAt(now) }),
}

// Either on its terminal, or to be sent again. A command without terms has no end.
function keptAt(now: Date): object[] {
  const ahead = { $not: { $lte: now } }
  return [
    { replyDueAt: { $gt: now }, waitsFrom: { $lte: now } },
    { attemptsLeft: { $not: { $lte: 0 } }, openUntil: ahead, 'terms.expiresAt': ahead },
  ]
}

function newestFirst(one: CommandDocument, other: CommandDocument): number {
  const later = other.listedAt.getTime() - one.listedAt.getTime()
  return later || (one.place < other.place ? 1 : -1)
}
