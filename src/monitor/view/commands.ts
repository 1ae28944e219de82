// The views of commands of all terminals, and the list of those of one.
import type { CommandFilter, CommandState } from '../../queue/storage.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf } from '../page.js'
import { momentIn } from '../query.js'
import { type Choices, personIn, withPeople } from './choice.js'
import { type CommandRow, summaryRow, textOfRow } from './command-row.js'
import { type TerminalRow, terminalBook } from './terminal-row.js'

/** Commands in some states. */
export interface CommandsView {
  /** The states that can be chosen; missing if all can. */
  states?: readonly CommandState[]
  list: Page<CommandRow>
  /** The terminals of these commands. */
  terminals: TerminalRow[]
  /** People whom the words may mean, if they mean several. */
  choices?: Choices
}

/** The states of commands that went wrong. */
export const FAILURES: readonly CommandState[] = ['failed', 'unknown', 'unanswered', 'expired']

/** Creates the view of the commands in some states, or in any. */
export function commandsView(states?: readonly CommandState[]) {
  return async (
    settings: MonitorSettings,
    query: URLSearchParams,
    now: Date,
  ): Promise<CommandsView> => {
    const person = await personIn(settings, query)
    const shown = states && { states }
    if ('choices' in person) {
      const list = { rows: [], isLater: false }
      return { ...shown, list, terminals: [], choices: person.choices }
    }
    return { ...shown, ...(await commandPage(settings, query, now, { ...shown, ...person })) }
  }
}

/** Which commands can be listed: those of a terminal, and those in some states. */
export interface CommandScope {
  serialNumber?: string
  pin?: string
  states?: readonly CommandState[]
}

/** Reads a page of commands from storage, with their terminals. */
export async function commandPage(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
  { states, ...scope }: CommandScope,
): Promise<Pick<CommandsView, 'list' | 'terminals'>> {
  const filter = { ...filterIn(query, states), ...scope }
  const chosen = filter.state === undefined ? undefined : new Set([filter.state].flat())
  const book = terminalBook(settings, now)
  const source = async (asked: CommandFilter) => {
    const { rows, ...rest } = await settings.adapter.listCommands({ ...filter, ...asked }, now)
    const terminals = await book(rows.map((row) => row.serialNumber))
    const shown = rows.map((row) => {
      return summaryRow(row, now, terminals.get(row.serialNumber)?.family)
    })
    // Storage knows no families: a code may mean success to one of them.
    return { ...rest, rows: shown.filter(({ state }) => chosen?.has(state) ?? true) }
  }
  const words = (query.get('q') ?? '').toLowerCase().trim()
  const known = await book([])
  const matches = (row: CommandRow) => {
    const name = known.get(row.serialNumber)?.name ?? ''
    return `${textOfRow(row)}\n${name}`.toLowerCase().includes(words)
  }
  const list = await pageOf(query, [source], words === '' ? {} : { matches })
  const shown = new Set(list.rows.map((row) => row.serialNumber))
  const rows = (await withPeople(settings, list.rows)).map(withoutText)
  return {
    list: { ...list, rows },
    terminals: [...known.values()].filter((row) => shown.has(row.serialNumber)),
  }
}

/** A row without its text if there are words for it; the text is on the command's page. */
export function withoutText({ text, ...row }: CommandRow): CommandRow {
  return row.phrase === undefined && text !== undefined ? { ...row, text } : row
}

function filterIn(query: URLSearchParams, states?: readonly CommandState[]): CommandFilter {
  const asked = query.getAll('state') as CommandState[]
  const state = asked.length === 0 ? states : asked.filter((one) => states?.includes(one) ?? true)
  const [since, before] = [momentIn(query, 'since'), momentIn(query, 'before')]
  return {
    ...(state && { state }),
    ...(since && { since }),
    ...(before && { before }),
  }
}
