// Reads a command's state such that what we report stays true.
import { setTimeout as wait } from 'node:timers/promises'
import { quoted } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { stateOf } from './state.js'
import type { CommandRecord, CommandStorage } from './storage.js'

/** Identifies a command: the result of `issue`, or its serial number and id. */
export type CommandIdentity = Pick<IssuedCommand, 'serialNumber' | 'commandId'>

/** A command's record, and the moment at which its state is certain. */
export interface SettledRecord<Issued extends IssuedCommand> {
  record: CommandRecord<Issued>
  at: Date
}

// A claim of several commands may record an attempt for a moment, and take it back.
const MOST_TRIES = 6
const PAUSE = 10

/**
 * The record of a command; undefined if storage doesn't have it. An expired command is closed
 * first; otherwise a claim still on its way to storage could send it after it was reported as
 * expired, and an app that reissued it would open a door twice.
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
