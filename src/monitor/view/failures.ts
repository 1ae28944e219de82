// The view of failed commands, of all terminals.
import type { CommandState } from '../../queue/storage.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf } from '../page.js'
import { type CommandRow, commandRow, textOfRow } from './command-row.js'
import { commandFilter } from './terminal.js'
import { type TerminalRow, terminalRow } from './terminal-row.js'

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
  const terminals = await adapter.terminals()
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const { state = FAILURES, ...filter } = commandFilter(query)
  const states = [state].flat().filter((one) => FAILURES.includes(one))
  const load = async (limit: number) => {
    const records = await adapter.commands({ ...filter, state: states, limit }, now)
    return records.map((record) => {
      return commandRow(record, now, known.get(record.command?.serialNumber ?? '')?.family)
    })
  }
  const nameOf = (serialNumber: string) => settings.nameOf(serialNumber) ?? ''
  const list = await pageOf(query, load, (row) => `${textOfRow(row)}\n${nameOf(row.serialNumber)}`)
  const shown = new Set(list.rows.map(({ serialNumber }) => serialNumber))
  return {
    list,
    terminals: terminals
      .filter(({ serialNumber }) => shown.has(serialNumber))
      .map((terminal) => terminalRow(terminal, settings, now)),
  }
}
