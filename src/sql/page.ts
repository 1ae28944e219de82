// Pages of rows: what a filter leaves, what comes after a cursor, and the cursor of the next page.
import { cursorOf } from '../filter.js'
import type { Page } from '../kept.js'
import type { Row, Value } from './step.js'

/** A condition with the values of its marks. */
export type Where = readonly [sql: string, ...values: Value[]]

/** The types of the parts of a cursor: a moment, and a row's number. */
export const PLACE: readonly ('string' | 'number')[] = ['number', 'number']

/** The conditions for a stretch of time, and for what comes after the cursor of the page before. */
export function stretch(
  time: string,
  place: string,
  {
    since,
    before,
    place: [at, last] = [],
  }: {
    since?: Date
    before?: Date
    place?: readonly (string | number)[]
  },
): Where[] {
  return [
    ...(since === undefined ? [] : [[`${time} >= ?`, since.getTime()] as const]),
    ...(before === undefined ? [] : [[`${time} < ?`, before.getTime()] as const]),
    ...(at === undefined || last === undefined
      ? []
      : [[`${time} <= ? AND (${time} < ? OR ${place} < ?)`, at, at, last] as const]),
  ]
}

/** The conditions for columns that must have these values; those that are undefined are left out. */
export function equal(values: Readonly<Record<string, Value | undefined>>): Where[] {
  return Object.entries(values).flatMap(([column, value]) => {
    return value === undefined ? [] : [[`${column} = ?`, value] as const]
  })
}

/** All of these conditions, as the text after WHERE and the values of its marks. */
export function all(where: readonly Where[]): readonly [sql: string, values: readonly Value[]] {
  const sql = where.map(([condition]) => `(${condition})`).join(' AND ')
  return [sql === '' ? '1 = 1' : sql, where.flatMap(([, ...values]) => values)]
}

/** The page of rows of which there may be one more. */
export function pageOf<Shown>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => readonly (string | number)[],
  show: (row: Row) => Shown,
): Page<Shown> {
  const own = rows.slice(0, limit)
  const last = own.at(-1)
  const shown = own.map(show)
  if (rows.length <= limit || last === undefined) return { rows: shown }
  return { rows: shown, next: cursorOf(placeOf(last)) }
}
