// What all lists have in common: the values of their conditions, their range, and their pages.
import { type CheckedFilter, cursorOf } from '../filter.js'
import type { ListFilter, Page } from '../kept.js'
import { milliseconds, moment } from './query.js'

/** The values of a statement that is put together from its conditions. */
export class Values {
  readonly all: unknown[] = []
  /** Adds a value. @returns SQL for it */
  add(value: unknown): string {
    this.all.push(value)
    return `$${this.all.length}`
  }
}

/** What a row of a list has besides: its place. */
export interface Placed {
  at: number
  position: number
}

/** The types of the parts of a place. */
export const PLACE = ['number', 'number'] as const

/** SQL for the members of a place, by the column that the list goes by. */
export function placed(column: string): string {
  return `'at', ${milliseconds(column)}, 'position', position`
}

/** SQL for the order of a list. */
export function newestFirst(column: string): string {
  return `ORDER BY ${column} DESC, position DESC`
}

/**
 * SQL for rows of several selections in their common order. Each selection is in the order of an
 * index, and no more of it is read than the page takes.
 *
 * @param end the order and the limit
 */
export function merged(selections: readonly string[], end: string): string {
  const ordered = selections.map((selection) => `(${selection} ${end})`)
  return ordered.length === 1 ? ordered.join() : `${ordered.join(' UNION ALL ')} ${end}`
}

/** The SQL condition for one terminal, if the list is asked for one. */
export function ofTerminal({ serialNumber }: ListFilter, values: Values): string[] {
  return serialNumber === undefined ? [] : [`serial_number = ${values.add(serialNumber)}`]
}

/** The SQL conditions for the range of a list, and for where it goes on. */
export function rangeOf(
  { since, before, place }: Pick<CheckedFilter<ListFilter>, 'since' | 'before' | 'place'>,
  column: string,
  values: Values,
): string[] {
  const conditions: string[] = []
  const at = (time: unknown) => moment(values.add(time))
  if (since !== undefined) conditions.push(`${column} >= ${at(since.getTime())}`)
  if (before !== undefined) conditions.push(`${column} < ${at(before.getTime())}`)
  if (place !== undefined) {
    const [time, position] = place
    conditions.push(`(${column}, position) < (${at(time)}, ${values.add(position)}::bigint)`)
  }
  return conditions
}

/** The page of the rows that were found; one more than its limit means that there is another. */
export function pageOf<Row extends Placed, Shown>(
  found: readonly Row[],
  limit: number,
  shown: (row: Row) => Shown,
): Page<Shown> {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  const isLast = last === undefined || found.length === rows.length
  return {
    rows: rows.map(shown),
    ...(!isLast && { next: cursorOf([last.at, last.position]) }),
  }
}
