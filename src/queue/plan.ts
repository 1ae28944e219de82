// Chooses the commands to return to a poll, and the claims to make first. Pure: no storage, no
// clock.
import { isGivenUp, isOnTerminal, isOver, waitOf } from './state.js'
import type { Claim, OpenCommand } from './storage.js'

/** The bounds of one answer. */
export interface PlanLimits {
  /** How many commands may be on the terminal at the same time; urgent ones don't count. */
  maxCommands: number
  /** How many bytes an answer may have; its first command may be larger, and urgent ones don't count. */
  maxBytes: number
  /** How many bytes the line of a command has. */
  bytesOf(command: DueCommand): number
}

/** An open command that may be sent now: it has its text. */
export interface DueCommand extends OpenCommand {
  text: string
}

/** What a poll is to return. */
export interface Plan {
  /** The urgent command that goes first. */
  urgent?: DueCommand
  /** The commands after it, in this order. */
  due: DueCommand[]
}

/**
 * Chooses what to return to a poll.
 *
 * @param open the open commands of one terminal, as `openCommands` lists them
 * @param now taken before `open` was read: with a later clock, two polls of one terminal could
 *   break the order when a command expires between them
 */
export function plan(
  open: readonly OpenCommand[],
  now: Date,
  { maxCommands, maxBytes, bytesOf }: PlanLimits,
): Plan {
  const urgent = open.find((record): record is DueCommand => {
    return isUrgent(record) && isDue(record, now)
  })
  const others = open.filter((record) => !isUrgent(record))
  const due: DueCommand[] = []
  let free = maxCommands - others.filter((record) => isOnTerminal(record, now)).length
  let bytes = 0
  for (const record of others) {
    if (isGivenUp(record, now)) continue
    if (isDue(record, now)) {
      const size = bytesOf(record)
      if (free <= 0 || (bytes > 0 && bytes + size > maxBytes)) break
      due.push(record)
      bytes += size
      free--
    }
    if (record.terms.endsAnswer) break
  }
  return urgent === undefined ? { due } : { urgent, due }
}

/**
 * The claims of the next attempt at each of these commands, in order, up to the first that has
 * expired since the plan.
 *
 * @param sentAt the time of the claim, not that of the plan
 */
export function claimsOf(due: readonly DueCommand[], sentAt: Date): Claim[] {
  const expired = due.findIndex(({ terms }) => isOver(terms.expiresAt, sentAt))
  const inTime = expired === -1 ? due : due.slice(0, expired)
  return inTime.map((record) => claimOf(record, sentAt))
}

/** Whether a command is sent beside all others. */
export function isUrgent({ terms }: OpenCommand): boolean {
  return terms.urgent === true
}

/** Whether a command can be sent now, if those before it allow that. */
export function isDue(record: OpenCommand, now: Date): record is DueCommand {
  return !isOnTerminal(record, now) && !isGivenUp(record, now)
}

function claimOf({ terms, attemptsMade, commandId }: DueCommand, sentAt: Date): Claim {
  const attempt = attemptsMade + 1
  const replyDueAt = new Date(sentAt.getTime() + waitOf(terms, attempt))
  const openUntil = attempt < terms.attempts ? later(terms.expiresAt, replyDueAt) : replyDueAt
  return {
    commandId,
    attempt,
    sentAt,
    replyDueAt,
    ...(openUntil !== undefined && { openUntil }),
  }
}

// A command that never expires stays open for its next attempt.
function later(expiresAt: Date | undefined, replyDueAt: Date): Date | undefined {
  return expiresAt !== undefined && expiresAt < replyDueAt ? replyDueAt : expiresAt
}
