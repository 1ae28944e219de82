// A reply within the row of its command.
import type { KeptReply } from '../kept.js'
import { cut } from '../queue/summary.js'
import type { Outcome } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { Row, Value } from './step.js'
import { ascii, bytes, fieldsOf, hash, number, pack, unascii, unpack } from './text.js'

/** The columns of a reply. */
export function replyRowOf(
  reply: CommandReply,
  { outcome, meaning }: Outcome,
  repliedAt: number,
  place: string,
): Record<string, Value> {
  const { returnCode, rows, commandName, raw, content } = reply
  const pairs = Object.entries(reply.fields)
  const isAtEnd = content !== undefined && raw.subarray(raw.length - content.length).equals(content)
  const shown = cut(commandName)
  const fields = pack({ pairs, ...(shown !== commandName && { commandName }) })
  const parts = JSON.stringify([returnCode, rows, commandName, pairs, content?.length])
  return {
    replied_at: repliedAt,
    reply_place: place,
    reply_outcome: outcome,
    reply_meaning: ascii(cut(meaning)),
    return_code: returnCode,
    reply_rows: rows ?? null,
    command_name: ascii(shown),
    reply_digest: hash(parts, content ?? '', raw),
    // How many of the last bytes of the record are the content.
    content_length: isAtEnd ? content.length : null,
    reply_fields: fields,
    reply_raw: raw,
    reply_content: content === undefined || isAtEnd ? null : content,
  }
}

/** The reply of a whole row. */
export function replyOf(row: Row, serialNumber: string, commandId: string): CommandReply {
  const { pairs, commandName } = unpack(row.reply_fields) as {
    pairs: [string, string][]
    commandName?: string
  }
  const rows = number(row.reply_rows)
  const raw = bytes(row.reply_raw)
  const contentLength = number(row.content_length)
  return {
    serialNumber,
    commandId,
    returnCode: number(row.return_code) ?? null,
    ...(rows !== undefined && { rows }),
    commandName: commandName ?? unascii(String(row.command_name)),
    fields: fieldsOf(pairs),
    ...(contentLength !== undefined && { content: raw.subarray(raw.length - contentLength) }),
    ...(row.reply_content !== null && { content: bytes(row.reply_content) }),
    raw,
  }
}

/** What lists show of a reply. */
export function keptReplyOf(
  row: Row,
): Omit<KeptReply, 'serialNumber' | 'commandId' | 'receivedAt'> {
  const rows = number(row.reply_rows)
  return {
    returnCode: number(row.return_code) ?? null,
    ...(rows !== undefined && { rows }),
    commandName: unascii(String(row.command_name)),
    outcome: row.reply_outcome as Outcome['outcome'],
    meaning: unascii(String(row.reply_meaning)),
  }
}
