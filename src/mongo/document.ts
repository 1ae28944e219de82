// A command with its reply, as a document.
import { createHash } from 'node:crypto'
import type { IssuedCommand } from '../command.js'
import type { KeptReply } from '../kept.js'
import type { Cancellation, CommandRecord, DeliveryTerms } from '../queue/storage.js'
import type { Family, FamilyOfTerminal, Outcome } from '../reply/outcome.js'
import { outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'

/** One attempt at a command. */
export interface AttemptDocument {
  sentAt: Date
  replyDueAt: Date
  openUntil: Date
}

/**
 * A command, with everything that happened to it. Nulls and empty lists are omitted: some servers
 * drop them in an upsert.
 */
export interface CommandDocument<Issued extends IssuedCommand = IssuedCommand> {
  _id: string
  serialNumber: string
  commandId: string
  /** Its position in lists: when it was issued, or when its reply came if nobody issued it. */
  listedAt: Date
  attemptsMade: number
  command?: Issued
  terms?: DeliveryTerms
  issuedAt?: Date
  /** The order of a terminal's commands. */
  position?: number
  /** Which call issued it. */
  token?: string
  /** Set while the queue may hand it out: no reply, not cancelled. */
  open?: true
  openUntil?: Date
  /** `openUntil` as it was issued. */
  issuedUntil?: Date
  sentAt?: Date
  replyDueAt?: Date
  attempts?: AttemptDocument[]
  /** Which call claimed the last attempt. */
  claimToken?: string
  cancelled?: Cancellation & { token: string }
  reply?: ReplyDocument
}

/** A reply within its command. */
export interface ReplyDocument extends Outcome {
  returnCode?: number
  commandName: string
  /**
   * A list, so that names are data: on some servers no key may hold a dot or begin with a dollar.
   */
  fields?: { key: string; value: string }[]
  raw: Buffer
  /** How many of raw's last bytes are the content. */
  contentLength?: number
  /** The content, if raw does not end with it. */
  content?: Buffer
  /** Distinguishes a duplicate from a different reply to the same command. */
  digest: string
  /** Which call stored it. */
  token: string
  receivedAt: Date
}

/** Represents "forever": a moment, so that an index can find what is open. */
export const FOREVER: Date = new Date('9999-12-31T00:00:00Z')

const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024

/** The reply as it is stored. */
export function replyDocumentOf(
  reply: CommandReply,
  command: IssuedCommand | undefined,
  family: Family | FamilyOfTerminal,
  token: string,
  receivedAt: Date,
): ReplyDocument {
  const { returnCode, commandName, raw, content } = reply
  const { outcome, meaning } = outcomeOf(reply, command, family)
  const fields = Object.entries(reply.fields).map(([key, value]) => ({ key, value }))
  const isAtEnd = content !== undefined && raw.subarray(raw.length - content.length).equals(content)
  const parts = JSON.stringify([returnCode, commandName, fields, content?.length])
  return {
    ...(returnCode !== null && { returnCode }),
    commandName,
    outcome,
    meaning,
    ...(fields.length > 0 && { fields }),
    raw,
    ...(content !== undefined && (isAtEnd ? { contentLength: content.length } : { content })),
    digest: digestOf(parts, content ?? '', raw),
    token,
    receivedAt,
  }
}

/** The reply of a document. */
export function replyOf(
  serialNumber: string,
  commandId: string,
  document: ReplyDocument,
): CommandReply {
  const { returnCode = null, commandName, fields = [], raw, contentLength, content } = document
  const reply: CommandReply = {
    serialNumber,
    commandId,
    returnCode,
    commandName,
    fields: Object.create(null),
    raw,
  }
  for (const { key, value } of fields) reply.fields[key] = value
  if (contentLength !== undefined) reply.content = raw.subarray(raw.length - contentLength)
  if (content !== undefined) reply.content = content
  return reply
}

/** The reply of a document, for people to read; undefined if there is none. */
export function keptOf(document: CommandDocument | null): KeptReply | undefined {
  if (document?.reply === undefined) return undefined
  const { serialNumber, commandId, reply } = document
  const { outcome, meaning, receivedAt } = reply
  return { ...replyOf(serialNumber, commandId, reply), outcome, meaning, receivedAt }
}

/** The record of a document. */
export function recordOf<Issued extends IssuedCommand>(
  document: CommandDocument<Issued>,
): CommandRecord<Issued> {
  const { serialNumber, commandId, attemptsMade, openUntil, cancelled, reply } = document
  const record: CommandRecord<Issued> = { attemptsMade }
  for (const name of ['command', 'terms', 'issuedAt', 'sentAt', 'replyDueAt'] as const) {
    if (document[name] !== undefined) Object.assign(record, { [name]: document[name] })
  }
  if (openUntil !== undefined && openUntil < FOREVER) record.openUntil = openUntil
  if (cancelled !== undefined) record.cancelled = { at: cancelled.at, reason: cancelled.reason }
  if (reply !== undefined) {
    record.reply = replyOf(serialNumber, commandId, reply)
    record.repliedAt = reply.receivedAt
  }
  return record
}

/**
 * Checks that MongoDB can hold a reply, with its command.
 *
 * @throws RangeError if it can't
 */
export function checkFits(
  { serialNumber, commandId, raw }: CommandReply,
  command: IssuedCommand | undefined,
  { commandName, meaning, fields = [], content }: ReplyDocument,
): void {
  // An upper bound of the BSON size, within some bytes.
  let size = 2048 + raw.length + (content?.length ?? 0)
  for (const text of [serialNumber, commandId, commandName, meaning]) {
    size += 3 * Buffer.byteLength(text)
  }
  for (const { key, value } of fields) {
    size += 48 + Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  // Members of the app, in JSON about as large as in BSON, only matter to a reply that is nearly
  // too large.
  if (size > MAX_DOCUMENT_SIZE / 2) size += 2 * Buffer.byteLength(JSON.stringify(command ?? {}))
  if (size <= MAX_DOCUMENT_SIZE) return
  throw new RangeError(
    `mongoAdapter: a reply of ${raw.length} bytes makes a document of ${size}, and MongoDB keeps ${MAX_DOCUMENT_SIZE} ` +
      "at most (16 MB). With the endpoint's limit at '15mb' a larger file is refused with 413 before it is read; " +
      "with '1mb', the default, every reply fits.",
  )
}

/** Identifies bytes. */
export function digestOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
