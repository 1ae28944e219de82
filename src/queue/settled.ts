// Reads what has become of a command, so that what an app is told stays true.
import { setTimeout as wait } from 'node:timers/promises'
import { quoted } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { stateOf } from './state.js'
import type { CommandRecord, CommandStorage } from './storage.js'

/** Which command: what `issue` returned, or its two ids, kept anywhere. */
export type CommandIdentity = Pick<IssuedCommand, 'serialNumber' | 'commandId'>

/** What storage knows of a command, and the moment at which its state is certain. */
export interface SettledRecord<Issued extends IssuedCommand> {
  record: CommandRecord<Issued>
  at: Date
}

// A claim of several commands may note an attempt for a moment, and take it back.
const MOST_TRIES = 6
const PAUSE = 10

/**
 * Everything known of a command; undefined if storage doesn't have it. One that has expired is
 * closed first; otherwise a claim still on its way to storage could hand it out after the app was
 * told, and an app that reissued it would open a door twice.
 *
 * @throws Error if the adapter doesn't close it
 */
export async function settledRecord<Issued extends IssuedCommand>(
  adapter: Pick<CommandStorage<Issued>, 'findRecord' | 'cancel'>,
  { serialNumber, commandId }: CommandIdentity,
): Promise<SettledRecord<Issued> | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (tries > 1) await wait(PAUSE * tries)
    const record = await adapter.findRecord(serialNumber, commandId)
    if (!record) return undefined
    const at = new Date()
    if (record.cancelled || stateOf(record, at) !== 'expired') return { record, at }
    const cancelled = { at: record.openUntil ?? at, reason: 'expired' } as const
    const closed = await adapter.cancel(serialNumber, [commandId], cancelled.at, 'expired')
    if (closed.length > 0) return { record: { ...record, cancelled }, at }
  }
  throw new Error(
    `express-iclock: cancel of the adapter does not close command ${quoted(commandId)} of terminal ` +
      `${quoted(serialNumber)} for the reason 'expired'; expected that it does if no attempt was made.`,
  )
}
