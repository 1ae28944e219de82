// The view of failed commands, of all terminals.
import type { CommandFilter, CommandState } from '../../queue/storage.js'
import type { MonitorSettings } from '../option.js'
import { newestOf, type Page, pageOf } from '../page.js'
import { type CommandRow, summaryRow, textOfRow } from './command-row.js'
import { commandFilter } from './terminal.js'
import { type TerminalRow, terminalRows } from './terminal-row.js'

/** Commands that failed. */
export interface FailuresView {
  list: Page<CommandRow>
  /** The terminals of these commands. */
  terminals: TerminalRow[]
}

const FAILURES: readonly CommandState[] = ['failed', 'unknown', 'unanswered', 'expired']

/** Reads the view from storage. */
export async function failuresView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<FailuresView> {
  const { adapter } = settings
  const all = await terminalRows(settings, now)
  const families = new Map(all.map(({ serialNumber, family }) => [serialNumber, family]))
  const { state = FAILURES, ...filter } = commandFilter(query)
  const states = [state].flat().filter((one) => FAILURES.includes(one))
  const load = async (limit: number) => {
    const list = (asked: CommandFilter) => adapter.listCommands(asked, now)
    const summaries = await newestOf(list, { ...filter, state: states }, limit)
    return summaries.map((summary) => {
      return summaryRow(summary, now, families.get(summary.serialNumber))
    })
  }
  const nameOf = (serialNumber: string) => settings.nameOf(serialNumber) ?? ''
  const list = await pageOf(query, load, (row) => `${textOfRow(row)}\n${nameOf(row.serialNumber)}`)
  const shown = new Set(list.rows.map(({ serialNumber }) => serialNumber))
  return { list, terminals: all.filter(({ serialNumber }) => shown.has(serialNumber)) }
}
