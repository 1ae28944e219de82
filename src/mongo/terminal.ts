// Terminals: one document each, to which every contact adds what it reported.
import { checkFilter, cursorOf } from '../filter.js'
import type { Promised } from '../promised.js'
import { cut } from '../queue/summary.js'
import {
  type Contact,
  FAMILY_RANKS,
  type Terminal,
  type TerminalFilter,
  type TerminalStorage,
} from '../terminal/storage.js'
import type { Collections } from './driver.js'
import { decodedName, encodedName } from './name.js'
import { isDuplicateKey } from './write.js'

type Facts = Record<string, unknown>

interface TerminalDocument extends Facts {
  _id: string
  options?: Record<string, string>
  stamps?: Record<string, string>
  resend?: Record<string, string>
  /** Facts of which lists show only the beginning, whole. */
  whole?: Record<string, string>
}

const SEARCHED = ['_id', 'address', 'model', 'firmware']
const NOT_LISTED = { options: 0, stamps: 0, resend: 0, whole: 0 }

/** The calls that know the terminals. */
export function terminalsOn({ terminals }: Collections): Promised<TerminalStorage> {
  async function write(
    filter: { _id: string },
    update: object,
    sent: readonly string[],
  ): Promise<void> {
    const operations = [
      ...sent.map((table) => {
        const isAnswered = { _id: filter._id, [`resend.${table}`]: 'answered' }
        return {
          updateOne: { filter: isAnswered, update: { $unset: { [`resend.${table}`]: '' } } },
        }
      }),
      { updateOne: { filter, update, upsert: true } },
    ]
    await terminals.bulkWrite(operations as never[], { ordered: true })
  }

  return {
    async onContact({ family, familyRank, ...contact }) {
      const filter = { _id: contact.serialNumber }
      const plain = updateOf(contact)
      // Of concurrent first contacts some fail, and find the terminal when they try again. A
      // terminal whose family has a higher rank is not found then either: that family stays.
      const tries = [plain, plain]
      const sent = Object.keys(contact.stamps ?? {}).map(encodedName)
      const ranked = { ...plain, $set: { ...plain.$set, family, familyRank } }
      if (family !== undefined) tries.unshift(ranked, ranked)
      for (const [index, update] of tries.entries()) {
        const where = update === ranked ? { ...filter, ...notOutranking(familyRank) } : filter
        try {
          await write(where, update, sent)
          return
        } catch (error) {
          if (!isDuplicateKey(error) || index === tries.length - 1) throw error
        }
      }
    },
    async findTerminal(serialNumber) {
      const found = await terminals.findOne({ _id: { $eq: serialNumber } })
      return found === null ? undefined : terminalOf(found as TerminalDocument)
    },
    async listTerminals(given) {
      const filter = checkFilter('terminals', given, ['string'])
      const { limit } = filter
      const options = { sort: { _id: 1 }, limit: limit + 1, projection: NOT_LISTED }
      const found = await terminals.find(asked(filter, filter.place), options).toArray()
      const rows = (found as TerminalDocument[]).slice(0, limit).map(terminalOf)
      const last = rows.at(-1)
      if (found.length <= limit || last === undefined) return { rows }
      return { rows, next: cursorOf([last.serialNumber]) }
    },
  }
}

function updateOf({ serialNumber, at, kind, options, stamps, resend, ...facts }: Contact) {
  const set: Facts = {
    ...pathsOf('options', options),
    ...pathsOf('stamps', stamps),
    ...pathsOf('resend', resend),
  }
  const unset: Facts = {}
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined) continue
    const head = typeof value === 'string' ? cut(value) : value
    set[name] = head
    if (head !== value) set[`whole.${name}`] = value
    else if (typeof value === 'string') unset[`whole.${name}`] = ''
  }
  return {
    // A contact may come late.
    $max: { lastSeenAt: at },
    $min: { firstSeenAt: at },
    ...(Object.keys(set).length > 0 && { $set: set }),
    ...(Object.keys(unset).length > 0 && { $unset: unset }),
  }
}

function notOutranking(rank: Contact['familyRank']): object {
  const higher = FAMILY_RANKS.slice(rank === undefined ? 0 : FAMILY_RANKS.indexOf(rank) + 1)
  return higher.length > 0 ? { familyRank: { $nin: higher } } : {}
}

function asked(
  { serialNumbers, search, since, before }: TerminalFilter,
  place: readonly (string | number)[] = [],
): object {
  const [after] = place
  const lastSeenAt = {
    ...(since !== undefined && { $gte: since }),
    ...(before !== undefined && { $lt: before }),
  }
  const $regex = search === undefined ? '' : patternOf(search)
  return {
    $and: [
      serialNumbers === undefined ? {} : { _id: { $in: serialNumbers } },
      after === undefined ? {} : { _id: { $gt: after } },
      Object.keys(lastSeenAt).length === 0 ? {} : { lastSeenAt },
      search === undefined ? {} : { $or: SEARCHED.map((name) => ({ [name]: { $regex } })) },
    ],
  }
}

// The text itself, with each ASCII letter in both cases: case-insensitive matching would also treat
// other letters as equal.
function patternOf(search: string): string {
  return search.replace(/[\s\S]/gu, (character) => {
    if (/[a-z]/i.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`
    return /\w/.test(character) || character > '\x7f' ? character : `\\x${hex(character)}`
  })
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0')
}

function pathsOf(member: string, values: Record<string, string> = {}): Facts {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${member}.${encodedName(key)}`, value]),
  )
}

function terminalOf(document: TerminalDocument): Terminal {
  const { _id, options, stamps, resend = {}, whole, ...facts } = document
  return {
    serialNumber: _id,
    ...facts,
    ...whole,
    ...(options !== undefined && { options: decoded(options) }),
    ...(stamps !== undefined && { stamps: decoded(stamps) }),
    ...(Object.keys(resend).length > 0 && { resend: decoded(resend) }),
  } as unknown as Terminal
}

function decoded(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [decodedName(key), value]))
}
