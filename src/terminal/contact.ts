// Writes contacts to storage: throttled, in order, and in bounded memory.
import { createHash } from 'node:crypto'
import { goOn } from '../endpoint/after.js'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import { recentTerminals } from './recent.js'
import { type Contact, type FamilyRank, isAsSure, type TerminalStorage } from './storage.js'

/**
 * Writes contacts to storage: once a minute for each terminal, and immediately if something
 * changed.
 */
export interface ContactBook {
  /** Writes a contact. Rejects if storage fails. */
  write(contact: Contact): Promise<void>
  /**
   * Writes a contact if it is due or brings something new. It isn't awaited; errors of storage go
   * to `onError`.
   *
   * @param trace everything in the request that the contact was made from, for `canSkip`
   */
  writeIfDue(contact: Contact, trace?: string): void
  /**
   * Whether a request with this trace can be skipped: its contact isn't due, and wouldn't bring
   * anything new.
   */
  canSkip(serialNumber: string, trace: string, at: Date): boolean
}

interface Entry {
  // Last values written.
  written: Map<string, string>
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

/**
 * Creates a contact book over an adapter. It belongs to one process.
 *
 * @param limit how many terminals are remembered; a forgotten one is written once more
 */
export function contactBook(
  adapter: ContactStorage,
  hooks: HookOptions = {},
  limit = 10_000,
): ContactBook {
  const entries = recentTerminals<Entry>(limit)
  const report = hookOf('onContact', (error: unknown) => Promise.reject(error), hooks)

  const entryOf = (serialNumber: string): Entry => {
    const entry = entries.get(serialNumber) ?? newEntry()
    entries.set(serialNumber, entry)
    return entry
  }

  const writeTo = async (entry: Entry, contact: Contact, facts: Map<string, string>) => {
    const at = contact.at.getTime()
    const before = entry.last
    const writing = inOrder(before, async () => adapter.onContact(await bounded(contact, adapter)))
    for (const [fact, value] of facts) entry.written.set(fact, value)
    // The next stamp of such a table says that it comes: it is news, even if it is the same.
    for (const table of Object.keys(contact.resend ?? {})) entry.written.delete(`stamps.${table}`)
    entry.writtenAt = at
    entry.traces = []
    entry.last = writing
    entry.waiting++
    try {
      await writing
    } catch (error) {
      // It was not stored, so it counts as new again.
      for (const fact of facts.keys()) entry.written.delete(fact)
      entry.writtenAt = Number.NEGATIVE_INFINITY
      entry.heldUntil = at + HOLD
      throw error
    } finally {
      entry.waiting--
      if (entry.last === writing) entry.last = undefined
    }
  }

  return {
    write(contact) {
      const entry = entryOf(contact.serialNumber)
      return writeTo(entry, contact, factsOf(contact, entry))
    },
    writeIfDue(contact, trace) {
      const entry = entryOf(contact.serialNumber)
      const facts = factsOf(contact, entry)
      if (isDue(entry, contact.at.getTime()) || isNews(entry, facts)) {
        if (isHeld(entry, contact.at.getTime())) return
        goOn(writeTo(entry, contact, facts).catch(report))
      }
      if (trace === undefined || trace.length > LONGEST_TRACE) return
      entry.traces = [trace, ...entry.traces.filter((known) => known !== trace)].slice(
        0,
        MOST_TRACES,
      )
    },
    canSkip(serialNumber, trace, at) {
      const entry = entries.get(serialNumber)
      if (entry === undefined || isDue(entry, at.getTime())) return false
      return entry.traces.includes(trace)
    },
  }
}

function newEntry(): Entry {
  return {
    written: new Map(),
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

function isNews({ written }: Entry, facts: ReadonlyMap<string, string>): boolean {
  return [...facts].some(([fact, value]) => written.get(fact) !== value)
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

function factsOf(
  { serialNumber: _, at: __, kind: ___, ...facts }: Contact,
  { written }: Entry,
): Map<string, string> {
  const { options, stamps, resend, family, familyRank, clockDriftAt: ____, ...others } = facts
  const found = new Map(Object.entries(others).map(([fact, value]) => [fact, String(value)]))
  // Storage keeps what is surer: some terminals send now what looks like one family, now the other.
  const known = written.get('familyRank') as FamilyRank | undefined
  if (family !== undefined && isAsSure(familyRank, known)) {
    found.set('family', family).set('familyRank', String(familyRank))
  }
  for (const [table, stamp] of Object.entries(stamps ?? {})) found.set(`stamps.${table}`, stamp)
  for (const [table, state] of Object.entries(resend ?? {})) found.set(`resend.${table}`, state)
  if (options !== undefined) found.set('options', digestOf(options))
  return found
}

function digestOf(options: Readonly<Record<string, string>>): string {
  return createHash('sha1').update(JSON.stringify(options)).digest('base64')
}
