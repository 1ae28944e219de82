// What storage must do so that the endpoint may answer OK. Types only.
import type { CommandReply } from './reply.js'

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>

/**
 * A command as the server handed it out in `C:<CmdID>:<text>` (PUSH manual, "Get Request"); an app's own command type
 * extends it.
 */
export interface IssuedCommand {
  /** `SN`: the device that the command was handed to. Only this device can answer it. */
  serialNumber: string
  /** `CmdID`: at most 16 digits and letters, unique for the device, hard to guess. Text: `0012` is not `12`. */
  commandId: string
  /** The command itself, as in `DATA UPDATE USERINFO PIN=1`. */
  text: string
}

/** A reply with the command that it answers; undefined where this device was issued no such command. */
export interface AnsweredCommand<Issued extends IssuedCommand = IssuedCommand> {
  /** What the device reports. */
  reply: CommandReply
  /** The command that it reports on. */
  command: Issued | undefined
}

/**
 * The storage behind the endpoint of the PUSH manual's "Command Reply". A plain object; it connects and closes nothing.
 *
 * The device forgets a reply once it has read `200 OK`, and the endpoint answers that when these calls have settled:
 * settle when the data is safe, reject when it is not, and the device sends the body again.
 * Delivery is at least once: serial number and command id make a reply one, and a repeat must change nothing.
 */
export interface StorageAdapter<Issued extends IssuedCommand = IssuedCommand> {
  /**
   * Finds the command that was issued to this device under this id: both as text, both exactly.
   * Null or undefined where there is none; then the reply is kept all the same.
   */
  findCommand(serialNumber: string, commandId: string): Awaitable<Issued | null | undefined>
  /**
   * Keeps a reply. Of two different replies to one command the later stands; only a pending one (`Return=-5000`: accepted,
   * the final reply follows) is kept where there is none yet, for it may come again, or late, after the final one.
   * `reply.raw` and `reply.content` are views into the request's body: copy them where few bytes are to be held for long.
   */
  onReply(reply: CommandReply, command: Issued | undefined): Awaitable<void>
  /** Keeps the lines that are no reply. Without it a body that has such lines is refused with 400 after its replies are kept. */
  onUnread?(lines: readonly Buffer[], serialNumber: string): Awaitable<void>
  /**
   * Finds what `findCommand` finds for each of these ids, in any order. Together with `onReplies`, for storage that is
   * far away: a body of two records or more then costs two round trips. One of the pair without the other is refused.
   */
  findCommands?(serialNumber: string, commandIds: readonly string[]): Awaitable<Iterable<Issued>>
  /** Keeps what `onReply`, called for each of these in order, would keep. The same id may come more than once. */
  onReplies?(answered: readonly AnsweredCommand<Issued>[]): Awaitable<void>
}
