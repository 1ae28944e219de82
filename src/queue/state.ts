// The state of a command: a function of its record and the clock, and nothing else.
import type { IssuedCommand } from '../command.js'
import { type Family, type FamilyOfTerminal, type Outcome, outcomeOf } from '../reply/outcome.js'
import type {
  CommandProgress,
  CommandRecord,
  CommandState,
  CommandSummary,
  DeliveryTerms,
} from './storage.js'

const DAY = 24 * 60 * 60 * 1000

/** The default terms of a command; they suit data. */
export const DEFAULT_TERMS: DeliveryTerms = { attempts: 5, replyWithin: 60_000 }

/** The states in which something may still happen to a command without a reply. */
export const OPEN_STATES: readonly CommandState[] = ['waiting', 'sent']

/**
 * Returns the state of a command at a moment. A final reply decides, even if the command was given
 * up or cancelled before it came; a pending reply (`Return=-5000`) keeps it `'sent'`.
 *
 * @param family whose return codes the terminal follows (see `outcomeOf`); `'attendance'` by
 *   default
 * @example
 * const record = await adapter.findRecord('0316144680030', commandId)
 * if (record) console.log(stateOf(record, new Date()))
 */
export function stateOf(
  record: CommandRecord,
  now: Date,
  family: Family | FamilyOfTerminal = 'attendance',
): CommandState {
  return stateWith(record, record.reply && outcomeOf(record.reply, record.command, family), now)
}

/** The state of a command from its summary, as `stateOf` has it. */
export function stateOfSummary(summary: CommandSummary, now: Date, family: Family): CommandState {
  return stateWith(summary, outcomeOfSummary(summary, family), now)
}

/** The outcome of a command, from its summary; undefined if there is no reply. */
export function outcomeOfSummary(
  { reply, serialNumber, commandId, text }: CommandSummary,
  family: Family,
): Outcome | undefined {
  if (reply === undefined) return undefined
  const { returnCode, commandName, outcome, meaning } = reply
  // Families disagree on codes alone.
  if (returnCode === null) return { outcome, meaning }
  const bare = { serialNumber, commandId, returnCode, commandName, fields: {}, raw: EMPTY }
  const command: IssuedCommand | undefined =
    text === undefined ? undefined : { serialNumber, commandId, text }
  return outcomeOf(bare, command, family)
}

/** Whether a command that has no reply is on its terminal: sent, and its reply not yet due. */
export function isOnTerminal(
  { attemptsMade, sentAt, replyDueAt }: CommandProgress,
  now: Date,
): boolean {
  if (attemptsMade === 0 || replyDueAt === undefined || now >= replyDueAt) return false
  // A clock that was ahead must hold nobody up for long: what was sent later than now, by more than
  // the attempt waits, is due.
  const wait = replyDueAt.getTime() - (sentAt ?? now).getTime()
  return (sentAt ?? now).getTime() - now.getTime() <= wait
}

/** Whether a command that has no reply is neither on its terminal nor sent again. */
export function isGivenUp(record: CommandProgress, now: Date): boolean {
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

const EMPTY = Buffer.alloc(0)

function stateWith(
  progress: CommandProgress,
  { outcome }: Partial<Outcome> = {},
  now: Date,
): CommandState {
  if (outcome !== undefined && outcome !== 'pending') return outcome
  if (progress.cancelled !== undefined) return progress.cancelled.reason
  if (outcome === 'pending') return 'sent'
  if (isGivenUp(progress, now)) return progress.attemptsMade > 0 ? 'unanswered' : 'expired'
  return progress.attemptsMade > 0 ? 'sent' : 'waiting'
}
