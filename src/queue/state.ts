// The state of a command: a function of its record and the clock, and nothing else.
import { type Family, type FamilyOfTerminal, outcomeOf } from '../reply/outcome.js'
import type { CommandRecord, CommandState, DeliveryTerms } from './storage.js'

const DAY = 24 * 60 * 60 * 1000

/** The default terms of a command; they suit data. */
export const DEFAULT_TERMS: DeliveryTerms = { attempts: 5, replyWithin: 60_000 }

/**
 * Returns the state of a command at a moment. A final reply decides, even if the command was given
 * up or cancelled before it came; a pending reply (`Return=-5000`) keeps it `'sent'`.
 *
 * @param family whose return codes the terminal follows (see `outcomeOf`); `'attendance'` by default
 * @example
 * const record = await adapter.findRecord('0316144680030', commandId)
 * if (record) console.log(stateOf(record, new Date()))
 */
export function stateOf(
  record: CommandRecord,
  now: Date,
  family: Family | FamilyOfTerminal = 'attendance',
): CommandState {
  const outcome = record.reply && outcomeOf(record.reply, record.command, family).outcome
  if (outcome !== undefined && outcome !== 'pending') return outcome
  if (record.cancelled !== undefined) return record.cancelled.reason
  if (outcome === 'pending') return 'sent'
  if (isGivenUp(record, now)) return record.attemptsMade > 0 ? 'unanswered' : 'expired'
  return record.attemptsMade > 0 ? 'sent' : 'waiting'
}

/** Whether a command without a reply is on its terminal: sent, and its reply not yet due. */
export function isOnTerminal({ attemptsMade, replyDueAt }: CommandRecord, now: Date): boolean {
  return attemptsMade > 0 && replyDueAt !== undefined && now < replyDueAt
}

/** Whether a command without a reply is neither on its terminal nor sent again. */
export function isGivenUp(record: CommandRecord, now: Date): boolean {
  if (isOnTerminal(record, now)) return false
  const { attempts, expiresAt } = record.terms ?? DEFAULT_TERMS
  return record.attemptsMade >= attempts || isOver(expiresAt, now) || isOver(record.openUntil, now)
}

/** How long an attempt, from 1, waits for its reply, in milliseconds. */
export function waitOf({ replyWithin }: DeliveryTerms, attempt: number): number {
  return Math.min(replyWithin * 2 ** (attempt - 1), Math.max(replyWithin, DAY))
}

/** Whether an end time, if set, has passed. */
export function isOver(end: Date | undefined, now: Date): boolean {
  return end !== undefined && now >= end
}
