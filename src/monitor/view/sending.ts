// The view of a command that was sent to many terminals: how far each of them is.
import type { CommandState } from '../../queue/storage.js'
import { MOST_TERMINALS } from '../many-action.js'
import type { MonitorSettings } from '../option.js'
import { listed, type Page, pageOf } from '../page.js'
import { withPeople } from './choice.js'
import { type CommandRow, summaryRow } from './command-row.js'
import { withoutText } from './commands.js'
import { type TerminalRow, terminalBook } from './terminal-row.js'

/** A command to many terminals. */
export interface SendingView {
  /** One of the commands, for its words; missing if nothing is stored. */
  command?: CommandRow
  /** How many terminals it was sent to. */
  count: number
  /** How many of the terminals are in each state. */
  states: Partial<Record<CommandState, number>>
  list: Page<CommandRow>
  /** The terminals of the rows. */
  terminals: TerminalRow[]
}

/** Reads the view from storage: `id` of the query says which, `state` which of its commands. */
export async function sendingView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<SendingView> {
  const members = { sending: query.get('id') ?? '' }
  // Those that were issued again are among them.
  const filter = { members, limit: 2 * MOST_TERMINALS }
  const { rows } = await settings.adapter.listCommands(filter, now)
  const book = await terminalBook(settings, now)(rows.map(({ serialNumber }) => serialNumber))
  // The newest of each terminal.
  const newest = new Map<string, CommandRow>()
  for (const row of rows) {
    const { serialNumber } = row
    if (newest.has(serialNumber)) continue
    newest.set(serialNumber, summaryRow(row, now, book.get(serialNumber)?.family))
  }
  const all = [...newest.values()]
  const states: SendingView['states'] = {}
  for (const { state } of all) states[state] = (states[state] ?? 0) + 1
  const asked = query.getAll('state')
  const chosen = asked.length === 0 ? all : all.filter(({ state }) => asked.includes(state))
  const page = await pageOf(query, [listed(chosen)])
  const shown = (await withPeople(settings, page.rows)).map(withoutText)
  const [command] = await withPeople(settings, all.slice(0, 1))
  return {
    ...(command && { command: withoutText(command) }),
    ...{ count: all.length, states, list: { ...page, rows: shown } },
    terminals: shown.flatMap(({ serialNumber }) => book.get(serialNumber) ?? []),
  }
}
