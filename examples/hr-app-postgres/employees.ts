// Employees, the terminals they belong on and their fingerprints, in the app's own tables.
import { randomUUID } from 'node:crypto'
import type { UploadRecord } from 'express-iclock'
import type { RosterEnrollment, RosterPerson } from 'express-iclock/roster'
import type { Database } from './database.js'

export interface Employees {
  /** Creates the tables unless they exist. */
  migrate(): Promise<void>
  /** Adds an employee, or changes the name of the one with this PIN. */
  put(pin: string, name: string, serialNumber: string): Promise<void>
  /** Deletes an employee with all that belongs to them; the PIN may be given to somebody else. */
  leave(pin: string): Promise<void>
  /** Who belongs on a terminal. */
  at(serialNumber: string): Promise<RosterPerson[]>
  /** Stores what an employee has enrolled at a terminal, once. */
  keepTemplates(enrollment: RosterEnrollment): Promise<void>
}

interface Row {
  id: string
  pin: string
  name: string
  /** What was enrolled, as JSON; several rows of one employee follow each other. */
  records: string | null
  source: string | null
}

const TABLES = [
  'CREATE TABLE IF NOT EXISTS hr_employees (id text PRIMARY KEY, pin text UNIQUE, name text)',
  `CREATE TABLE IF NOT EXISTS hr_places (
    employee text REFERENCES hr_employees ON DELETE CASCADE, serial_number text,
    PRIMARY KEY (employee, serial_number)
  )`,
  `CREATE TABLE IF NOT EXISTS hr_templates (
    employee text REFERENCES hr_employees ON DELETE CASCADE, key text, records text, source text,
    PRIMARY KEY (employee, key)
  )`,
]

export function employeesOn(database: Database): Employees {
  return {
    async migrate() {
      for (const table of TABLES) await database.query(table)
    },
    async put(pin, name, serialNumber) {
      const { rows } = await database.query<{ id: string }>(
        `INSERT INTO hr_employees VALUES ($1, $2, $3)
        ON CONFLICT (pin) DO UPDATE SET name = excluded.name RETURNING id`,
        [randomUUID(), pin, name],
      )
      await database.query('INSERT INTO hr_places VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        rows[0]?.id,
        serialNumber,
      ])
    },
    async leave(pin) {
      await database.query('DELETE FROM hr_employees WHERE pin = $1', [pin])
    },
    async at(serialNumber) {
      const { rows } = await database.query<Row>(
        `SELECT id, pin, name, records, source FROM hr_employees
        JOIN hr_places ON hr_places.employee = id
        LEFT JOIN hr_templates ON hr_templates.employee = id
        WHERE serial_number = $1 ORDER BY id, key`,
        [serialNumber],
      )
      return peopleIn(rows)
    },
    async keepTemplates({ pin, key, records, source }) {
      const kept = records.flatMap((record) => {
        return record.kind === 'fields' ? [{ type: record.type, fields: record.fields }] : []
      })
      await database.query(
        `INSERT INTO hr_templates SELECT id, $2, $3, $4 FROM hr_employees WHERE pin = $1
        ON CONFLICT DO NOTHING`,
        [pin, key, JSON.stringify(kept), JSON.stringify(source)],
      )
    },
  }
}

function peopleIn(rows: readonly Row[]): RosterPerson[] {
  const people = new Map<string, RosterPerson & { templates: UploadRecord[] }>()
  for (const { id, pin, name, records, source } of rows) {
    const person = people.get(id) ?? { pin, person: id, name, templates: [] }
    for (const { type, fields } of JSON.parse(records ?? '[]')) {
      person.templates.push({ kind: 'fields', type, fields, raw: Buffer.alloc(0) })
    }
    if (source !== null) person.source = JSON.parse(source)
    people.set(id, person)
  }
  return [...people.values()]
}
