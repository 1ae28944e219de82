// The storage calls that the Command Reply endpoint needs before it may answer OK. Types only.
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
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
   * exactly. Null or undefined if there is none; the reply is then stored all the same.
   */
  findCommand(serialNumber: string, commandId: string): Awaitable<Issued | null | undefined>
  /**
   * Stores a reply. If two different replies to one command arrive, the later one wins; a pending
   * one (`Return=-5000`: accepted, the final reply follows) never replaces an existing reply, since
   * it may arrive again, or late. `reply.raw` and `reply.content` are views into the request's
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
}
