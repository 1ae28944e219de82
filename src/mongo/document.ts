// A command as a document: its terms, how far it is, and its reply.
import type { IssuedCommand } from '../command.js'
import { PHASES } from '../queue/phase.js'
import type {
  Cancellation,
  CommandBeginning,
  CommandProgress,
  CommandRecord,
  CommandSummary,
  DeliveryTerms,
  OwnMembers,
  QueuedCommand,
} from '../queue/storage.js'
import { commandPieces, commandText, type TextPieces } from './cut.js'
import { decodedMembers, encodedMembers } from './name.js'
import {
  REPLY_BEGINNING,
  type ReplyDocument,
  replyBeginningOf,
  replyOf,
  shownReply,
} from './reply-document.js'
import { tagsOf } from './tag.js'

/** One attempt at a command. */
export interface AttemptDocument {
  sentAt: Date
  replyDueAt: Date
  openUntil: Date
}

/**
 * A command, with all that happened to it. Nulls and empty lists are omitted: some servers drop
 * them in an upsert.
 */
export interface CommandDocument<Issued extends IssuedCommand = IssuedCommand> extends TextPieces {
  _id: string
  serialNumber: string
  commandId: string
  /** How many bytes the text has in UTF-8. */
  textBytes?: number
  /** The app's own members, with the names that every server takes. */
  members?: OwnMembers<Issued>
  /** What lists find it by: the person, the key, the members. */
  tags?: string[]
  terms?: DeliveryTerms
  /** When it was issued, or when its reply came if nobody issued it; and its place by that. */
  listedAt: Date
  place: string
  /** The order of a terminal's commands. */
  position?: number
  /** How far it is, as a number that queries go by: see `PHASES`. */
  phase: number
  /** Set while the queue may hand it out. */
  queue?: 'ordinary' | 'urgent'
  /** Its key, while the queue may hand it out; then the mark of the call that closed it. */
  queueKey?: string
  attemptsMade: number
  attemptsLeft?: number
  openUntil?: Date
  /** `openUntil` as it was issued. */
  issuedUntil?: Date
  /** From this moment on it is certainly over, if nothing happens to it. */
  liveUntil?: Date
  sentAt?: Date
  replyDueAt?: Date
  /** Before this moment the last attempt counts as due: a clock was ahead. */
  waitsFrom?: Date
  attempts?: AttemptDocument[]
  /** Which call claimed the last attempt. */
  claimToken?: string
  cancelled?: Cancellation & { token: string }
  reply?: ReplyDocument
  /** Which call issued it. */
  token?: string
}

/** Represents "forever": a moment, so that an index can find what is open. */
export const FOREVER: Date = new Date('9999-12-31T00:00:00Z')

/** What is read to list a command. */
export const SUMMARY: object = {
  ...Object.fromEntries(
    [
      ...['serialNumber', 'commandId', 'text', 'members', 'terms', 'listedAt', 'place'],
      ...['attemptsMade', 'sentAt', 'replyDueAt', 'openUntil', 'cancelled'],
      ...['returnCode', 'commandName', 'rows', 'outcome', 'meaning', 'receivedAt'].map(
        (name) => `reply.${name}`,
      ),
    ].map((name) => [name, 1]),
  ),
}

/** A command that was just issued; without terms it is one that the app hands out itself. */
export function documentOf<Issued extends IssuedCommand>(
  { command, terms, issuedAt, openUntil = FOREVER }: GivenCommand<Issued>,
  identity: Pick<CommandDocument, '_id' | 'place' | 'token'> & { position?: number },
): CommandDocument<Issued> {
  const { serialNumber, commandId, text, ...members } = command
  const ends = earlier(openUntil, terms?.expiresAt ?? FOREVER)
  const tags = tagsOf(text, terms?.key, members)
  const issued = {
    ...identity,
    serialNumber,
    commandId,
    ...commandPieces(text),
    textBytes: Buffer.byteLength(text),
    members: encodedMembers(members) as OwnMembers<Issued>,
    ...(tags.length > 0 && { tags }),
    listedAt: issuedAt,
  }
  if (terms === undefined) {
    return { ...issued, phase: PHASES.sent, attemptsMade: 1, sentAt: issuedAt }
  }
  const { key, urgent, attempts } = terms
  return {
    ...issued,
    terms,
    phase: ends < FOREVER ? PHASES.waitingUntil : PHASES.waiting,
    queue: urgent ? 'urgent' : 'ordinary',
    ...(key !== undefined && { queueKey: key }),
    attemptsMade: 0,
    attemptsLeft: attempts,
    openUntil,
    issuedUntil: openUntil,
    liveUntil: ends,
  }
}

/** A command to keep; without terms it is one that the app hands out itself. */
export type GivenCommand<Issued extends IssuedCommand> = Omit<QueuedCommand<Issued>, 'terms'> &
  Partial<Pick<QueuedCommand<Issued>, 'terms'>>

/** The command of a document; undefined if nobody issued it. */
export function commandOf<Issued extends IssuedCommand>(
  document: CommandDocument<Issued>,
): Issued | undefined {
  const { serialNumber, commandId, text, members } = document
  if (text === undefined) return undefined
  const command = { serialNumber, commandId, text: commandText(document) }
  return { ...decodedMembers(members ?? {}), ...command } as Issued
}

/** The record of a whole document. */
export function recordOf<Issued extends IssuedCommand>(
  document: CommandDocument<Issued>,
): CommandRecord<Issued> {
  const { serialNumber, commandId, reply } = document
  const command = commandOf(document)
  return {
    ...(command !== undefined && { command }),
    ...progressOf(document),
    ...(reply !== undefined && { reply: replyOf(serialNumber, commandId, reply) }),
  }
}

/** The summary of a document that was read by `SUMMARY`. */
export function summaryOf<Issued extends IssuedCommand>(
  document: CommandDocument<Issued>,
): CommandSummary<Issued> {
  const { serialNumber, commandId, text, members, reply } = document
  return {
    serialNumber,
    commandId,
    ...progressOf(document),
    ...(text !== undefined && {
      text,
      members: decodedMembers(members ?? {}) as OwnMembers<Issued>,
    }),
    ...(reply !== undefined && { reply: shownReply(reply) }),
  }
}

/** What is read for the beginning of a command. */
export const BEGINNING_OF: object = {
  ...SUMMARY,
  ...{ textMore: 1, textBytes: 1 },
  ...Object.fromEntries(REPLY_BEGINNING.map((name) => [`reply.${name}`, 1])),
}

/** The beginning of a document that was read by `BEGINNING_OF`. */
export function beginningOf<Issued extends IssuedCommand>(
  document: CommandDocument<Issued>,
): CommandBeginning<Issued> {
  const { reply: shown, ...summary } = summaryOf(document)
  const { text, textBytes = 0, reply } = document
  return {
    ...summary,
    ...(text !== undefined && { text: commandText(document), textBytes }),
    ...(shown && reply && { reply: { ...shown, ...replyBeginningOf(reply) } }),
  }
}

function progressOf(document: CommandDocument): CommandProgress {
  const { attemptsMade, openUntil, cancelled, reply, text, listedAt } = document
  const progress: CommandProgress = { attemptsMade }
  for (const name of ['terms', 'sentAt', 'replyDueAt'] as const) {
    if (document[name] !== undefined) Object.assign(progress, { [name]: document[name] })
  }
  if (text !== undefined) progress.issuedAt = listedAt
  if (openUntil !== undefined && openUntil < FOREVER) progress.openUntil = openUntil
  if (cancelled !== undefined) progress.cancelled = { at: cancelled.at, reason: cancelled.reason }
  if (reply !== undefined) progress.repliedAt = reply.receivedAt
  return progress
}

function earlier(one: Date, other: Date): Date {
  return other < one ? other : one
}
