// What may come after the first line of a record, by its command.
import type { CommandReply } from './reply.js'

// `i` without `u` folds only ASCII.
const GET_FILE = /^getfile(?: |$)/i
const HAS_OPTIONS = /^(?:info|get options?)(?: |$)/i
const HAS_ROWS = /^data(?: query(?: |$)|$)/i

/** Whether every line below is an option of the terminal. */
export function hasOptions(commandName: string): boolean {
  return HAS_OPTIONS.test(commandName)
}

/** Whether rows of data may come below. */
export function hasRows(commandName: string): boolean {
  return HAS_ROWS.test(commandName)
}

/** How many bytes the content has (PUSH manual, "GetFile"); -1 if nothing says so. */
export function sizeOfFile({ commandName, returnCode }: CommandReply): number {
  return GET_FILE.test(commandName) ? (returnCode ?? -1) : -1
}
