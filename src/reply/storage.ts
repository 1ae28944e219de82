// The storage calls that the Command Reply endpoint needs before it may answer OK. Types only.
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { ListFilter, Page } from '../page.js'
import type { Outcome } from './outcome.js'
import type { CommandReply } from './reply.js'

/**
 * A reply with the command that it answers; undefined if no such command was issued to this
 * terminal.
 */
export interface AnsweredCommand<Issued extends IssuedCommand = IssuedCommand> {
  /** What the terminal reports. */
  reply: CommandReply
  /** The command that it reports on. */
  command: Issued | undefined
}

/** What a list shows of a reply: small, however large the reply is. */
export interface KeptReply
  extends Pick<CommandReply, 'serialNumber' | 'commandId' | 'returnCode' | 'rows'>,
    Outcome {
  /** `CMD`, cut at 300 characters, as `meaning` is. */
  commandName: string
  /** When this reply first came; a duplicate does not change it. */
  receivedAt: Date
}

/** Which of the stored replies to list. Without members: all, the newest first. */
export interface KeptReplyFilter extends ListFilter {
  /** Those with this outcome. */
  outcome?: Outcome['outcome']
}

/** What a list shows of a line of a Command Reply that is not a valid reply. */
export interface KeptLine {
  serialNumber: string
  /** When it first came. */
  receivedAt: Date
  /** How many bytes it has. */
  size: number
  /** The first 400 bytes as they came. */
  raw: Buffer
}

/** Whether a reply was new: nothing returned counts as `'kept'`. */
export type ReplyKept = 'kept' | 'repeated'

/**
 * The storage behind the endpoint of the PUSH manual's "Command Reply". A plain object; it connects
 * and closes nothing.
 *
 * The terminal forgets a reply once it has read `200 OK`, and the endpoint answers that when these
 * calls have settled: settle when the data is safe, reject when it is not, and the terminal sends the
 * body again. Delivery is at least once: a reply is identified by serial number and command id, and
 * a duplicate must change nothing.
 */
export interface ReplyStorage<Issued extends IssuedCommand = IssuedCommand> {
  /**
   * Finds the command that was issued to this terminal under this id: both compared as text, both
   * exactly. Null or undefined if there is none; then the reply is stored all the same. An adapter
   * that has `findRecord` doesn't need it.
   */
  findCommand?(serialNumber: string, commandId: string): Awaitable<Issued | null | undefined>
  /**
   * Stores a reply. If two different replies to one command arrive, the later one wins, with two
   * exceptions (`replaces` decides): a pending one (`Return=-5000`: accepted, the final reply
   * follows) never replaces another, since it may arrive again, or late; and one that says how many
   * `rows` came (see `CommandReply`) replaces only a pending one. It is one atomic write with the
   * command's record. `reply.raw` and `reply.content` are views into the request's
   * body: copy them if you keep a few bytes for long.
   *
   * @returns `'kept'` if the reply was new, `'repeated'` if it changed nothing; nothing counts as
   * `'kept'`
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: an adapter may return nothing
  onReply(reply: CommandReply, command: Issued | undefined): Awaitable<ReplyKept | void>
  /**
   * Stores lines that are not valid replies. Without it, a body with such lines is refused with 400
   * after its replies are stored.
   */
  onUnparsed?(lines: readonly Buffer[], serialNumber: string): Awaitable<void>
  /**
   * Finds what `findCommand` finds for each of these ids, in any order. Together with `onReplies`,
   * for remote storage: a body of two records or more then costs two round trips. One without the
   * other is refused.
   */
  findCommands?(serialNumber: string, commandIds: readonly string[]): Awaitable<Iterable<Issued>>
  /**
   * Stores what `onReply` would store if called for each of these in order. The same id may come
   * more than once.
   *
   * @returns for each of them what `onReply` would return; nothing counts as `'kept'` for all
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: an adapter may return nothing
  onReplies?(answered: readonly AnsweredCommand<Issued>[]): Awaitable<readonly ReplyKept[] | void>
  /**
   * Lists replies for people, one for each terminal and command id, the newest first.
   *
   * @throws TypeError if the filter has a member that it doesn't know
   */
  listReplies?(filter: KeptReplyFilter): Awaitable<Page<KeptReply>>
  /**
   * Lists the lines that are not valid replies, the newest first.
   *
   * @throws TypeError if the filter has a member that it doesn't know
   */
  listUnparsed?(filter: ListFilter): Awaitable<Page<KeptLine>>
}
