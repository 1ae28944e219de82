// The storage calls for commands. Types only.
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { CommandReply } from '../reply/reply.js'

/** The delivery terms of a command, stored with it. Times are milliseconds. */
export interface DeliveryTerms {
  /** How often it is sent at most. */
  attempts: number
  /**
   * How long the first attempt waits for a reply; each further one waits twice as long, a day at
   * most.
   */
  replyWithin: number
  /** It is not sent at or after this moment; undefined if it does not expire. */
  expiresAt?: Date
  /**
   * Names an intent such as `user 7`: a newer command with this key replaces older ones that were
   * not sent yet.
   */
  key?: string
  /**
   * Whether commands after it in the same answer would be lost or delayed: a restart, an
   * enrollment.
   */
  endsAnswer?: boolean
}

/** A command to store: the app's own command, its terms, and when it was issued. */
export interface QueuedCommand<Issued extends IssuedCommand = IssuedCommand> {
  /** The command with the app's own members. */
  command: Issued
  /** Its delivery terms. */
  terms: DeliveryTerms
  /** When it was issued. */
  issuedAt: Date
  /** Until when it is open: `expiresAt`; undefined if it does not expire. */
  openUntil?: Date
}

/** The stored facts about a command. `stateOf` returns its state at a moment. */
export interface CommandRecord<Issued extends IssuedCommand = IssuedCommand> {
  /** The command; missing if a reply came to a command nobody issued. */
  command?: Issued
  /** Its delivery terms; missing if it was issued outside the queue. */
  terms?: DeliveryTerms
  /** When it was issued. */
  issuedAt?: Date
  /** How often it was sent. */
  attemptsMade: number
  /** When it was last sent. */
  sentAt?: Date
  /** When the reply to the last attempt is due. */
  replyDueAt?: Date
  /** Until when it is open; missing if forever. */
  openUntil?: Date
  /** When and why it was closed without a reply. */
  cancelled?: Cancellation
  /** The reply, pending or final. */
  reply?: CommandReply
  /** When this reply first came. */
  repliedAt?: Date
}

/** Why a command was closed before a final reply. */
export interface Cancellation {
  at: Date
  /**
   * `cancelled`: by the app; `superseded`: a newer command with the same key replaced it;
   * `expired`: it expired before it was sent, and that was reported.
   */
  reason: 'cancelled' | 'superseded' | 'expired'
}

/** One more attempt at a command, claimed before it is sent. */
export interface Claim {
  commandId: string
  /** The number of the attempt, from 1: granted only if exactly `attempt - 1` were made. */
  attempt: number
  /** When it is sent. */
  sentAt: Date
  /** When the reply to this attempt is due. */
  replyDueAt: Date
  /** Until when the command stays open after this attempt; missing if forever. */
  openUntil?: Date
}

/** Which commands to list. Without members: all, the newest first. */
export interface CommandFilter {
  /** Those of this terminal. */
  serialNumber?: string
  /** Those in one of these states at `now`. */
  state?: CommandState | readonly CommandState[]
  /** Those issued at this moment or later. */
  since?: Date
  /** Those issued before this moment: with `limit`, the way to the next page. */
  before?: Date
  /** At most this many, the newest; 100 by default. */
  limit?: number
}

/** The state of a command at a moment. */
export type CommandState =
  | 'waiting'
  | 'sent'
  | 'succeeded'
  | 'failed'
  | 'unknown'
  | 'unanswered'
  | 'expired'
  | 'cancelled'
  | 'superseded'

/**
 * The storage behind polls (PUSH manual, "Get Request"). It loads, claims conditionally and stores;
 * the queue decides which commands a poll gets. The reply is stored with its command, so that
 * settling is one atomic write.
 */
export interface CommandStorage<Issued extends IssuedCommand = IssuedCommand> {
  /**
   * Stores commands, in this order and after all that were issued before to the same terminal. All
   * or nothing.
   *
   * Rejects if this terminal has had one of the ids with another text or with a reply; the same text
   * without a reply changes nothing.
   */
  issue(commands: readonly QueuedCommand<Issued>[]): Awaitable<void>
  /**
   * The commands of a terminal that have no reply (not even a pending one), are not cancelled, and
   * whose `openUntil` is missing or later than `now`: in the order issued, at most `limit` of them.
   */
  openCommands(
    serialNumber: string,
    now: Date,
    limit: number,
  ): Awaitable<readonly CommandRecord<Issued>[]>
  /**
   * Claims attempts, in this order: each only if exactly `attempt - 1` attempts were made and the
   * command is still open at `sentAt` (no reply, not cancelled, `openUntil` missing or later). It
   * stops at the first that it can't grant, so that no command overtakes an earlier one. Each
   * single claim is atomic against any number of processes; together they need not be.
   *
   * @returns the ids that were claimed: the first of them, none after a gap
   */
  claim(serialNumber: string, claims: readonly Claim[]): Awaitable<readonly string[]>
  /**
   * The terminal has restarted: every command that waits for a reply is due immediately
   * (`replyDueAt` becomes `at`).
   */
  release(serialNumber: string, at: Date): Awaitable<void>
  /**
   * Closes commands: `'cancelled'` never over a final reply; `'superseded'` and `'expired'` only if
   * no attempt was made. Commands that were closed before stay as they are.
   *
   * @returns the ids that were closed
   */
  cancel(
    serialNumber: string,
    commandIds: readonly string[],
    at: Date,
    reason: Cancellation['reason'],
  ): Awaitable<readonly string[]>
  /** The record of one command; null or undefined if there is neither a command nor a reply. */
  findRecord(
    serialNumber: string,
    commandId: string,
  ): Awaitable<CommandRecord<Issued> | null | undefined>
  /** Lists commands for people: the newest first. */
  commands?(filter: CommandFilter, now: Date): Awaitable<readonly CommandRecord<Issued>[]>
}
