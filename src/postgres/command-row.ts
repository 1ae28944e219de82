// A command with its reply as a row of JSON, whole or as a list shows it.
import type { IssuedCommand } from '../command.js'
import type {
  Cancellation,
  CommandProgress,
  CommandRecord,
  CommandSummary,
  DeliveryTerms,
  OwnMembers,
} from '../queue/storage.js'
import { cut, SUMMARY_TEXT } from '../queue/summary.js'
import type { Outcome } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import { dateOf, milliseconds } from './query.js'
import { beginning } from './text.js'

/** Terms as JSON has them. */
export type TermsRow = Omit<DeliveryTerms, 'expiresAt'> & { expiresAt?: string }

/** How far a command is, as a row has it: moments in milliseconds. */
interface ProgressRow {
  serialNumber: string
  commandId: string
  terms: TermsRow | null
  issuedAt: number | null
  attemptsMade: number
  sentAt: number | null
  replyDueAt: number | null
  openUntil: number | null
  cancelledAt: number | null
  cancelledReason: Cancellation['reason'] | null
  repliedAt: number | null
}

/** A reply as a row has it, bytes in base64. */
interface ReplyRow {
  returnCode: number | null
  rows: number | null
  commandName: string
  fields: [key: string, value: string][]
  raw: string
  content: string | null
  contentLength: number | null
}

/** A whole command as a row has it. */
export interface RecordRow<Issued extends IssuedCommand> extends ProgressRow {
  text: string | null
  members: OwnMembers<Issued> | null
  reply: ReplyRow | null
}

/** What lists show of a reply, as a row has it. */
export interface ReplySummaryRow extends Pick<CommandReply, 'returnCode' | 'commandName'>, Outcome {
  rows: number | null
}

/** A command in a list as a row has it. */
export interface SummaryRow<Issued extends IssuedCommand> extends ProgressRow {
  text: string | null
  members: OwnMembers<Issued> | null
  reply: ReplySummaryRow | null
}

/** SQL for the members of how far a command is. */
export const PROGRESS: string = `'serialNumber', serial_number, 'commandId', command_id, 'members', members, 'terms', terms,
  'issuedAt', ${milliseconds('issued_at')}, 'attemptsMade', attempts_made, 'sentAt', ${milliseconds('sent_at')},
  'replyDueAt', ${milliseconds('reply_due_at')}, 'openUntil', ${milliseconds('open_until')},
  'cancelledAt', ${milliseconds('cancelled_at')}, 'cancelledReason', cancelled_reason, 'repliedAt', ${milliseconds('replied_at')}`

/** SQL for a whole command. */
export const RECORD: string = `json_build_object(${PROGRESS}, 'text', text,
  'reply', CASE WHEN replied_at IS NOT NULL THEN json_build_object('returnCode', return_code, 'rows', rows,
    'commandName', command_name, 'fields', fields, 'raw', encode(raw, 'base64'), 'content', encode(content, 'base64'),
    'contentLength', content_length) END)::text AS row`

/** SQL for the members of what lists show of a reply. */
export const REPLY_SUMMARY: string = `'returnCode', return_code, 'rows', rows, 'outcome', outcome,
  'commandName', ${beginning('command_name', SUMMARY_TEXT)}, 'meaning', ${beginning('meaning', SUMMARY_TEXT)}`

/** SQL for the members of what lists show of a command. */
export const SUMMARY: string = `${PROGRESS}, 'text', ${beginning('text', SUMMARY_TEXT)},
  'reply', CASE WHEN replied_at IS NOT NULL THEN json_build_object(${REPLY_SUMMARY}) END`

/** The record of a row. */
export function recordOf<Issued extends IssuedCommand>(
  row: RecordRow<Issued>,
): CommandRecord<Issued> {
  const record: CommandRecord<Issued> = progressOf(row)
  const command = commandOf(row)
  if (command !== undefined) record.command = command
  if (row.reply !== null) record.reply = replyOf(row.serialNumber, row.commandId, row.reply)
  return record
}

/** The summary of a row. */
export function summaryOf<Issued extends IssuedCommand>(
  row: SummaryRow<Issued>,
): CommandSummary<Issued> {
  const { serialNumber, commandId, text, members, reply } = row
  const summary: CommandSummary<Issued> = { serialNumber, commandId, ...progressOf(row) }
  if (text !== null) {
    summary.text = cut(text)
    summary.members = members ?? ({} as OwnMembers<Issued>)
  }
  if (reply !== null) summary.reply = replySummaryOf(reply)
  return summary
}

/** What lists show of a reply. */
export function replySummaryOf({
  returnCode,
  rows,
  commandName,
  outcome,
  meaning,
}: ReplySummaryRow): NonNullable<CommandSummary['reply']> {
  return {
    returnCode,
    ...(rows !== null && { rows }),
    commandName: cut(commandName),
    outcome,
    meaning: cut(meaning),
  }
}

/** The command that was issued; undefined if none was. */
export function commandOf<Issued extends IssuedCommand>({
  serialNumber,
  commandId,
  text,
  members,
}: Pick<RecordRow<Issued>, 'serialNumber' | 'commandId' | 'text' | 'members'>): Issued | undefined {
  return text === null ? undefined : ({ ...members, serialNumber, commandId, text } as Issued)
}

/** The terms of a row. */
export function termsOf({ expiresAt, ...terms }: TermsRow): DeliveryTerms {
  return expiresAt === undefined ? terms : { ...terms, expiresAt: new Date(expiresAt) }
}

function progressOf(row: ProgressRow): CommandProgress {
  const progress: CommandProgress = { attemptsMade: row.attemptsMade }
  if (row.terms !== null) progress.terms = termsOf(row.terms)
  for (const member of ['issuedAt', 'sentAt', 'replyDueAt', 'openUntil', 'repliedAt'] as const) {
    const date = dateOf(row[member])
    if (date !== undefined) progress[member] = date
  }
  if (row.cancelledAt !== null && row.cancelledReason !== null) {
    progress.cancelled = { at: new Date(row.cancelledAt), reason: row.cancelledReason }
  }
  return progress
}

function replyOf(serialNumber: string, commandId: string, row: ReplyRow): CommandReply {
  const raw = Buffer.from(row.raw, 'base64')
  const reply: CommandReply = {
    serialNumber,
    commandId,
    returnCode: row.returnCode,
    ...(row.rows !== null && { rows: row.rows }),
    commandName: row.commandName,
    fields: Object.create(null),
    raw,
  }
  for (const [key, value] of row.fields) reply.fields[key] = value
  if (row.contentLength !== null) reply.content = raw.subarray(raw.length - row.contentLength)
  if (row.content !== null) reply.content = Buffer.from(row.content, 'base64')
  return reply
}
