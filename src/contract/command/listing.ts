// How the cases on lists of commands read them.
import { ok } from 'node:assert/strict'
import type { Page } from '../../page.js'
import type { CommandFilter, CommandSummary } from '../../queue/storage.js'
import { at, type CommandSubject } from './record.js'

/** What an adapter lacks that lists no commands. */
export function missing({ adapter }: CommandSubject): string | undefined {
  return adapter.listCommands ? undefined : 'the adapter has no listCommands'
}

/** Lists the commands of a subject, at a moment after all that the cases do. */
export function list({
  adapter,
}: CommandSubject): (filter: CommandFilter) => Promise<Page<CommandSummary>> {
  return async (filter) => {
    const { listCommands } = adapter
    ok(listCommands)
    return listCommands.call(adapter, filter, at(1000))
  }
}

/** The names of the commands that a list shows. */
export async function listed(subject: CommandSubject, filter: CommandFilter): Promise<string[]> {
  const { rows } = await list(subject)(filter)
  return rows.map(nameOf)
}

/** A command by its terminal and its id. */
export function nameOf({ serialNumber, commandId }: CommandSummary): string {
  return `${serialNumber} ${commandId}`
}
