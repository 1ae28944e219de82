// A reply as it is stored within its command.
import { createHash } from 'node:crypto'
import type { IssuedCommand } from '../command.js'
import { BEGINNING, fieldsOf, firstFields } from '../queue/beginning.js'
import type { CommandSummary, ReplyBeginning } from '../queue/storage.js'
import { cut } from '../queue/summary.js'
import type { Family, FamilyOfTerminal, Outcome } from '../reply/outcome.js'
import { outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import { bytePieces, joined, textPieces } from './cut.js'

/** A reply within its command. */
export interface ReplyDocument extends Outcome {
  returnCode?: number
  rows?: number
  commandName: string
  commandNameTail?: string
  /**
   * A list, so that names are data: on some servers no key may hold a dot or begin with a dollar.
   */
  fields?: FieldDocument[]
  fieldsTail?: FieldDocument[]
  /** How many fields there are, if there is a tail. */
  fieldCount?: number
  /** The first bytes as they came, and all others. */
  raw: Buffer
  rawTail?: Buffer
  /** How many bytes there are, if there is a tail. */
  rawBytes?: number
  /** How many of the last bytes as they came are the content. */
  contentLength?: number
  /** The first bytes of the content if they are in no other member, and all others. */
  content?: Buffer
  contentTail?: Buffer
  /** How many bytes the content has, if there is a tail. */
  contentBytes?: number
  /** Distinguishes a duplicate from a different reply to the same command. */
  digest: string
  /** Which call stored it. */
  token: string
  receivedAt: Date
  /** Its place among the replies of one moment. */
  place: string
  /** Whether it has no event yet. */
  unlogged?: 1
}

interface FieldDocument {
  key: string
  value: string
}

const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024

/** The reply as it is stored. */
export function replyDocumentOf(
  reply: CommandReply,
  command: IssuedCommand | undefined,
  family: Family | FamilyOfTerminal,
  kept: Pick<ReplyDocument, 'token' | 'receivedAt' | 'place' | 'unlogged'>,
): ReplyDocument {
  const { returnCode, rows, commandName, raw, content } = reply
  const { outcome, meaning } = outcomeOf(reply, command, family)
  const pairs = Object.entries(reply.fields)
  const fields = pairs.map(([key, value]) => ({ key, value }))
  const shown = firstFields(pairs)
  const isAtEnd = content !== undefined && raw.subarray(raw.length - content.length).equals(content)
  const parts = JSON.stringify([returnCode, rows, commandName, fields, content?.length])
  return {
    ...(returnCode !== null && { returnCode }),
    ...(rows !== undefined && { rows }),
    ...textPieces('commandName', commandName),
    outcome,
    meaning: cut(meaning),
    ...(shown > 0 && { fields: fields.slice(0, shown) }),
    ...(shown < fields.length && {
      ...{ fieldsTail: fields.slice(shown), fieldCount: fields.length },
    }),
    ...bytePieces(raw, BEGINNING),
    ...(raw.length > BEGINNING && { rawBytes: raw.length }),
    ...(content !== undefined && contentPieces(content, isAtEnd, raw)),
    digest: digestOf(parts, content ?? '', raw),
    ...kept,
  }
}

// The content at the end of what came is there already; of a long record, only its first bytes are
// needed besides.
function contentPieces(content: Buffer, isAtEnd: boolean, raw: Buffer): Partial<ReplyDocument> {
  const start = content.subarray(0, BEGINNING)
  if (isAtEnd) {
    return { contentLength: content.length, ...(raw.length > BEGINNING && { content: start }) }
  }
  if (content.length === start.length) return { content }
  return {
    ...{ content: start, contentTail: content.subarray(start.length) },
    contentBytes: content.length,
  }
}

/** The reply of a document. */
export function replyOf(
  serialNumber: string,
  commandId: string,
  document: ReplyDocument,
): CommandReply {
  const { returnCode = null, rows, commandName, commandNameTail = '' } = document
  const { fields = [], fieldsTail = [], contentLength, content, contentTail } = document
  const raw = joined(document)
  const reply: CommandReply = {
    serialNumber,
    commandId,
    returnCode,
    ...(rows !== undefined && { rows }),
    commandName: commandName + commandNameTail,
    fields: Object.create(null),
    raw,
  }
  for (const { key, value } of [...fields, ...fieldsTail]) reply.fields[key] = value
  if (contentLength !== undefined) reply.content = raw.subarray(raw.length - contentLength)
  else if (content !== undefined) reply.content = joined({ raw: content, rawTail: contentTail })
  return reply
}

const NOTHING = Buffer.alloc(0)

/** What is read for the beginning of a reply. */
export const REPLY_BEGINNING: readonly string[] = [
  ...['fields', 'fieldCount', 'raw', 'rawBytes', 'contentLength', 'content', 'contentBytes'],
]

/** The beginning of a reply that was read by `REPLY_BEGINNING`. */
export function replyBeginningOf({
  fields = [],
  fieldCount,
  raw,
  rawBytes,
  contentLength,
  content,
  contentBytes,
}: ReplyDocument): ReplyBeginning {
  const shown =
    content ?? (contentLength === undefined ? undefined : raw.subarray(raw.length - contentLength))
  return {
    ...fieldsOf(
      fields.map(({ key, value }) => [key, value]),
      fieldCount !== undefined,
    ),
    ...(shown && { content: shown, contentBytes: contentBytes ?? contentLength ?? shown.length }),
    ...{ raw, rawBytes: rawBytes ?? raw.length },
  }
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
  { serialNumber, commandId, commandName, fields, raw }: CommandReply,
  command: IssuedCommand | undefined,
  { meaning, content = NOTHING, contentTail = NOTHING }: ReplyDocument,
): void {
  // An upper bound of the BSON size, within some bytes.
  let size = 2048 + raw.length + content.length + contentTail.length
  for (const text of [serialNumber, commandId, commandName, meaning]) {
    size += 3 * Buffer.byteLength(text)
  }
  for (const [key, value] of Object.entries(fields)) {
    size += 48 + Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  // Members of the app, in JSON about as large as in BSON, only matter to a reply that is nearly
  // too large.
  if (size > MAX_DOCUMENT_SIZE / 2) size += 2 * Buffer.byteLength(JSON.stringify(command ?? {}))
  if (size <= MAX_DOCUMENT_SIZE) return
  throw new RangeError(
    `mongoAdapter: a reply of ${raw.length} bytes makes a document of ${size}, and MongoDB stores ${MAX_DOCUMENT_SIZE} ` +
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
