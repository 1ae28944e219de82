// Reads what has become of a command, so that what an app is told stays true.
import type { IssuedCommand } from '../command.js'
import { announce } from '../reply/arrival.js'
import { isGivenUp } from './state.js'
import type { CommandRecord, CommandStorage } from './storage.js'

/** Which command: what `issue` returned, or its two ids, kept anywhere. */
export type CommandIdentity = Pick<IssuedCommand, 'serialNumber' | 'commandId'>

/**
 * Everything known of a command; undefined if storage doesn't have it. One that has expired is
 * closed first: a claim still on its way to storage would hand it out after the app was told, and
 * an app that issues it again then opens a door twice.
 */
export async function settledRecord<Issued extends IssuedCommand>(
  adapter: Pick<CommandStorage<Issued>, 'findRecord' | 'cancel'>,
  { serialNumber, commandId }: CommandIdentity,
): Promise<CommandRecord<Issued> | undefined> {
  const record = await adapter.findRecord(serialNumber, commandId)
  const now = new Date()
  if (!record || !hasExpired(record, now)) return record ?? undefined
  const closed = await adapter.cancel(serialNumber, [commandId], now, 'expired')
  if (closed.length > 0) announce(serialNumber, commandId)
  return (await adapter.findRecord(serialNumber, commandId)) ?? undefined
}

function hasExpired(record: CommandRecord, now: Date): boolean {
  const { reply, cancelled, attemptsMade } = record
  return !reply && !cancelled && attemptsMade === 0 && isGivenUp(record, now)
}
