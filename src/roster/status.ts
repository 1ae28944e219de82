// Where everybody stands, for people to see. Pure, but for the storage it reads.
import type { Page } from '../page.js'
import { countRows, listRows } from './answer.js'
import type { RosterAdapter, RosterCounts, RosterStatus, StatusFilter } from './options.js'
import { nameIn } from './report.js'
import { type Facet, isThere, PERSON_STATES, type PersonRow, type PersonState } from './row.js'
import type { RosterRow } from './storage.js'
import { decode } from './write.js'

const IN_STEP: readonly PersonState[] = ['waiting', 'present', 'failed', 'conflict']

/** A page of people. */
export async function statusOf(
  filter: StatusFilter,
  adapter: RosterAdapter,
): Promise<Page<RosterStatus>> {
  const { state = PERSON_STATES } = filter
  const { rows, next } = await listRows(adapter, { ...filter, state })
  const shown = rows.filter(({ pin }) => pin !== '').map(shownOf)
  return next === undefined ? { rows: shown } : { rows: shown, next }
}

/** How many people are in each state. */
export async function countsOf(
  serialNumber: string | undefined,
  adapter: RosterAdapter,
): Promise<RosterCounts> {
  const found = await countRows(adapter, serialNumber === undefined ? {} : { serialNumber })
  const counts = Object.fromEntries(
    PERSON_STATES.map((state) => [state, found[state] ?? 0]),
  ) as Record<PersonState, number>
  const wanted = IN_STEP.reduce((all, state) => all + counts[state], 0)
  return { ...counts, wanted }
}

function shownOf(row: RosterRow): RosterStatus {
  const { serialNumber, pin, state, changedAt } = row
  const { content } = decode<PersonRow>(row)
  const { meaning = '', person, unfit = {} } = content
  const name = nameIn(content)
  const facets: RosterStatus['facets'] = {}
  for (const [name, facet] of Object.entries(content.facets)) facets[name] = inWords(facet)
  for (const [name, reason] of Object.entries(unfit)) facets[name] ??= `can't come: ${reason}`
  return {
    ...{ serialNumber, pin, meaning, since: changedAt, facets },
    state: isThere(state) ? (state as PersonState) : 'removed',
    ...(name !== undefined && { name }),
    ...(person !== undefined && { person }),
  }
}

function inWords({ ids, failure, digest }: Facet): string {
  if (ids !== undefined) return digest === '' ? 'being deleted' : 'on its way'
  return failure === undefined ? 'on the terminal' : `failed: ${failure.meaning}`
}
