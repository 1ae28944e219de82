// The view of one terminal: its facts, how many of its commands have each state, and one of its
// lists.
import type { CommandCounts } from '../../queue/storage.js'
import type { Family } from '../../reply/outcome.js'
import type { Terminal } from '../../terminal/storage.js'
import { cut } from '../bytes.js'
import { type Form, formsFor } from '../form.js'
import type { MonitorSettings } from '../option.js'
import type { Page } from '../page.js'
import { type Choices, namedPunches, personIn } from './choice.js'
import type { CommandRow } from './command-row.js'
import { commandPage } from './commands.js'
import type { PunchRow } from './punch.js'
import {
  type ReplyRow,
  replyPage,
  type SentRow,
  timesIn,
  unparsedPage,
  uploadPage,
} from './sent.js'
import { type StandingCounts, type StandingRow, standingCounts, standingPage } from './standing.js'
import { type TerminalRow, terminalRows } from './terminal-row.js'
import { countsAbove0 } from './terminals.js'

/** The lists of one terminal. */
export type Tab = 'commands' | 'people' | 'replies' | 'punches' | 'uploads' | 'unparsed' | 'options'

/** One terminal. */
export interface TerminalView {
  /** Missing if no terminal with this serial number ever connected. */
  terminal?: TerminalRow
  tab: Tab
  /** How many commands have each state. */
  states: Partial<CommandCounts>
  /** Missing if storage doesn't list it, and on the tab of options. */
  list?: Page<CommandRow> | Page<StandingRow> | Page<ReplyRow> | Page<PunchRow> | Page<SentRow>
  /** How many of its people are in each state; missing if the app gave the page no roster. */
  standings?: StandingCounts
  /** People whom the words may mean, if they mean several. */
  choices?: Choices
  /** Its stamps and options, on their tab: the first 400. */
  options?: [name: string, value: string][]
  /** The commands that can be issued to it with a form. */
  forms?: readonly Form[]
}

const MOST_OPTIONS = 400
const LONGEST_OPTION = 150

/** Reads the view from storage. `sn` of the query names the terminal, `tab` the list. */
export async function terminalView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<TerminalView> {
  const serialNumber = query.get('sn') ?? ''
  const tab = (query.get('tab') ?? 'commands') as Tab
  const [terminal, counts, standings, person] = await Promise.all([
    settings.adapter.findTerminal(serialNumber),
    settings.adapter.countCommands({ serialNumber }, now),
    standingCounts(settings, serialNumber),
    personIn(settings, query),
  ])
  const list =
    'choices' in person
      ? { rows: [], isLater: false }
      : await LISTS[tab]?.(settings, { serialNumber, ...person }, query, now)
  const about = {
    tab,
    states: countsAbove0(counts),
    ...(list && { list }),
    ...(standings && { standings }),
    ...('choices' in person && { choices: person.choices }),
  }
  if (!terminal) return about
  const [row] = await terminalRows([terminal], settings, now)
  return {
    ...about,
    ...(row && { terminal: row }),
    ...(tab === 'options' && { options: optionsOf(terminal) }),
    ...(settings.commands && { forms: formsFor(terminal.family as Family | undefined) }),
  }
}

type List = (
  settings: MonitorSettings,
  scope: { serialNumber: string; pin?: string },
  query: URLSearchParams,
  now: Date,
) => Promise<TerminalView['list']>

const LISTS: Readonly<Partial<Record<Tab, List>>> = {
  async commands(settings, scope, query, now) {
    return (await commandPage(settings, query, now, scope)).list
  },
  people: standingPage,
  replies: ({ adapter }, { serialNumber }, query) => replyPage(adapter, serialNumber, query),
  punches: (settings, scope, query) =>
    namedPunches(settings, { ...scope, ...timesIn(query) }, query),
  uploads: ({ adapter }, scope, query) => uploadPage(adapter, scope, query),
  unparsed: ({ adapter }, { serialNumber }, query) => unparsedPage(adapter, serialNumber, query),
}

function optionsOf({ stamps = {}, options = {} }: Terminal): [string, string][] {
  const entries = [...Object.entries(stamps), ...Object.entries(options)].slice(0, MOST_OPTIONS)
  return entries.map(([name, value]) => [name, cut(value, LONGEST_OPTION)])
}
