// The roster: a row for each terminal and PIN.
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
} from '../roster/storage.js'
import { merged, Values } from './list.js'
import { type Database, dateOf, jsonBytes, milliseconds, moment } from './query.js'

const ROW = `json_build_object('serialNumber', serial_number, 'pin', pin, 'version', version, 'state', state,
  'changedAt', ${milliseconds('changed_at')}, 'removedAt', ${milliseconds('removed_at')},
  'commandIds', command_ids, 'content', content)::text AS row`

const FIND = `
  SELECT ${ROW} FROM :schema.roster WHERE serial_number = $1 AND pin = ANY ($2::text[])`

// An update waits for another one of its row, and looks at the version that this one left.
const WRITE = `
  WITH given AS (
    SELECT serial_number, pin, version, state, ${moment('changed_at')} AS changed_at,
      ${moment('removed_at')} AS removed_at, command_ids, content, replaces
    FROM jsonb_to_recordset(convert_from($1, 'UTF8')::jsonb) AS one (serial_number text, pin text, version text,
      state text, changed_at bigint, removed_at bigint, command_ids jsonb, content text, replaces text)
  ), changed AS (
    UPDATE :schema.roster AS known SET version = given.version, state = given.state,
      changed_at = given.changed_at, removed_at = given.removed_at, command_ids = given.command_ids,
      content = given.content
    FROM given WHERE known.serial_number = given.serial_number AND known.pin = given.pin
      AND known.version = given.replaces
    RETURNING known.version
  ), added AS (
    INSERT INTO :schema.roster (serial_number, pin, version, state, changed_at, removed_at, command_ids, content)
    SELECT serial_number, pin, version, state, changed_at, removed_at, command_ids, content
    FROM given WHERE replaces IS NULL
    ON CONFLICT (serial_number, pin) DO NOTHING RETURNING version
  )
  SELECT to_json(version)::text AS row FROM changed
  UNION ALL SELECT to_json(version)::text FROM added`

const DELETED_AT_ONCE = 500
const FORGET = `
  WITH chosen AS (
    SELECT serial_number, pin FROM :schema.roster WHERE state = '${REMOVED}' AND changed_at < ${moment('$1')}
    ORDER BY changed_at LIMIT ${DELETED_AT_ONCE} FOR UPDATE
  ), deleted AS (
    DELETE FROM :schema.roster AS known USING chosen
    WHERE known.serial_number = chosen.serial_number AND known.pin = chosen.pin RETURNING 1
  )
  SELECT count(*)::text AS row FROM deleted`

interface Stored extends Omit<RosterRow, 'changedAt' | 'removedAt'> {
  changedAt: number
  removedAt: number | null
}

/** Stores the rows of the roster: see `RosterStorage`. */
export function rosterOn(database: Database): Promised<RosterStorage> {
  return {
    async findRoster(serialNumber, pins) {
      if (pins.length === 0) return []
      const rows = await database.rows<Stored>(FIND, [serialNumber, [...pins]])
      return rows.map(rowOf)
    },
    async listRoster(given) {
      const filter = checkRosterFilter(given)
      const { limit } = filter
      const { sql, values } = listOf(filter)
      const found = sql === '' ? [] : await database.rows<Stored>(sql, values)
      const rows = found.slice(0, limit).map(rowOf)
      const last = rows.at(-1)
      if (found.length <= limit || last === undefined) return { rows }
      return { rows, next: cursorOf([last.serialNumber, last.pin]) }
    },
    async writeRoster(writes) {
      if (writes.length === 0) return []
      const given = jsonBytes(writes.length, (index) => {
        const { row, replaces } = writes[index] as (typeof writes)[number]
        const { serialNumber, pin, version, state, changedAt, removedAt, ...rest } = row
        return {
          ...{ serial_number: serialNumber, pin, version, state, replaces },
          ...{ changed_at: changedAt.getTime(), removed_at: removedAt?.getTime() },
          ...{ command_ids: rest.commandIds, content: rest.content },
        }
      })
      // No two writes have the same version.
      const written = new Set(await database.rows<string>(WRITE, [given]))
      return writes.map(({ row }) => written.has(row.version))
    },
    async countRoster(filter) {
      const { serialNumber, removedSince } = checkRosterCount(filter)
      const values = new Values()
      const conditions = [
        ...(serialNumber === undefined ? [] : [`serial_number = ${values.add(serialNumber)}`]),
        ...(removedSince === undefined
          ? []
          : [`removed_at >= ${moment(values.add(removedSince.getTime()))}`]),
      ]
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
      const rows = await database.rows<[string, number]>(
        `SELECT json_build_array(state, count(*))::text AS row FROM :schema.roster ${where} GROUP BY state`,
        values.all,
      )
      return Object.fromEntries(rows)
    },
  }
}

/** Deletes the rows of those who left their terminal before this moment, and more than a day ago. */
export async function forgetRemoved(database: Database, before: number): Promise<void> {
  const at = Math.min(before, Date.now() - REMOVED_KEPT)
  let deleted = DELETED_AT_ONCE
  while (deleted === DELETED_AT_ONCE) {
    const [count = 0] = await database.rows<number>(FORGET, [at])
    deleted = count
  }
}

/** Deletes the rows of a person on these terminals, and those about the terminals. */
export async function forgetRows(
  database: Database,
  pin: string,
  serialNumbers: readonly string[],
): Promise<void> {
  const sql =
    "DELETE FROM :schema.roster WHERE serial_number = ANY ($2::text[]) AND pin IN ($1, '')"
  await database.rows(sql, [pin, [...serialNumbers]])
}

/** The statement of a list; empty if it asks for nothing. */
function listOf(filter: CheckedFilter<RosterFilter>): { sql: string; values: unknown[] } {
  const { serialNumber, pin, state, limit, place } = filter
  const values = new Values()
  const conditions: string[] = []
  if (serialNumber !== undefined) conditions.push(`serial_number = ${values.add(serialNumber)}`)
  if (pin !== undefined) conditions.push(`pin = ${values.add(pin)}`)
  if (place !== undefined) {
    const [lastSerial, lastPin] = place.map((part) => values.add(part))
    conditions.push(`(serial_number, pin) > (${lastSerial}, ${lastPin})`)
  }
  const states = state === undefined ? [undefined] : [...new Set([state].flat())]
  // Each state is in the order of an index.
  const parts = states.map((each) => {
    const own = each === undefined ? [] : [`state = ${values.add(each)}`]
    const where = [...own, ...conditions].join(' AND ')
    return `SELECT * FROM :schema.roster ${where === '' ? '' : `WHERE ${where}`}`
  })
  const end = `ORDER BY serial_number, pin LIMIT ${limit + 1}`
  if (parts.length === 0) return { sql: '', values: [] }
  const sql = `SELECT ${ROW} FROM (${merged(parts, end)}) AS found ORDER BY serial_number, pin`
  return { sql, values: values.all }
}

function rowOf({ changedAt, removedAt, ...row }: Stored): RosterRow {
  const removed = dateOf(removedAt)
  return {
    ...row,
    changedAt: new Date(changedAt),
    ...(removed !== undefined && { removedAt: removed }),
  }
}
