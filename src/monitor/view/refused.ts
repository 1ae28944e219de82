// The view of who knocks: serial numbers that `authorize` refused.
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf, type Source } from '../page.js'

/** A serial number that was refused at an address. Times are milliseconds. */
export interface RefusedRow {
  serialNumber: string
  address: string
  /** What it says it is. */
  model?: string
  firstAt: number
  lastAt: number
  times: number
}

/** Who was refused. */
export interface RefusedView {
  /** Missing if storage doesn't list them. */
  list?: Page<RefusedRow>
}

const LONGEST = 100

/** Reads the view from storage, which keeps 1,000 of them at most. */
export async function refusedView(
  { adapter }: MonitorSettings,
  query: URLSearchParams,
): Promise<RefusedView> {
  if (adapter.listRefused === undefined) return {}
  const source: Source<RefusedRow> = async ({ limit, after = '0' }) => {
    const all = (await adapter.listRefused?.()) ?? []
    const start = Math.trunc(Number(after)) || 0
    const rows = all.slice(start, start + limit).map(({ model, firstAt, lastAt, ...row }) => ({
      ...{ serialNumber: row.serialNumber, address: row.address, times: row.times },
      ...(model !== undefined && { model: model.slice(0, LONGEST) }),
      ...{ firstAt: firstAt.getTime(), lastAt: lastAt.getTime() },
    }))
    return start + limit < all.length ? { rows, next: String(start + limit) } : { rows }
  }
  return { list: await pageOf(query, [source]) }
}
