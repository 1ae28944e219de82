// The view of one person: where they are, when they came and went, commands about them, and what
// terminals sent of them.
import type { KeptUploadFilter } from '../../kept.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf, type Source } from '../page.js'
import { momentIn } from '../query.js'
import { namedPunches } from './choice.js'
import type { CommandRow } from './command-row.js'
import { commandPage } from './commands.js'
import type { PunchRow } from './punch.js'
import { timesIn } from './sent.js'
import { type TerminalRow, terminalBook } from './terminal-row.js'

/** Something that a terminal sent of a person: what it is, never its bytes. */
export interface AboutRow {
  serialNumber: string
  type: string
  size: number
  at: number
}

/** Where a person stands on a terminal, from the roster. Times are milliseconds. */
export interface StandingRow {
  serialNumber: string
  state: string
  meaning: string
  since: number
}

/** The lists of one person. */
export type PersonTab = 'punches' | 'commands' | 'uploads'

/** One person. */
export interface PersonView {
  pin: string
  name?: string
  tab: PersonTab
  /** Missing if storage doesn't list it. */
  list?: Page<CommandRow> | Page<PunchRow> | Page<AboutRow>
  /** Missing if the app gave the page no roster; the first 50. */
  standings?: { rows: StandingRow[]; hasMore: boolean }
  /** The terminals of the rows. */
  terminals: TerminalRow[]
}

const MOST_STANDINGS = 50

/** Reads the view from storage. `pin` of the query names the person, `tab` the list. */
export async function personView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<PersonView> {
  const pin = query.get('pin') ?? ''
  const tab = tabIn(query)
  const [[name], standings, list] = await Promise.all([
    settings.people.namesOf([{ pin }]),
    standingsOf(settings, pin),
    LISTS[tab](settings, pin, query, now),
  ])
  const rows = [...(list?.rows ?? []), ...(standings?.rows ?? [])]
  const terminals = await terminalBook(settings, now)(rows.map((row) => row.serialNumber))
  return {
    pin,
    tab,
    ...(name !== undefined && { name }),
    ...(list && { list }),
    ...(standings && { standings }),
    terminals: [...terminals.values()],
  }
}

type List = (
  settings: MonitorSettings,
  pin: string,
  query: URLSearchParams,
  now: Date,
) => Promise<PersonView['list']>

const LISTS: Readonly<Record<PersonTab, List>> = {
  punches: (settings, pin, query) => namedPunches(settings, { pin, ...timesIn(query) }, query),
  async commands(settings, pin, query, now) {
    return (await commandPage(settings, query, now, { pin })).list
  },
  async uploads({ adapter }, pin, query) {
    if (adapter.listUploads === undefined) return undefined
    const before = momentIn(query, 'before')
    const filter: KeptUploadFilter = { pin, ...(before && { before }) }
    const source: Source<AboutRow> = async (asked) => {
      const { rows, ...rest } = (await adapter.listUploads?.({ ...filter, ...asked })) ?? {
        rows: [],
      }
      const shown = rows.map(({ serialNumber, type, size, receivedAt }) => {
        return { serialNumber, type: type.slice(0, LONGEST_TYPE), size, at: receivedAt.getTime() }
      })
      return { ...rest, rows: shown }
    }
    return pageOf(query, [source])
  },
}

const LONGEST_TYPE = 50

function tabIn(query: URLSearchParams): PersonTab {
  const tab = query.get('tab') ?? ''
  return Object.hasOwn(LISTS, tab) ? (tab as PersonTab) : 'punches'
}

async function standingsOf(
  { roster }: MonitorSettings,
  pin: string,
): Promise<PersonView['standings']> {
  if (roster === undefined || pin === '') return undefined
  const { rows, next } = await roster.status({ pin, limit: MOST_STANDINGS })
  const shown = rows.map(({ serialNumber, state, meaning, since }) => {
    return { serialNumber, state, meaning, since: since.getTime() }
  })
  return { rows: shown, hasMore: next !== undefined }
}
