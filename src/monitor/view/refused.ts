// The view of who knocks: serial numbers that `authorize` refused.
import type { MonitorSettings } from '../option.js'
import { listed, type Page, pageOf } from '../page.js'

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
  const all = await adapter.listRefused()
  const { rows, ...rest } = await pageOf(query, [listed(all)])
  const shown = rows.map(({ model, firstAt, lastAt, ...row }) => ({
    ...{ serialNumber: row.serialNumber, address: row.address, times: row.times },
    ...(model !== undefined && { model: model.slice(0, LONGEST) }),
    ...{ firstAt: firstAt.getTime(), lastAt: lastAt.getTime() },
  }))
  return { list: { ...rest, rows: shown } }
}
