// A command as a document: its terms, how far it is, and its reply.
import type { IssuedCommand } from '../command.js'
import { PHASES } from '../queue/phase.js'
import type {
  Cancellation,
  CommandProgress,
  CommandRecord,
  DeliveryTerms,
  OwnMembers,
  QueuedCommand,
} from '../queue/storage.js'
import { commandPieces, commandText, type TextPieces } from './cut.js'
import { decodedMembers, encodedMembers } from './name.js'
import { type ReplyDocument, replyOf } from './reply-document.js'
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
  /** Set while the queue may send it. */
  queue?: 'ordinary' | 'urgent'
  /** Its key, while the queue may send it; then the mark of the call that closed it. */
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

/** A command that was just issued; without terms it is one that the app sends itself. */
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

/** A command to store; without terms it is one that the app sends itself. */
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

/** How far the command of a document is. */
export function progressOf(document: CommandDocument): CommandProgress {
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
