// Writes contacts to storage: throttled, in order, and in bounded memory.
import { createHash } from 'node:crypto'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import { recentTerminals } from './recent.js'
import type { Contact, TerminalStorage } from './storage.js'

/**
 * Writes contacts to storage: once a minute for each terminal, and immediately if something
 * changed.
 */
export interface ContactBook {
  /** Writes a contact unconditionally. Rejects if storage fails. */
  note(contact: Contact): Promise<void>
  /**
   * Writes a contact if it is due or brings something new. It isn't awaited; errors of storage go
   * to `onError`.
   *
   * @param trace everything in the request that the contact was made from, for `isQuiet`
   */
  mention(contact: Contact, trace?: string): void
  /**
   * Whether a request with this trace can be skipped: its contact isn't due, and wouldn't bring
   * anything new.
   */
  isQuiet(serialNumber: string, trace: string, at: Date): boolean
}

/** The options of a contact book. */
export interface ContactBookOptions extends HookOptions {
  /** How many terminals are remembered, 10 000 by default. A forgotten one is written once more. */
  limit?: number
}

interface Entry {
  // Last values written.
  told: Map<string, string>
  writtenAt: number
  heldUntil: number
  last: Promise<void> | undefined
  waiting: number
  // Fingerprints of the last requests already written.
  traces: readonly string[]
}

const THROTTLE = 60_000
const HOLD = 5_000
const MOST_WAITING = 3
const MOST_OPTIONS = 1000
// A terminal's polls have one, and its uploads another; that of a poll with `INFO=` has some 150
// characters.
const MOST_TRACES = 2
const LONGEST_TRACE = 300

/**
 * The storage of contacts; with `findTerminal`, the options of a terminal are bounded over all its
 * contacts.
 */
type ContactStorage = Pick<TerminalStorage, 'onContact'> & Partial<TerminalStorage>

/** Creates a contact book over an adapter. It belongs to one process. */
export function contactBook(
  adapter: ContactStorage,
  { onError, limit = 10_000 }: ContactBookOptions = {},
): ContactBook {
  const entries = recentTerminals<Entry>(limit)
  const report = hookOf('onContact', (error: unknown) => Promise.reject(error), onError)

  const entryOf = (serialNumber: string): Entry => {
    const entry = entries.get(serialNumber) ?? newEntry()
    entries.set(serialNumber, entry)
    return entry
  }

  const write = async (entry: Entry, contact: Contact, facts: Map<string, string>) => {
    const at = contact.at.getTime()
    const before = entry.last
    const written = inOrder(before, async () => adapter.onContact(await bounded(contact, adapter)))
    for (const [fact, value] of facts) entry.told.set(fact, value)
    entry.writtenAt = at
    entry.traces = []
    entry.last = written
    entry.waiting++
    try {
      await written
    } catch (error) {
      // It was not stored, so it counts as new again.
      for (const fact of facts.keys()) entry.told.delete(fact)
      entry.writtenAt = Number.NEGATIVE_INFINITY
      entry.heldUntil = at + HOLD
      throw error
    } finally {
      entry.waiting--
      if (entry.last === written) entry.last = undefined
    }
  }

  return {
    note: (contact) => write(entryOf(contact.serialNumber), contact, factsOf(contact)),
    mention(contact, trace) {
      const entry = entryOf(contact.serialNumber)
      const facts = factsOf(contact)
      if (isDue(entry, contact.at.getTime()) || isNews(entry, facts)) {
        if (isHeld(entry, contact.at.getTime())) return
        write(entry, contact, facts).catch(report)
      }
      if (trace === undefined || trace.length > LONGEST_TRACE) return
      entry.traces = [trace, ...entry.traces.filter((known) => known !== trace)].slice(
        0,
        MOST_TRACES,
      )
    },
    isQuiet(serialNumber, trace, at) {
      const entry = entries.get(serialNumber)
      if (entry === undefined || isDue(entry, at.getTime())) return false
      return entry.traces.includes(trace)
    },
  }
}

function newEntry(): Entry {
  return {
    told: new Map(),
    writtenAt: Number.NEGATIVE_INFINITY,
    heldUntil: Number.NEGATIVE_INFINITY,
    last: undefined,
    waiting: 0,
    traces: [],
  }
}

// A clock that was set back makes it due as well.
function isDue({ writtenAt }: Entry, at: number): boolean {
  return at >= writtenAt + THROTTLE || at < writtenAt
}

function isNews({ told }: Entry, facts: ReadonlyMap<string, string>): boolean {
  return [...facts].some(([fact, value]) => told.get(fact) !== value)
}

// While storage fails or doesn't answer, polls must not pile up behind it.
function isHeld({ heldUntil, waiting }: Entry, at: number): boolean {
  return waiting >= MOST_WAITING || (at < heldUntil && at >= heldUntil - HOLD)
}

// An older contact must not overwrite a newer one.
async function inOrder(before: Promise<void> | undefined, call: () => unknown): Promise<void> {
  await before?.catch(() => {})
  await call()
}

// Storage keeps options key by key: anyone who claims a serial number could make its record grow
// until no database accepts it.
async function bounded(contact: Contact, adapter: ContactStorage): Promise<Contact> {
  if (contact.options === undefined) return contact
  const known = (await adapter.findTerminal?.(contact.serialNumber))?.options ?? {}
  let room = MOST_OPTIONS - Object.keys(known).length
  const options = Object.entries(contact.options).filter(([key]) => {
    return Object.hasOwn(known, key) || room-- > 0
  })
  return { ...contact, options: Object.fromEntries(options) }
}

function factsOf({ serialNumber: _, at: __, kind: ___, ...facts }: Contact): Map<string, string> {
  const { options, stamps, ...others } = facts
  const told = new Map(Object.entries(others).map(([fact, value]) => [fact, String(value)]))
  for (const [table, stamp] of Object.entries(stamps ?? {})) told.set(`stamps.${table}`, stamp)
  if (options !== undefined) told.set('options', digestOf(options))
  return told
}

function digestOf(options: Readonly<Record<string, string>>): string {
  return createHash('sha1').update(JSON.stringify(options)).digest('base64')
}
