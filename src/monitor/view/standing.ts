// Where the people of one terminal stand, from the roster: how many are in each state, and a page of
// them.
import type { PersonState } from '../../roster/row.js'
import { cut } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf, type Source } from '../page.js'
import { withPeople } from './choice.js'

/** A person on a terminal. Times are milliseconds. */
export interface StandingRow {
  serialNumber: string
  pin: string
  person?: string
  state: PersonState
  meaning: string
  since: number
  /** What failed, or can't come: `finger 6`, and why. */
  failures: [what: string, why: string][]
}

/** How many people of a terminal are in each state; those of 0 are left out. */
export interface StandingCounts {
  states: Partial<Record<PersonState, number>>
  /** How many belong on the terminal. */
  wanted: number
}

const SHOWN: readonly PersonState[] = [
  ...(['failed', 'conflict', 'waiting', 'unwanted', 'removing', 'foreign', 'present'] as const),
]
const LONGEST = 100
const MOST_FAILURES = 3

/** How many people of a terminal are in each state. */
export async function standingCounts(
  { roster }: MonitorSettings,
  serialNumber: string,
): Promise<StandingCounts | undefined> {
  if (roster === undefined) return undefined
  const { wanted, ...counts } = await roster.count(serialNumber)
  const states = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  return { states, wanted }
}

/** A page of the people of a terminal; without `standing` of the query, all but those who are gone. */
export async function standingPage(
  settings: MonitorSettings,
  scope: { serialNumber: string; pin?: string },
  query: URLSearchParams,
): Promise<Page<StandingRow> | undefined> {
  const { roster } = settings
  if (roster === undefined) return undefined
  const state = (query.get('standing') as PersonState | null) ?? SHOWN
  const source: Source<StandingRow> = async (asked) => {
    const { rows, ...rest } = await roster.status({ ...scope, state, ...asked })
    const shown = rows.map(({ serialNumber, pin, name, state, meaning, since, facets }) => ({
      ...{ serialNumber, pin, state, meaning: cut(meaning, LONGEST), since: since.getTime() },
      ...(name !== undefined && { person: cut(name, LONGEST) }),
      failures: failuresIn(facets, meaning),
    }))
    return { ...rest, rows: shown }
  }
  const page = await pageOf(query, [source])
  return { ...page, rows: await withPeople(settings, page.rows) }
}

const FAILURE = /^(?:failed|can't come): (.*)$/s

// What the meaning doesn't say already.
function failuresIn(facets: Readonly<Record<string, string>>, meaning: string): [string, string][] {
  const failures = Object.entries(facets).flatMap(([name, words]): [string, string][] => {
    const [, why = ''] = FAILURE.exec(words) ?? []
    return why === '' || meaning.includes(why) ? [] : [[name, cut(why, LONGEST)]]
  })
  return failures.slice(0, MOST_FAILURES)
}
