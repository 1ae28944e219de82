// A command with its reply, as a row.
import type { IssuedCommand } from '../command.js'
import { stateOf } from '../queue/state.js'
import type { Cancellation, CommandFilter, CommandRecord, DeliveryTerms } from '../queue/storage.js'
import type { Family, FamilyOfTerminal } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import { type Database, dateOf, milliseconds, moment } from './query.js'
import { restored, restoredJson, storable } from './text.js'

/** The reply in a row; null if none came. */
export interface ReplyRow {
  returnCode: number | null
  commandName: string
  fields: [key: string, value: string][]
  raw: string
  content: string | null
  contentLength: number | null
}

/** The command in a row: moments in milliseconds, bytes in base64. */
export interface CommandRow<Issued extends IssuedCommand> {
  serialNumber: string
  commandId: string
  position: number
  command: Issued | null
  terms: (Omit<DeliveryTerms, 'expiresAt'> & { expiresAt?: string }) | null
  issuedAt: number | null
  listedAt: number
  attemptsMade: number
  sentAt: number | null
  replyDueAt: number | null
  openUntil: number | null
  cancelledAt: number | null
  cancelledReason: Cancellation['reason'] | null
  repliedAt: number | null
  reply: ReplyRow | null
}

/** SQL for a reply, null if none came. */
export const REPLY_ROW: string = `CASE WHEN replied_at IS NOT NULL THEN json_build_object(
  'returnCode', return_code, 'commandName', command_name, 'fields', fields, 'raw', encode(raw, 'base64'),
  'content', encode(content, 'base64'), 'contentLength', content_length) END`

/** SQL for a whole row, as JSON text. */
export const COMMAND_ROW: string = `json_build_object('serialNumber', serial_number, 'commandId', command_id, 'position', position,
  'command', command, 'terms', terms, 'issuedAt', ${milliseconds('issued_at')}, 'listedAt', ${milliseconds('listed_at')},
  'attemptsMade', attempts_made, 'sentAt', ${milliseconds('sent_at')}, 'replyDueAt', ${milliseconds('reply_due_at')},
  'openUntil', ${milliseconds('open_until')}, 'cancelledAt', ${milliseconds('cancelled_at')},
  'cancelledReason', cancelled_reason, 'repliedAt', ${milliseconds('replied_at')}, 'reply', ${REPLY_ROW})::text`

/** The record of a row. */
export function recordOf<Issued extends IssuedCommand>(
  row: CommandRow<Issued>,
): CommandRecord<Issued> {
  const record: CommandRecord<Issued> = { attemptsMade: row.attemptsMade }
  if (row.command !== null) record.command = restoredJson(row.command)
  if (row.terms !== null) {
    const { expiresAt, ...terms } = restoredJson(row.terms)
    record.terms = expiresAt === undefined ? terms : { ...terms, expiresAt: new Date(expiresAt) }
  }
  for (const member of ['issuedAt', 'sentAt', 'replyDueAt', 'openUntil', 'repliedAt'] as const) {
    const date = dateOf(row[member])
    if (date !== undefined) record[member] = date
  }
  if (row.cancelledAt !== null && row.cancelledReason !== null) {
    record.cancelled = { at: new Date(row.cancelledAt), reason: row.cancelledReason }
  }
  if (row.reply !== null) record.reply = replyOf(row.serialNumber, row.commandId, row.reply)
  return record
}

/** The reply of a row. */
export function replyOf(serialNumber: string, commandId: string, row: ReplyRow): CommandReply {
  const raw = Buffer.from(row.raw, 'base64')
  const reply: CommandReply = {
    serialNumber: restored(serialNumber),
    commandId: restored(commandId),
    returnCode: row.returnCode,
    commandName: restored(row.commandName),
    fields: Object.create(null),
    raw,
  }
  for (const [key, value] of row.fields) reply.fields[restored(key)] = restored(value)
  if (row.contentLength !== null) reply.content = raw.subarray(raw.length - row.contentLength)
  if (row.content !== null) reply.content = Buffer.from(row.content, 'base64')
  return reply
}

const PAGE = 500

// The state is a function of the record and the clock, and is decided by `stateOf` alone; SQL only
// leaves out rows that can't have it.
const MAY_HAVE_STATE: Readonly<Record<string, string>> = {
  succeeded: "outcome IN ('succeeded', 'unknown')",
  failed: "outcome IN ('failed', 'unknown')",
  unknown: "outcome IN ('succeeded', 'failed', 'unknown')",
  cancelled: 'cancelled_at IS NOT NULL',
  superseded: 'cancelled_at IS NOT NULL',
}

/** Lists commands for people, the newest first. */
export async function listCommands<Issued extends IssuedCommand>(
  database: Database,
  { serialNumber, state, since, before, limit = 100 }: CommandFilter,
  now: Date,
  family: Family | FamilyOfTerminal,
): Promise<CommandRecord<Issued>[]> {
  const states = state === undefined ? undefined : [state].flat()
  const conditions = states?.map(
    (each) => `(${MAY_HAVE_STATE[each] ?? "outcome IS NULL OR outcome = 'pending'"})`,
  )
  // Statements are cached, and the requested states may come from a query string.
  const mayHave = conditions && [...new Set(conditions)].sort()
  const statement = `
    SELECT ${COMMAND_ROW} AS row FROM :schema.commands
    WHERE ($1::text IS NULL OR serial_number = $1) AND ($2::bigint IS NULL OR listed_at >= ${moment('$2')})
      AND ($3::bigint IS NULL OR listed_at < ${moment('$3')})
      AND ($4::bigint IS NULL OR (listed_at, position) < (${moment('$4')}, $5::bigint))
      AND (${mayHave?.join(' OR ') ?? 'true'})
    ORDER BY listed_at DESC, position DESC LIMIT $6`
  const records: CommandRecord<Issued>[] = []
  const size = states === undefined ? limit : PAGE
  let last: CommandRow<Issued> | undefined
  for (;;) {
    const rows: CommandRow<Issued>[] = await database.rows(statement, [
      serialNumber === undefined ? null : storable(serialNumber),
      since?.getTime() ?? null,
      before?.getTime() ?? null,
      last?.listedAt ?? null,
      last?.position ?? null,
      size,
    ])
    const found = rows.map(recordOf)
    records.push(
      ...found.filter((record) => states?.includes(stateOf(record, now, family)) ?? true),
    )
    last = rows.at(-1)
    if (records.length >= limit || rows.length < size) return records.slice(0, limit)
  }
}
