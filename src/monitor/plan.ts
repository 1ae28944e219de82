// What a pass of the roster would do about a terminal, or did, as people read it: bounded, with names.
import type { Reconciliation, RosterEntry } from '../roster/options.js'
import { cut } from './bytes.js'
import type { People } from './person.js'

/** A person in a plan. */
export interface PlanRow {
  pin: string
  person?: string
  /** Who has the PIN on the terminal, if that is somebody else. */
  other?: string
  reason: string
}

/** The lists of a plan. */
export const PLAN_LISTS = ['put', 'remove', 'failed', 'waiting', 'foreign', 'skipped'] as const

/** How many people are deleted at once from the page: each of them is named first. */
export const MOST_REMOVED = 100

const MOST_SHOWN: Readonly<Record<(typeof PLAN_LISTS)[number], number>> = {
  ...{ put: 50, remove: MOST_REMOVED, failed: 50, waiting: 20, foreign: 20, skipped: 20 },
}
const LONGEST_REASON = 120
const LONGEST_NAME = 60

/** What a pass would do, or did. */
export interface Plan {
  /** What stands in the way of the whole terminal. */
  notice?: string
  /** How many people are in step. */
  present: number
  /** The first people of each list, and how many it has. */
  lists: Record<(typeof PLAN_LISTS)[number], { rows: PlanRow[]; count: number }>
}

/** Creates the plan that people read, from what a pass reported. */
export async function planOf(
  { serialNumber, notice, present, ...all }: Reconciliation,
  people: People,
): Promise<Plan> {
  const shown = PLAN_LISTS.flatMap((list) => all[list].slice(0, MOST_SHOWN[list]))
  const names = await people.namesOf(shown.map(({ pin }) => ({ pin, serialNumber })))
  let index = 0
  const rowOf = ({ pin, reason, name: held, wanted }: RosterEntry): PlanRow => {
    const known = names[index++]
    const name = wanted ?? known ?? held
    const other = wanted === undefined ? undefined : held
    return {
      ...{ pin, reason: cut(reason, LONGEST_REASON) },
      ...(name !== undefined && { person: cut(name, LONGEST_NAME) }),
      ...(other !== undefined && { other: cut(other, LONGEST_NAME) }),
    }
  }
  const lists = PLAN_LISTS.map((list) => {
    const rows = all[list].slice(0, MOST_SHOWN[list]).map(rowOf)
    return [list, { rows, count: all[list].length }] as const
  })
  return {
    ...(notice !== undefined && { notice: cut(notice, LONGEST_REASON) }),
    present,
    lists: Object.fromEntries(lists) as Plan['lists'],
  }
}
