// A reply as it is kept within its command.
import { createHash } from 'node:crypto'
import type { IssuedCommand } from '../command.js'
import type { CommandSummary } from '../queue/storage.js'
import { cut } from '../queue/summary.js'
import type { Family, FamilyOfTerminal, Outcome } from '../reply/outcome.js'
import { outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import { textPieces } from './cut.js'

/** A reply within its command. */
export interface ReplyDocument extends Outcome {
  returnCode?: number
  rows?: number
  commandName: string
  commandNameTail?: string
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
  /** Which call kept it. */
  token: string
  receivedAt: Date
  /** Its place among the replies of one moment. */
  place: string
  /** Whether it has no event yet. */
  unlogged?: 1
}

const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024

/** The reply as it is kept. */
export function replyDocumentOf(
  reply: CommandReply,
  command: IssuedCommand | undefined,
  family: Family | FamilyOfTerminal,
  kept: Pick<ReplyDocument, 'token' | 'receivedAt' | 'place' | 'unlogged'>,
): ReplyDocument {
  const { returnCode, rows, commandName, raw, content } = reply
  const { outcome, meaning } = outcomeOf(reply, command, family)
  const fields = Object.entries(reply.fields).map(([key, value]) => ({ key, value }))
  const isAtEnd = content !== undefined && raw.subarray(raw.length - content.length).equals(content)
  const parts = JSON.stringify([returnCode, rows, commandName, fields, content?.length])
  return {
    ...(returnCode !== null && { returnCode }),
    ...(rows !== undefined && { rows }),
    ...textPieces('commandName', commandName),
    outcome,
    meaning: cut(meaning),
    ...(fields.length > 0 && { fields }),
    raw,
    ...(content !== undefined && (isAtEnd ? { contentLength: content.length } : { content })),
    digest: digestOf(parts, content ?? '', raw),
    ...kept,
  }
}

/** The reply of a document. */
export function replyOf(
  serialNumber: string,
  commandId: string,
  document: ReplyDocument,
): CommandReply {
  const { returnCode = null, rows, commandName, commandNameTail = '', fields = [] } = document
  const { raw, contentLength, content } = document
  const reply: CommandReply = {
    serialNumber,
    commandId,
    returnCode,
    ...(rows !== undefined && { rows }),
    commandName: commandName + commandNameTail,
    fields: Object.create(null),
    raw,
  }
  for (const { key, value } of fields) reply.fields[key] = value
  if (contentLength !== undefined) reply.content = raw.subarray(raw.length - contentLength)
  if (content !== undefined) reply.content = content
  return reply
}

/** What lists show of a reply. */
export function shownReply(document: ReplyDocument): NonNullable<CommandSummary['reply']> {
  const { returnCode = null, rows, commandName, outcome, meaning } = document
  return { returnCode, ...(rows !== undefined && { rows }), commandName, outcome, meaning }
}

/**
 * Checks that MongoDB can hold a reply, with its command.
 *
 * @throws RangeError if it can't
 */
export function checkFits(
  { serialNumber, commandId, commandName, raw }: CommandReply,
  command: IssuedCommand | undefined,
  { meaning, fields = [], content }: ReplyDocument,
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
