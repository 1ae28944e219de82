// Terminals: one row each, to which every contact adds what it reported.
import { checkFilter, cursorOf } from '../filter.js'
import { cut, SUMMARY_TEXT } from '../queue/summary.js'
import {
  type Contact,
  FAMILY_RANKS,
  type Terminal,
  type TerminalFacts,
  type TerminalStorage,
} from '../terminal/storage.js'
import { Values } from './list.js'
import { type Database, Json, milliseconds, moment } from './query.js'
import { beginning } from './text.js'

// A contact may come late: it never replaces a newer last_seen_at. Assignments see the row as it
// was.
const OUTRANKS =
  'excluded.family IS NOT NULL AND excluded.family_rank >= coalesce(known.family_rank, 0)'
const CONTACT = `
  INSERT INTO :schema.terminals AS known (serial_number, family, family_rank, address, firmware, model, push_version, users,
    fingers, faces, records, utc_offset, clock_drift, clock_drift_at, options, stamps, resend, first_seen_at, last_seen_at)
  VALUES ($1, $2, $3::integer, $4, $5, $6, $7, $8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::integer, $13::bigint,
    ${moment('$14')}, $15::jsonb, $16::jsonb, $17::jsonb, ${moment('$18')}, ${moment('$18')})
  ON CONFLICT (serial_number) DO UPDATE SET
    family = CASE WHEN ${OUTRANKS} THEN excluded.family ELSE known.family END,
    family_rank = CASE WHEN ${OUTRANKS} THEN excluded.family_rank ELSE known.family_rank END,
    address = coalesce(excluded.address, known.address), firmware = coalesce(excluded.firmware, known.firmware),
    model = coalesce(excluded.model, known.model), push_version = coalesce(excluded.push_version, known.push_version),
    users = coalesce(excluded.users, known.users), fingers = coalesce(excluded.fingers, known.fingers),
    faces = coalesce(excluded.faces, known.faces), records = coalesce(excluded.records, known.records),
    utc_offset = coalesce(excluded.utc_offset, known.utc_offset),
    clock_drift = coalesce(excluded.clock_drift, known.clock_drift),
    clock_drift_at = coalesce(excluded.clock_drift_at, known.clock_drift_at),
    options = CASE WHEN known.options IS NULL OR excluded.options IS NULL THEN coalesce(excluded.options, known.options)
      ELSE known.options || excluded.options END,
    stamps = CASE WHEN known.stamps IS NULL OR excluded.stamps IS NULL THEN coalesce(excluded.stamps, known.stamps)
      ELSE known.stamps || excluded.stamps END,
    resend = nullif(coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(known.resend)
      WHERE value <> '"answered"' OR NOT coalesce(excluded.stamps, '{}') ? key), '{}') || coalesce(excluded.resend, '{}'), '{}'),
    first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)`

const TEXTS = {
  address: 'address',
  firmware: 'firmware',
  model: 'model',
  pushVersion: 'push_version',
}

/** SQL for the members of a terminal; texts are what `textOf` makes of their columns. */
function membersOf(textOf: (column: string) => string): string {
  const texts = Object.entries(TEXTS).map(([member, column]) => `'${member}', ${textOf(column)}`)
  return `'serialNumber', serial_number, 'family', family, 'familyRank', family_rank, ${texts.join(', ')}, 'users', users,
    'fingers', fingers, 'faces', faces, 'records', records, 'utcOffset', utc_offset, 'clockDrift', clock_drift,
    'clockDriftAt', ${milliseconds('clock_drift_at')},
    'firstSeenAt', ${milliseconds('first_seen_at')}, 'lastSeenAt', ${milliseconds('last_seen_at')}`
}

const FIND = `
  SELECT json_build_object(${membersOf((column) => column)}, 'options', options, 'stamps', stamps, 'resend', resend)::text AS row
  FROM :schema.terminals WHERE serial_number = $1`

const LIST = `
  SELECT json_build_object(${membersOf((column) => beginning(column, SUMMARY_TEXT))})::text AS row FROM :schema.terminals`

type Nullable<Facts> = { [Member in keyof Facts]-?: Exclude<Facts[Member], undefined> | null }

interface TerminalRow extends Nullable<Omit<TerminalFacts, 'familyRank' | 'clockDriftAt'>> {
  serialNumber: string
  familyRank: number | null
  clockDriftAt: number | null
  firstSeenAt: number
  lastSeenAt: number
}

/** Knows the terminals: see `TerminalStorage`. */
export function terminalsOn(database: Database): Required<TerminalStorage> {
  return {
    async onContact(contact: Contact) {
      const { serialNumber, at, family, familyRank, options, stamps, resend } = contact
      const { address, firmware, model, pushVersion } = contact
      const { users, fingers, faces, records, utcOffset, clockDrift, clockDriftAt } = contact
      const rank = familyRank === undefined ? 0 : FAMILY_RANKS.indexOf(familyRank)
      const facts = [
        address,
        firmware,
        model,
        pushVersion,
        users,
        fingers,
        faces,
        records,
        utcOffset,
        clockDrift,
        clockDriftAt?.getTime(),
      ]
      const maps = [options, stamps, resend].map((map) =>
        map === undefined ? null : new Json(map),
      )
      const known = [family, family && rank, ...facts].map((fact) => fact ?? null)
      await database.rows(CONTACT, [serialNumber, ...known, ...maps, at.getTime()])
    },
    async findTerminal(serialNumber) {
      const [row] = await database.rows<TerminalRow>(FIND, [serialNumber])
      return row && terminalOf(row)
    },
    async listTerminals(filter) {
      const asked = checkFilter('terminals', filter, ['string'])
      const { serialNumbers, search, since, before, place, limit } = asked
      const values = new Values()
      const conditions = ['true']
      const add = (value: unknown) => values.add(value)
      if (serialNumbers !== undefined) {
        conditions.push(`serial_number = ANY (${add(serialNumbers)}::text[])`)
      }
      if (search !== undefined) {
        // In this collation letter case is that of ASCII.
        const lower = (text: string) => `lower(${text} COLLATE "C")`
        const sought = lower(`${add(search)}::text`)
        const texts = ['serial_number', 'address', 'model', 'firmware']
        const found = texts.map((text) => `strpos(${lower(text)}, ${sought}) > 0`)
        conditions.push(`(${found.join(' OR ')})`)
      }
      if (since !== undefined) conditions.push(`last_seen_at >= ${moment(add(since.getTime()))}`)
      if (before !== undefined) conditions.push(`last_seen_at < ${moment(add(before.getTime()))}`)
      if (place !== undefined) conditions.push(`serial_number > ${add(place[0])}`)
      const found = await database.rows<TerminalRow>(
        `${LIST} WHERE ${conditions.join(' AND ')} ORDER BY serial_number LIMIT ${add(limit + 1)}`,
        values.all,
      )
      const rows = found.slice(0, limit).map(terminalOf).map(short)
      const last = rows.at(-1)
      const isLast = last === undefined || found.length === rows.length
      return { rows, ...(!isLast && { next: cursorOf([last.serialNumber]) }) }
    },
  }
}

function terminalOf(found: TerminalRow): Terminal {
  const { firstSeenAt, lastSeenAt, familyRank, clockDriftAt, ...row } = found
  const facts = Object.entries(row).filter(([, value]) => value !== null)
  const rank = familyRank === null ? undefined : FAMILY_RANKS[familyRank]
  return {
    ...(Object.fromEntries(facts) as unknown as TerminalFacts & { serialNumber: string }),
    ...(rank !== undefined && { familyRank: rank }),
    ...(clockDriftAt !== null && { clockDriftAt: new Date(clockDriftAt) }),
    firstSeenAt: new Date(firstSeenAt),
    lastSeenAt: new Date(lastSeenAt),
  }
}

function short(terminal: Terminal): Terminal {
  const texts = Object.keys(TEXTS) as (keyof typeof TEXTS)[]
  const cuts = texts.flatMap((member) => {
    const text = terminal[member]
    return text === undefined ? [] : [[member, cut(text)]]
  })
  return { ...terminal, ...Object.fromEntries(cuts) }
}
