// Terminals: one row each, to which every contact adds what it reported.
import type { Contact, Terminal, TerminalFacts, TerminalStorage } from '../terminal/storage.js'
import { type Database, milliseconds, moment } from './query.js'
import { restoredJson, storable, storableJson } from './text.js'

// A contact may come late: it never replaces a newer last_seen_at.
const CONTACT = `
  INSERT INTO :schema.terminals AS known (serial_number, family, address, firmware, model, push_version, users, fingers, faces,
    records, utc_offset, options, stamps, first_seen_at, last_seen_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::integer, $12::jsonb, $13::jsonb,
    ${moment('$14')}, ${moment('$14')})
  ON CONFLICT (serial_number) DO UPDATE SET
    family = coalesce(excluded.family, known.family), address = coalesce(excluded.address, known.address),
    firmware = coalesce(excluded.firmware, known.firmware), model = coalesce(excluded.model, known.model),
    push_version = coalesce(excluded.push_version, known.push_version), users = coalesce(excluded.users, known.users),
    fingers = coalesce(excluded.fingers, known.fingers), faces = coalesce(excluded.faces, known.faces),
    utc_offset = coalesce(excluded.utc_offset, known.utc_offset), records = coalesce(excluded.records, known.records),
    options = CASE WHEN known.options IS NULL OR excluded.options IS NULL THEN coalesce(excluded.options, known.options)
      ELSE known.options || excluded.options END,
    stamps = CASE WHEN known.stamps IS NULL OR excluded.stamps IS NULL THEN coalesce(excluded.stamps, known.stamps)
      ELSE known.stamps || excluded.stamps END,
    first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)`

const TERMINALS = `
  SELECT json_build_object('serialNumber', serial_number, 'family', family, 'address', address, 'firmware', firmware,
    'model', model, 'pushVersion', push_version, 'users', users, 'fingers', fingers, 'faces', faces,
    'records', records, 'utcOffset', utc_offset,
    'options', options, 'stamps', stamps, 'firstSeenAt', ${milliseconds('first_seen_at')},
    'lastSeenAt', ${milliseconds('last_seen_at')})::text AS row
  FROM :schema.terminals WHERE $1::text IS NULL OR serial_number = $1 ORDER BY serial_number`

type Nullable<Facts> = { [Member in keyof Facts]-?: Exclude<Facts[Member], undefined> | null }

interface TerminalRow extends Nullable<TerminalFacts> {
  serialNumber: string
  firstSeenAt: number
  lastSeenAt: number
}

/** The calls on terminals, on the tables of `migrate`. */
export function terminalsOn(database: Database): TerminalStorage {
  const find = async (serialNumber: string | null) => {
    const values = [serialNumber === null ? null : storable(serialNumber)]
    return (await database.rows<TerminalRow>(TERMINALS, values)).map(terminalOf)
  }
  return {
    async onContact(contact: Contact) {
      const { serialNumber, at, options, stamps } = contact
      const { family, address, firmware, model, pushVersion } = contact
      const { users, fingers, faces, records, utcOffset } = contact
      const texts = [family, address, firmware, model, pushVersion].map((text) => {
        return text === undefined ? null : storable(text)
      })
      const maps = [options, stamps].map((map) => (map === undefined ? null : storableJson(map)))
      const numbers = [users, fingers, faces, records, utcOffset].map((number) => number ?? null)
      await database.rows(CONTACT, [
        storable(serialNumber),
        ...texts,
        ...numbers,
        ...maps,
        at.getTime(),
      ])
    },
    terminals: () => find(null),
    async findTerminal(serialNumber) {
      return (await find(serialNumber))[0]
    },
  }
}

function terminalOf({ firstSeenAt, lastSeenAt, ...row }: TerminalRow): Terminal {
  const facts = Object.entries(restoredJson(row)).filter(([, value]) => value !== null)
  return {
    ...(Object.fromEntries(facts) as unknown as TerminalFacts & { serialNumber: string }),
    firstSeenAt: new Date(firstSeenAt),
    lastSeenAt: new Date(lastSeenAt),
  }
}
