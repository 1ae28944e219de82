// How the cases walk pages, and prove that a list refuses what it can't answer.
import { ok, rejects } from 'node:assert/strict'
import type { Awaitable } from '../endpoint/deadline.js'
import type { Page } from '../kept.js'

/** The pages of a list, up to its end; each but the last has as many rows as it was asked for. */
export async function pagesOf<Filter extends { limit?: number; after?: string }, Row>(
  list: (filter: Filter) => Awaitable<Page<Row>>,
  filter: Filter,
): Promise<Row[][]> {
  const pages: Row[][] = []
  let after: string | undefined
  do {
    const page = await list(after === undefined ? filter : { ...filter, after })
    ok(Array.isArray(page?.rows), 'expected { rows, next }, with rows as a list')
    ok(pages.length < 2000, 'the pages have no end: `next` must be missing on the last one')
    const { limit = 100 } = filter
    ok(page.rows.length <= limit, `a page of ${limit} has ${page.rows.length} rows`)
    const isFull = page.rows.length === limit
    ok(isFull || page.next === undefined, `a page has ${page.rows.length} rows, and more follow`)
    pages.push([...page.rows])
    after = page.next
  } while (after !== undefined)
  return pages
}

/** Checks that a list refuses unknown members, wrong limits and foreign cursors. */
export async function refusesMembers(
  call: string,
  list: (filter: object) => unknown,
  { isPaged = true }: { isPaged?: boolean } = {},
): Promise<void> {
  const filters: object[] = [{ pim: '7' }, { serialNumbr: 'A' }, { $where: '1' }]
  if (isPaged) {
    const limits = [0, -1, 1.5, 1001, '10', Number.NaN]
    filters.push(...limits.map((limit) => ({ limit })), { after: 'x' }, { after: 1 })
  }
  filters.push({ since: 'yesterday' })
  for (const filter of filters) {
    const shown = JSON.stringify(filter)
    await rejects(async () => list(filter), TypeError, `${call} takes ${shown} for a filter`)
  }
}
