// The view in which somebody chooses terminals and a command for all of them.
import type { Family } from '../../reply/outcome.js'
import { type SharedForm, sharedForms } from '../form.js'
import { MOST_TERMINALS } from '../many-action.js'
import type { MonitorSettings } from '../option.js'
import { terminalRows } from './terminal-row.js'
import { terminalPage } from './terminals.js'

/** A terminal that was chosen. */
export interface ChosenRow {
  serialNumber: string
  name?: string
  isOnline: boolean
  family: Family
}

/** The terminals that a search chooses, and the commands for them. */
export interface SendView {
  /** The first 200. */
  terminals: ChosenRow[]
  hasMore: boolean
  /** None if the page is read-only. */
  forms: SharedForm[]
}

/** Reads the view from storage: `q` and `show` of the query choose, as in the list of terminals. */
export async function sendView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<SendView> {
  const page = await terminalPage(settings, query, now, MOST_TERMINALS)
  const rows = await terminalRows(page.rows, settings, now)
  const terminals = rows.map(({ serialNumber, name, isOnline, family = 'attendance' }) => {
    return { serialNumber, ...(name !== undefined && { name }), isOnline, family }
  })
  const families = new Set(terminals.map(({ family }) => family))
  const forms = settings.commands === undefined ? [] : sharedForms(families)
  return { terminals, hasMore: page.next !== undefined, forms }
}
