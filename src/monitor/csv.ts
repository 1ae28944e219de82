// The punches of a day as a table for spreadsheets: comma-separated values (RFC 4180).
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { rowsOf } from '../page.js'
import type { MonitorSettings } from './option.js'
import { QueryError } from './query.js'
import { dayScope } from './view/attendance.js'
import { withPeople } from './view/choice.js'
import { choiceOf, type PunchRow, punchSources } from './view/punch.js'

const PAGE = 500
// Spreadsheets take text that begins so for a formula.
const FORMULA = /^[=+\-@\t\r]/

/**
 * Sends all punches of a day that a query selects, page by page.
 *
 * @throws QueryError if the words of the query mean several people or terminals
 */
export async function sendPunches(
  settings: MonitorSettings,
  query: URLSearchParams,
  res: ServerResponse,
): Promise<void> {
  const scope = await dayScope(settings, query, new Date())
  if ('choices' in scope) throw new QueryError('person or q', 'words that mean one alone')
  const { texts, adapter } = settings
  const columns = [
    'time',
    'pin',
    'name',
    'status',
    'verify',
    'workCode',
    'door',
    'terminal',
  ] as const
  res.writeHead(200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="attendance-${scope.day}.csv"`,
  })
  // The mark by which spreadsheets know UTF-8.
  res.write(`\ufeff${lineOf(columns.map((column) => texts[`csv.${column}`]))}`)
  const { matches = () => true } = choiceOf(scope)
  for (const list of punchSources(adapter, scope)) {
    const buffered: PunchRow[] = []
    const flush = async () => {
      const rows = await withPeople(settings, buffered.splice(0))
      const names = await settings.namesOf(rows.map(({ serialNumber }) => serialNumber))
      const text = rows.map((row) => lineOf(cellsOf(row, names.get(row.serialNumber), texts)))
      if (text.length > 0 && !res.write(text.join('')) && !res.destroyed) {
        await drained(res)
      }
    }
    for await (const row of rowsOf(list, { limit: PAGE })) {
      if (res.destroyed) return
      if (matches(row)) buffered.push(row)
      if (buffered.length === PAGE) await flush()
    }
    await flush()
  }
  res.end()
}

// Whichever event comes, nobody listens for the other any more.
async function drained(res: ServerResponse): Promise<void> {
  const waiting = new AbortController()
  const { signal } = waiting
  const events = ['drain', 'close'].map((event) => once(res, event, { signal }))
  await Promise.race(events).finally(() => waiting.abort())
}

function cellsOf(
  row: PunchRow,
  terminal: string | undefined,
  texts: MonitorSettings['texts'],
): string[] {
  const { time, pin, person = '', status, ways, workCode = '', door = '', event } = row
  const words = texts as Readonly<Record<string, string>>
  const shown = event ?? words[`status.${status}`] ?? status
  const verified = ways.map((way) => way.map((word) => words[`verify.${word}`] ?? word).join(' + '))
  const place = terminal === undefined ? row.serialNumber : `${terminal} (${row.serialNumber})`
  return [time, pin, person, shown, verified.join(' / '), workCode, door, place]
}

/** A line: each cell quoted, none a formula. */
export function lineOf(cells: readonly string[]): string {
  const quoted = cells.map((cell) => {
    const plain = FORMULA.test(cell) ? `'${cell}` : cell
    return `"${plain.replaceAll('"', '""')}"`
  })
  return `${quoted.join(',')}\r\n`
}
