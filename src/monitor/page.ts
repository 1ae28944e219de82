// Lists, page by page.
import type { Awaitable } from '../endpoint/deadline.js'
import type { Page as StoredPage } from '../kept.js'
import { rowsOf } from '../page.js'

/** A page of a list. */
export interface Page<Row> {
  rows: Row[]
  /** Which page it is, from 0. */
  page: number
  hasMore: boolean
  /** How many rows were searched, if the list ends there. */
  endsAt?: number
}

const SIZE = 50
const MOST = 2000
const MOST_AT_ONCE = 1000

/**
 * Loads a page. Pages are cut from a list that always begins with the newest rows: rows of the same
 * moment can't be told apart, so continuing from a moment would lose some.
 *
 * @param query `page` from 0, and `q`: only rows whose text contains it
 * @param load loads the given number of newest rows
 * @param textOf the text that is searched
 */
export async function pageOf<Row>(
  query: URLSearchParams,
  load: (limit: number) => Promise<readonly Row[]>,
  textOf: (row: Row) => string,
): Promise<Page<Row>> {
  const words = (query.get('q') ?? '').toLowerCase().trim()
  const last = MOST / SIZE - 1
  const page = Math.min(last, Math.max(0, Math.trunc(Number(query.get('page'))) || 0))
  const limit = words === '' ? Math.min(MOST, (page + 1) * SIZE + 1) : MOST
  const loaded = await load(limit)
  const found = loaded.filter((row) => words === '' || textOf(row).toLowerCase().includes(words))
  const rows = found.slice(page * SIZE, (page + 1) * SIZE)
  const hasMore = found.length > (page + 1) * SIZE && page < last
  const isEnd = loaded.length >= MOST && !hasMore
  return { rows, page, hasMore, ...(isEnd && { endsAt: MOST }) }
}

/** The newest rows of a list of storage, up to a number. */
export async function newestOf<Filter extends { limit?: number; after?: string }, Row>(
  list: (filter: Filter) => Awaitable<StoredPage<Row>>,
  filter: Filter,
  most: number,
): Promise<Row[]> {
  const newest: Row[] = []
  for await (const row of rowsOf(list, { ...filter, limit: Math.min(most, MOST_AT_ONCE) })) {
    newest.push(row)
    if (newest.length === most) break
  }
  return newest
}

/** The moment that a query names in milliseconds, such as `before=1793000000000`; undefined if it names none. */
export function momentIn(query: URLSearchParams, name: string): Date | undefined {
  const moment = new Date(Number(query.get(name) ?? Number.NaN))
  return Number.isNaN(moment.getTime()) ? undefined : moment
}
