// Terminals: one document each, to which every contact adds what it reported.
import type { Contact, Terminal, TerminalStorage } from '../terminal/storage.js'
import type { Collections } from './driver.js'

// In a MongoDB path, a name with a dot or a dollar would mean something else.
const NOT_IN_PATH = /[.$%\0]/g
const ENCODED = /%[0-9a-f]{2}/g

type Facts = Record<string, unknown>

interface TerminalDocument extends Facts {
  _id: string
  options?: Record<string, string>
  stamps?: Record<string, string>
}

/** The calls on terminals. */
export function terminalsOn({ terminals }: Collections): TerminalStorage {
  return {
    async onContact({ serialNumber, at, kind, options, stamps, ...facts }: Contact) {
      const update = {
        // A contact may come late: it never replaces a newer lastSeenAt.
        $max: { lastSeenAt: at },
        $setOnInsert: { firstSeenAt: at },
        $set: { ...told(facts), ...pathsOf('options', options), ...pathsOf('stamps', stamps) },
      }
      if (Object.keys(update.$set).length === 0) Reflect.deleteProperty(update, '$set')
      const filter = { _id: serialNumber }
      const operations = [{ updateOne: { filter, update, upsert: true } }]
      await terminals.bulkWrite(operations as never[], { ordered: true }).catch(async (error) => {
        // Concurrent first contacts may fail with a duplicate key; then the document exists.
        if ((error as { code?: unknown }).code !== 11000) throw error
        await terminals.bulkWrite(operations as never[], { ordered: true })
      })
    },
    async terminals() {
      const found = await terminals.find({}, { sort: { _id: 1 } }).toArray()
      return (found as TerminalDocument[]).map(terminalOf)
    },
    async findTerminal(serialNumber) {
      const found = await terminals.findOne({ _id: serialNumber })
      return found === null ? undefined : terminalOf(found as TerminalDocument)
    },
  }
}

function told(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

function pathsOf(member: string, values: Record<string, string> = {}): Facts {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${member}.${encoded(key)}`, value]),
  )
}

function terminalOf({ _id, options, stamps, ...facts }: TerminalDocument): Terminal {
  return {
    serialNumber: _id,
    ...facts,
    ...(options !== undefined && { options: decoded(options) }),
    ...(stamps !== undefined && { stamps: decoded(stamps) }),
  } as unknown as Terminal
}

function encoded(key: string): string {
  return key.replace(NOT_IN_PATH, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function decoded(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key.replace(ENCODED, decodeURIComponent), value]),
  )
}
