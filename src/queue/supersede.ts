// Finds the older commands that a newer one replaces. Pure.
import type { CommandRecord, QueuedCommand } from './storage.js'

/** For each terminal, the id of the last of these commands with each key. */
export function keyedByTerminal(
  queued: readonly QueuedCommand[],
): Map<string, Map<string, string>> {
  const terminals = new Map<string, Map<string, string>>()
  for (const { command, terms } of queued) {
    if (terms.key === undefined) continue
    const keyed = terminals.get(command.serialNumber) ?? new Map<string, string>()
    terminals.set(command.serialNumber, keyed.set(terms.key, command.commandId))
  }
  return terminals
}

/**
 * The ids of the open commands of a terminal, in the order issued, that come before the one named
 * for their key and were not sent yet. Of two that race, only the earlier is closed.
 */
export function olderUnsent(
  open: readonly CommandRecord[],
  keyed: ReadonlyMap<string, string>,
): string[] {
  const older: string[] = []
  const isPast = new Set<string>()
  for (const { command, terms, attemptsMade } of [...open].reverse()) {
    const key = terms?.key
    if (key === undefined || command === undefined) continue
    if (keyed.get(key) === command.commandId) isPast.add(key)
    else if (isPast.has(key) && attemptsMade === 0) older.push(command.commandId)
  }
  return older
}
