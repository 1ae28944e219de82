// Closes older commands whose place newer ones with the same key take.
import { announce } from '../news.js'
import { checkIds } from './answer.js'
import type { CommandStorage, QueuedCommand } from './storage.js'

const MOST_CALLS = 8

/**
 * Closes, for each terminal and key of these commands, what is open and was issued before the last
 * of them. They must be in storage by then: a crash in between leaves one too many, and never none.
 * Of two that race, only the earlier is closed.
 */
export async function supersede(
  adapter: Pick<CommandStorage, 'cancel'>,
  queued: readonly QueuedCommand[],
  at: Date,
): Promise<void> {
  const last = new Map<string, { serialNumber: string; key: string; before: string }>()
  for (const { command, terms } of queued) {
    const { key } = terms
    if (key === undefined) continue
    const { serialNumber, commandId: before } = command
    last.set(JSON.stringify([serialNumber, key]), { serialNumber, key, before })
  }
  const left = last.values()
  const worker = async () => {
    for (const { serialNumber, ...which } of left) {
      const closed = await adapter.cancel(serialNumber, which, at, 'superseded')
      checkIds('cancel', closed)
      for (const commandId of closed) announce(serialNumber, commandId)
    }
  }
  await Promise.all(Array.from({ length: Math.min(MOST_CALLS, last.size) }, worker))
}
