// The view of all terminals, with what they did in the last hour and the outcomes of the last day's
// commands.
import type { CommandCounts } from '../../queue/storage.js'
import type { TerminalFilter, TerminalSummary } from '../../terminal/storage.js'
import type { ActiveMinute, Activity } from '../activity.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf, type Source } from '../page.js'
import { type TerminalRow, terminalRows } from './terminal-row.js'

/** All terminals. */
export interface TerminalsView {
  list: Page<TerminalRow>
  /** What this process served. */
  activity: { since: number; minutes: ActiveMinute[] }
  /** How many of the commands issued since a moment have each state. */
  states: { since: number; counts: Partial<CommandCounts> }
}

const HOUR = 60 * 60_000
const MOST_NAMED = 1000

/** Reads the view from storage. */
export async function terminalsView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
  activity: Activity,
): Promise<TerminalsView> {
  // By the hour, so that a link to these commands stays the same.
  const since = new Date(Math.floor(now.getTime() / HOUR) * HOUR - 24 * HOUR)
  const [found, counts] = await Promise.all([
    terminalPage(settings, query, now),
    settings.adapter.countCommands({ since }, now),
  ])
  return {
    list: { ...found, rows: await terminalRows(found.rows, settings, now) },
    activity: { since: activity.since, minutes: activity.lastHour(now.getTime()) },
    states: { since: since.getTime(), counts: countsAbove0(counts) },
  }
}

/** The counts that are not 0. */
export function countsAbove0(counts: CommandCounts): Partial<CommandCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
}

/** Reads a page of terminals from storage: those that `q` and `show` of the query choose, 50 or `size`. */
export async function terminalPage(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
  size?: number,
): Promise<Page<TerminalSummary>> {
  const search = query.get('q')?.trim() ?? ''
  const edge = new Date(now.getTime() - settings.silentAfter)
  const show = query.get('show')
  const shown = show === null ? {} : show === 'online' ? { since: edge } : { before: edge }
  const list = (filter: TerminalFilter) => settings.adapter.listTerminals({ ...shown, ...filter })
  const sized = size === undefined ? {} : { size }
  if (search === '') return pageOf(query, [list], sized)
  const named = await namedLike(settings, search)
  const byText: Source<TerminalSummary> = (asked) => list({ ...asked, search })
  const byName: Source<TerminalSummary> = async (asked) => {
    if (named.length === 0) return { rows: [] }
    const { rows, ...rest } = await list({ ...asked, serialNumbers: named })
    return { ...rest, rows: rows.filter((row) => !hasText(row, search)) }
  }
  return pageOf(query, [byText, byName], {
    ...sized,
    isBefore: ({ serialNumber: one }, { serialNumber: other }) => one < other,
  })
}

/** The serial numbers of the terminals whose names have a text: those of the first 1,000. */
async function namedLike(settings: MonitorSettings, text: string): Promise<string[]> {
  if (!settings.hasNames) return []
  const { rows } = await settings.adapter.listTerminals({ limit: MOST_NAMED })
  const names = await settings.namesOf(rows.map(({ serialNumber }) => serialNumber))
  const words = text.toLowerCase()
  return [...names].flatMap(([serialNumber, name]) => {
    return name.toLowerCase().includes(words) ? [serialNumber] : []
  })
}

// What storage's own search finds.
function hasText({ serialNumber, address, model, firmware }: TerminalSummary, text: string) {
  const sought = lowered(text)
  return [serialNumber, address, model, firmware].some((one) => lowered(one ?? '').includes(sought))
}

function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
