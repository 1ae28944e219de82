// The storage of commands. Types, and the words that they list.
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { ListFilter, Page } from '../page.js'
import type { CommandReply } from '../reply/reply.js'
import type { KeptReply } from '../reply/storage.js'

/** Every state of a command: types, checks and queries derive from this list. */
export const COMMAND_STATES = [
  'waiting',
  'sent',
  'succeeded',
  'failed',
  'unknown',
  'unanswered',
  'expired',
  'cancelled',
  'superseded',
] as const

/** The state of a command at a moment. */
export type CommandState = (typeof COMMAND_STATES)[number]

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
   * not sent yet. 1 to 200 characters, compared exactly.
   */
  key?: string
  /**
   * Whether commands after it in the same answer would be lost or delayed: a restart, an
   * enrollment.
   */
  endsAnswer?: boolean
  /**
   * Whether it waits for no other command: a poll gets it first, beside whatever the terminal has.
   * An urgent command has one attempt and an expiry, and never ends an answer.
   */
  urgent?: boolean
  /**
   * The encoding of its text, a `TextDecoder` label, as `commandQueue` names it; if missing, that of
   * the endpoint.
   */
  encoding?: string
  /**
   * The PIN whose row of the roster must name this command: a poll that finds it unnamed closes it
   * instead of sending it. Missing if it isn't a command of the roster.
   */
  fence?: string
}

/** The app's own members of a command; they come back in `onReply` and from `findRecord`. */
export type OwnMembers<Issued extends IssuedCommand> = Omit<Issued, keyof IssuedCommand>

/** Which command: what `issue` returned, or its two ids, from wherever you have them. */
export type CommandIdentity = Pick<IssuedCommand, 'serialNumber' | 'commandId'>

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

/** How far a command is: facts, no state. `stateOf` returns its state at a moment. */
export interface CommandProgress {
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
  /** When its reply first came. */
  repliedAt?: Date
}

/** Everything storage knows of a command. */
export interface CommandRecord<Issued extends IssuedCommand = IssuedCommand>
  extends CommandProgress {
  /** The command; missing if a reply came to a command nobody issued. */
  command?: Issued
  /** The reply, pending or final. */
  reply?: CommandReply
}

/** What a list shows of a command: small, however large the command and its reply are. */
export interface CommandSummary<Issued extends IssuedCommand = IssuedCommand>
  extends CommandIdentity,
    CommandProgress {
  /** The first 300 characters of its text; missing if nobody issued it. */
  text?: string
  /** The app's own members; missing if nobody issued it. */
  members?: OwnMembers<Issued>
  /** What the reply says. */
  reply?: Pick<KeptReply, 'returnCode' | 'commandName' | 'rows' | 'outcome' | 'meaning'>
}

/**
 * What the page of one command shows: more than a list does, and no more than the beginning of what
 * is long.
 */
export interface CommandBeginning<Issued extends IssuedCommand = IssuedCommand>
  extends CommandSummary<Issued> {
  /** The first 4,096 characters of its text; missing if nobody issued it. */
  text?: string
  /** How many bytes the whole text has in UTF-8; missing if nobody issued it. */
  textBytes?: number
  /** What the reply says. */
  reply?: NonNullable<CommandSummary['reply']> & ReplyBeginning
}

/** The beginning of a reply. */
export interface ReplyBeginning {
  /**
   * The first of its fields, whole: at most 100, whose names and values have at most 4,096 bytes
   * together in UTF-8.
   */
  fields: Record<string, string>
  /** Whether there are more fields. */
  hasMoreFields: boolean
  /** The first 4,096 bytes of its content; missing if it has none. */
  content?: Buffer
  /** How many bytes the whole content has. */
  contentBytes?: number
  /** The first 4,096 bytes of the record as it came. */
  raw: Buffer
  /** How many bytes the whole record has. */
  rawBytes: number
}

/** An open command, as a poll sees it. */
export interface OpenCommand
  extends CommandIdentity,
    Pick<CommandProgress, 'attemptsMade' | 'sentAt' | 'replyDueAt' | 'openUntil'> {
  /** Its whole text; missing if it can't be sent now (see `openCommands`). */
  text?: string
  terms: DeliveryTerms
}

/** The open commands of a terminal, up to a bound. */
export interface OpenCommands {
  /** In the order in which they are sent. */
  records: readonly OpenCommand[]
  /** Whether a bound cut the list. */
  more: boolean
}

/** How much `openCommands` may read. */
export interface OpenBounds {
  /** How many commands that are not urgent, 1 to 1,000. */
  limit: number
  /** How many bytes their texts may have together, in UTF-8; the first text may be longer. */
  maxBytes: number
}

/** Why a command was closed before a final reply. */
export interface Cancellation {
  at: Date
  /**
   * `cancelled`: by the app; `superseded`: a newer command with the same key replaced it;
   * `expired`: its time ran out before it was sent, and that was reported; `unanswered`: no reply
   * came to its last attempt, and that was reported.
   */
  reason: 'cancelled' | 'superseded' | 'expired' | 'unanswered'
}

/** Which commands of a terminal to close. */
export type Closing = ClosingById | ClosingByKey

/** These commands; ids that storage doesn't know are ignored. */
export interface ClosingById {
  /** At most 1,000. */
  ids: readonly string[]
  /**
   * Only those with exactly this many attempts, 1 or more: given if, and only if, the reason is
   * `'unanswered'`.
   */
  attemptsMade?: number
}

/**
 * All commands with this key that are still open at `at` and were issued before a command; none if
 * the terminal has no such command.
 */
export interface ClosingByKey {
  /** The key of their terms. */
  key: string
  /** The id of the command before which they were issued. It stays open itself. */
  before: string
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
export interface CommandFilter extends ListFilter {
  /** Those with one of these ids, at most 1,000; needs `serialNumber`. */
  commandIds?: readonly string[]
  /** Those with this key. */
  key?: string
  /** Those whose own members have these values: top-level members, compared exactly. */
  members?: Readonly<Record<string, string | number | boolean | null>>
  /** Those about this person: see `personIn`. */
  pin?: string
  /** Those in one of these states at `now`; an empty list means none. */
  state?: CommandState | readonly CommandState[]
}

/** Which commands to count. Without members: all. */
export type CountFilter = Pick<CommandFilter, 'serialNumber' | 'state' | 'since'>

/** How far the commands in a state are counted. */
export const MOST_COUNTED = 1000

/** How many commands are in each state, counted up to 1,000; `'1000+'` means more than that. */
export type CommandCounts = Record<CommandState, number | '1000+'>

/**
 * The storage behind polls (PUSH manual, "Get Request"). It loads, claims conditionally and stores;
 * the queue decides which commands a poll gets. The reply is stored with its command, so that
 * settling is one atomic write.
 *
 * What each call costs follows what it returns, not how much is stored, settled or waiting.
 */
export interface CommandStorage<Issued extends IssuedCommand = IssuedCommand> {
  /**
   * Stores commands, in this order and after all that were issued before to the same terminal. All
   * or nothing, atomically.
   *
   * Rejects if this terminal has had one of the ids with another text or with a reply; the same
   * text without a reply changes nothing.
   */
  issue(commands: readonly QueuedCommand<Issued>[]): Awaitable<void>
  /**
   * The open commands of a terminal: those of the queue that have no reply (not even a pending
   * one), are not cancelled, and whose `openUntil` is missing or later than `now`.
   *
   * First the urgent one that comes next, if there is any: of the urgent commands that were not
   * sent yet the one that was issued first. It counts for neither bound. Then those that are
   * not urgent, in the order in which they were issued, up to the bounds: at most `limit`, and
   * ending before the first text with which all of them have more than `maxBytes`; the first text
   * is there however long it is.
   *
   * A text is left out, and not counted, if the command can't be sent at `now`: it is on the
   * terminal (`isOnTerminal`), or `attemptsMade` is `terms.attempts` or more. Storage must not read
   * more text than it returns, plus one command's.
   */
  openCommands(serialNumber: string, now: Date, bounds: OpenBounds): Awaitable<OpenCommands>
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
   * The terminal has started anew. Every open command that waits for a reply is due at once: its
   * `replyDueAt` becomes `at`, unless it is earlier. If it is at its last attempt (`attemptsMade`
   * is `terms.attempts` or more), it ends: its `openUntil` becomes `at` as well, unless it is
   * earlier. Each command is changed atomically.
   */
  release(serialNumber: string, at: Date): Awaitable<void>
  /**
   * Closes commands: `'cancelled'` never over a final reply; `'superseded'` and `'expired'` only
   * without a reply and if no attempt was made; `'unanswered'` only without a reply and if exactly
   * `attemptsMade` attempts were made. What was closed before stays as it is.
   *
   * Each command is closed atomically. By key, it is one statement that reads no text, and locks
   * rows in the order in which they were issued, as `claim` does.
   *
   * @returns the ids that were closed, in any order
   */
  cancel(
    serialNumber: string,
    which: Closing,
    at: Date,
    reason: Cancellation['reason'],
  ): Awaitable<readonly string[]>
  /** The record of one command; null or undefined if there is neither a command nor a reply. */
  findRecord(
    serialNumber: string,
    commandId: string,
  ): Awaitable<CommandRecord<Issued> | null | undefined>
  /**
   * What is known of many commands, of any terminals, without the long parts: at most 1,000
   * identities, in one statement. In any order; what is unknown is left out.
   */
  findSummaries(
    identities: readonly CommandIdentity[],
  ): Awaitable<readonly CommandSummary<Issued>[]>
  /**
   * The beginning of one command and its reply, however long they are: storage cuts what is long
   * itself. Null or undefined if there is neither.
   */
  findBeginning?(
    serialNumber: string,
    commandId: string,
  ): Awaitable<CommandBeginning<Issued> | null | undefined>
  /**
   * Takes the next numbers of a terminal's counter, atomically: its first is 1, and none is given
   * twice, whatever is deleted in between.
   *
   * @param count how many, 1 to 1,000
   * @returns the first of them; the others follow without a gap
   */
  nextNumbers(serialNumber: string, count: number): Awaitable<number>
  /**
   * Stores a command that the app sends to its terminal itself, so that its reply finds it. The
   * queue never sends it: it has no `terms`, one attempt was made, and `issuedAt` and `sentAt`
   * are now.
   *
   * Rejects if this terminal has had its id with another text or with a reply; the same text
   * without a reply changes nothing.
   */
  recordSent?(command: Issued): Awaitable<void>
  /**
   * Lists commands for people: by `issuedAt`, or `repliedAt` of a reply to a command nobody issued,
   * the newest first; of one moment the one issued last is first.
   *
   * @throws TypeError if the filter has a member that it doesn't know
   */
  listCommands?(filter: CommandFilter, now: Date): Awaitable<Page<CommandSummary<Issued>>>
  /**
   * Counts commands by their state at `now`: those issued `since` a moment, of one terminal or of
   * all. It counts no more than 1,001 of a state. States that the filter leaves out count 0.
   *
   * @throws TypeError if the filter has a member that it doesn't know
   */
  countCommands?(filter: CountFilter, now: Date): Awaitable<CommandCounts>
}
