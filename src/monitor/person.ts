// The names of people: asked of the app for many at once, or as terminals uploaded them.
import type { Awaitable } from '../endpoint/deadline.js'
import type { KeptUpload } from '../kept.js'
import { checkedNames, type NamesAnswer } from './name.js'
import type { MonitorStorage } from './storage.js'

/** A person whose name is asked for. */
export interface AskedPerson {
  pin: string
  /** The terminal on which the PIN is theirs; missing if it isn't about one terminal. */
  serialNumber?: string
}

/** A person whom words may mean. */
export interface FoundPerson {
  pin: string
  name?: string
}

/** Knows the names of people. */
export interface People {
  /** The names in the order of what was asked; undefined for who has none. */
  namesOf(people: readonly AskedPerson[]): Promise<(string | undefined)[]>
  /** The people whose names have these words, at most ten. */
  named(words: string): Promise<FoundPerson[]>
}

/** The options that know people. */
export interface PersonOptions {
  personOf?(people: readonly AskedPerson[]): Awaitable<NamesAnswer>
  findPeople?(words: string): Awaitable<readonly string[]>
}

const MOST_FOUND = 10
const MOST_AT_ONCE = 16
const MOST_REMEMBERED = 5000
const MOST_READ = 1000
const KNOWN_FOR = 5 * 60_000
const UNKNOWN_FOR = 30_000
const NAME = /(?:^|[\t ])name=([^\t\r\n]*)/i

/** Creates the book of people; without `personOf` it has the names that terminals uploaded. */
export function peopleOf(adapter: MonitorStorage, options: PersonOptions): People {
  const { personOf, findPeople } = options
  const namesOf =
    personOf === undefined
      ? uploadedNames(adapter)
      : async (people: readonly AskedPerson[]) => {
          if (people.length === 0) return []
          return checkedNames('personOf', await personOf(people), people.length)
        }
  return {
    namesOf,
    async named(words) {
      if (findPeople === undefined) return uploadedLike(adapter, words)
      const pins = [...new Set(await findPeople(words))].slice(0, MOST_FOUND).map(String)
      const names = await namesOf(pins.map((pin) => ({ pin })))
      return pins.map((pin, index) => found(pin, names[index]))
    },
  }
}

function found(pin: string, name: string | undefined): FoundPerson {
  return name === undefined ? { pin } : { pin, name }
}

/**
 * Names from the newest row of each user that a terminal uploaded. They are looked up a few at a
 * time, and remembered: the next look has those that this one lacks.
 */
function uploadedNames(adapter: MonitorStorage): People['namesOf'] {
  const known = new Map<string, { name: string | undefined; until: number }>()
  async function lookUp(person: AskedPerson, key: string, now: number): Promise<void> {
    const { rows = [] } = (await adapter.listUploads?.({ ...person, type: 'user', limit: 1 })) ?? {}
    const name = rows[0] && nameIn(rows[0])
    known.delete(key)
    known.set(key, { name, until: now + (name === undefined ? UNKNOWN_FOR : KNOWN_FOR) })
    if (known.size > MOST_REMEMBERED) known.delete(String(known.keys().next().value))
  }
  return async (people) => {
    const now = Date.now()
    const keys = people.map(({ serialNumber = '', pin }) => JSON.stringify([serialNumber, pin]))
    const asked = new Map(keys.map((key, index) => [key, people[index] as AskedPerson]))
    const missing = [...asked].filter(([key]) => (known.get(key)?.until ?? 0) <= now)
    await Promise.all(
      missing.slice(0, MOST_AT_ONCE).map(([key, person]) => lookUp(person, key, now)),
    )
    return keys.map((key) => known.get(key)?.name)
  }
}

/** People among the newest users that terminals uploaded. */
async function uploadedLike(adapter: MonitorStorage, words: string): Promise<FoundPerson[]> {
  const { rows = [] } = (await adapter.listUploads?.({ type: 'user', limit: MOST_READ })) ?? {}
  const people = new Map<string, FoundPerson>()
  for (const row of rows) {
    const name = nameIn(row)
    if (row.pin === undefined || people.has(row.pin) || name === undefined) continue
    if (name.toLowerCase().includes(words.toLowerCase())) people.set(row.pin, found(row.pin, name))
  }
  return [...people.values()].slice(0, MOST_FOUND)
}

/** The name in a user's row, if it is readable. */
function nameIn({ raw }: KeptUpload): string | undefined {
  const name = NAME.exec(raw.toString())?.[1]?.trim()
  return name === undefined || name === '' || name.includes('\ufffd') ? undefined : name
}
