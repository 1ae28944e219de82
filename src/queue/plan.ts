// Chooses the commands to return to a poll, and the claims to make first. Pure: no storage, no
// clock.
import type { IssuedCommand } from '../command.js'
import { DEFAULT_TERMS, isGivenUp, isOnTerminal, isOver, waitOf } from './state.js'
import type { Claim, CommandRecord } from './storage.js'

/** The bounds of one answer. */
export interface PlanLimits<Issued extends IssuedCommand = IssuedCommand> {
  /** How many commands may be on the terminal at the same time. */
  maxCommands: number
  /** How many bytes an answer may have; its first command may be larger. */
  maxBytes: number
  /** How many bytes the line of a command has. */
  bytesOf(command: Issued): number
}

/** A record that has its command: one that was issued. */
export interface IssuedRecord<Issued extends IssuedCommand> extends CommandRecord<Issued> {
  command: Issued
}

/**
 * Chooses the commands to return to a poll.
 *
 * @param open the open commands of one terminal, in the order issued
 * @param now taken before `open` was read: with a later clock, two polls of one terminal could break
 *   the order when a command expires between them
 * @returns the commands to claim, and then to return, in this order
 */
export function plan<Issued extends IssuedCommand>(
  open: readonly CommandRecord<Issued>[],
  now: Date,
  { maxCommands, maxBytes, bytesOf }: PlanLimits<Issued>,
): IssuedRecord<Issued>[] {
  const handedOut: IssuedRecord<Issued>[] = []
  let free = maxCommands - open.filter((record) => isOnTerminal(record, now)).length
  let bytes = 0
  for (const record of open) {
    if (!isIssued(record) || isGivenUp(record, now)) continue
    if (!isOnTerminal(record, now)) {
      const size = bytesOf(record.command)
      if (free <= 0 || (bytes > 0 && bytes + size > maxBytes)) break
      handedOut.push(record)
      bytes += size
      free--
    }
    if (record.terms?.endsAnswer) break
  }
  return handedOut
}

/**
 * The claims of the next attempt at each of these commands, in order, up to the first that has
 * expired since the plan.
 *
 * @param sentAt the time of the claim, not that of the plan
 */
export function claimsOf(due: readonly IssuedRecord<IssuedCommand>[], sentAt: Date): Claim[] {
  const expired = due.findIndex(({ terms }) => isOver(terms?.expiresAt, sentAt))
  const inTime = expired === -1 ? due : due.slice(0, expired)
  return inTime.map((record) => claimOf(record, sentAt))
}

function claimOf(record: IssuedRecord<IssuedCommand>, sentAt: Date): Claim {
  const { terms = DEFAULT_TERMS, attemptsMade, command } = record
  const attempt = attemptsMade + 1
  const replyDueAt = new Date(sentAt.getTime() + waitOf(terms, attempt))
  const openUntil = attempt < terms.attempts ? later(terms.expiresAt, replyDueAt) : replyDueAt
  return {
    commandId: command.commandId,
    attempt,
    sentAt,
    replyDueAt,
    ...(openUntil !== undefined && { openUntil }),
  }
}

function isIssued<Issued extends IssuedCommand>(
  record: CommandRecord<Issued>,
): record is IssuedRecord<Issued> {
  return record.command !== undefined
}

// A command that never expires stays open for its next attempt.
function later(expiresAt: Date | undefined, replyDueAt: Date): Date | undefined {
  return expiresAt !== undefined && expiresAt < replyDueAt ? replyDueAt : expiresAt
}
