// What lists show of a record: small, however large the record is. Pure.
import type { IssuedCommand } from '../command.js'
import { type Outcome, outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { KeptReply } from '../reply/storage.js'
import type { CommandRecord, CommandSummary, OwnMembers } from './storage.js'

/** How many characters of a text a summary has. */
export const SUMMARY_TEXT = 300
/** How many bytes of a record a summary has. */
export const SUMMARY_BYTES = 400

/**
 * The summary of a record, for adapters that have it as an object.
 *
 * @param of the outcome of the command; by default by the return codes of time clocks
 */
export function summaryOf<Issued extends IssuedCommand>(
  { command, reply, ...progress }: CommandRecord<Issued>,
  of?: Outcome,
): CommandSummary<Issued> {
  const { serialNumber, commandId } = command ?? reply ?? { serialNumber: '', commandId: '' }
  return {
    ...progress,
    serialNumber,
    commandId,
    ...(command !== undefined && { text: cut(command.text), members: membersOf(command) }),
    ...(reply !== undefined && { reply: bareReply(reply, of ?? outcomeOf(reply, command)) }),
  }
}

/** What a list shows of a reply. */
export function keptReply(reply: CommandReply, of: Outcome, receivedAt: Date): KeptReply {
  const { serialNumber, commandId } = reply
  return { serialNumber, commandId, ...bareReply(reply, of), receivedAt }
}

/** The beginning of a text, as much as a summary has by default, and no half of a character. */
export function cut(text: string, most: number = SUMMARY_TEXT): string {
  const short = text.slice(0, most)
  return short.length < text.length ? short.replace(/[\ud800-\udbff]$/, '') : text
}

/** The app's own members of a command. */
export function membersOf<Issued extends IssuedCommand>(command: Issued): OwnMembers<Issued> {
  const { serialNumber: _, commandId: __, text: ___, ...members } = command
  return members
}

function bareReply(
  { returnCode, commandName, rows }: CommandReply,
  { outcome, meaning }: Outcome,
): Omit<KeptReply, 'serialNumber' | 'commandId' | 'receivedAt'> {
  return {
    returnCode,
    commandName: cut(commandName),
    ...(rows !== undefined && { rows }),
    outcome,
    meaning: cut(meaning),
  }
}
