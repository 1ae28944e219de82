// Whom and which terminal the words of a search mean, and the names of the people in rows.
import type { MonitorSettings } from '../option.js'
import type { Page } from '../page.js'
import type { FoundPerson } from '../person.js'
import { type PunchRow, type PunchScope, punchPage } from './punch.js'
import { type TerminalRow, terminalRows } from './terminal-row.js'
import { terminalPage } from './terminals.js'

/** What words may mean, if they mean several. */
export interface Choices {
  people?: FoundPerson[]
  terminals?: TerminalRow[]
}

const MOST_CHOICES = 10

/**
 * The person that a query means by `person`: a PIN, or words that only one person's name has.
 * Words that nobody's name has are a PIN.
 */
export async function personIn(
  { people }: MonitorSettings,
  query: URLSearchParams,
): Promise<{ pin?: string } | { choices: Choices }> {
  const words = query.get('person')?.trim() ?? ''
  if (words === '') return {}
  if (/^\d+$/.test(words)) return { pin: words }
  const found = await people.named(words)
  if (found.length > 1) return { choices: { people: found } }
  return { pin: found[0]?.pin ?? words }
}

/**
 * The terminal that a query means: by its serial number (`sn`), or by words that only one terminal
 * has (`q`).
 */
export async function terminalIn(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<{ serialNumber?: string } | { choices: Choices }> {
  const serialNumber = query.get('sn')
  if (serialNumber !== null) return { serialNumber }
  const words = query.get('q')
  if (words === null) return {}
  const { rows } = await terminalPage(settings, new URLSearchParams({ q: words }), now)
  const [first] = rows
  if (rows.length === 1 && first !== undefined) return { serialNumber: first.serialNumber }
  const terminals = await terminalRows(rows.slice(0, MOST_CHOICES), settings, now)
  return { choices: { terminals } }
}

interface OfPerson {
  serialNumber: string
  pin?: string
  person?: string
}

/** Adds the names of the people whom rows are about. */
export async function withPeople<Row extends OfPerson>(
  { people }: MonitorSettings,
  rows: readonly Row[],
): Promise<Row[]> {
  const asked = rows.flatMap(({ serialNumber, pin }) => {
    return pin === undefined ? [] : [{ serialNumber, pin }]
  })
  const names = await people.namesOf(asked)
  let index = 0
  return rows.map((row) => {
    const name = row.pin === undefined ? undefined : names[index++]
    return name === undefined ? row : { ...row, person: name }
  })
}

/** A page of punches with the names of the people. */
export async function namedPunches(
  settings: MonitorSettings,
  scope: PunchScope,
  query: URLSearchParams,
): Promise<Page<PunchRow> | undefined> {
  const page = await punchPage(settings, scope, query)
  return page && { ...page, rows: await withPeople(settings, page.rows) }
}
