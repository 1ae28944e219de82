// Replies, each stored with its command: settling is one statement.
import { type IssuedCommand, keyOf } from '../command.js'
import type { KeptRecordFilter, KeptReply, KeptReplyFilter, KeptReplyLine } from '../kept.js'
import { type Family, type FamilyOfTerminal, type Outcome, outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept } from '../reply/storage.js'
import { REPLY_ROW, type ReplyRow, replyOf } from './command-row.js'
import { type Database, milliseconds, moment } from './query.js'
import { digestOf, idKeyOf, restored, storable, storableJson } from './text.js'

// A pending reply never replaces an existing one, nor an older reply a newer one: a delayed call
// that was answered 503 must not undo what was answered OK since.
const KEEP = `
  INSERT INTO :schema.commands AS kept (serial_number, id_key, command_id, listed_at, replied_at, return_code, command_name,
    outcome, meaning, fields, raw, content, content_length, reply_digest)
  SELECT serial_number, id_key, command_id, ${moment('$4')}, ${moment('$4')}, return_code, command_name,
    outcome, meaning, fields, raw, content, content_length, reply_digest
  FROM jsonb_to_recordset($1::jsonb) AS came (place bigint, serial_number text, id_key text, command_id text, return_code bigint,
    command_name text, outcome text, meaning text, fields jsonb, content_length integer, reply_digest text)
  JOIN unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY AS bytes (raw, content, place) USING (place)
  ORDER BY serial_number, id_key
  ON CONFLICT (serial_number, id_key) DO UPDATE SET replied_at = excluded.replied_at, return_code = excluded.return_code,
    command_name = excluded.command_name, outcome = excluded.outcome, meaning = excluded.meaning, fields = excluded.fields,
    raw = excluded.raw, content = excluded.content, content_length = excluded.content_length,
    reply_digest = excluded.reply_digest
  WHERE kept.replied_at IS NULL OR (excluded.outcome <> 'pending' AND kept.reply_digest <> excluded.reply_digest
    AND (kept.outcome = 'pending' OR kept.replied_at <= excluded.replied_at))
  RETURNING json_build_array(serial_number, command_id)::text AS row`

const LIST = `
  SELECT json_build_object('serialNumber', serial_number, 'commandId', command_id, 'outcome', outcome, 'meaning', meaning,
    'receivedAt', ${milliseconds('replied_at')}, 'reply', ${REPLY_ROW})::text AS row
  FROM :schema.commands
  WHERE replied_at IS NOT NULL AND ($1::text IS NULL OR serial_number = $1) AND ($2::text IS NULL OR outcome = $2)
    AND ($3::bigint IS NULL OR replied_at >= ${moment('$3')})
  ORDER BY replied_at DESC LIMIT $4`

const KEEP_UNPARSED = `
  INSERT INTO :schema.unparsed (serial_number, digest, line, received_at)
  SELECT $1, digest, line, ${moment('$4')} FROM unnest($2::text[], $3::bytea[]) AS came (digest, line)
  ORDER BY digest
  ON CONFLICT DO NOTHING`

const LIST_UNPARSED = `
  SELECT json_build_object('serialNumber', serial_number, 'line', encode(line, 'base64'),
    'receivedAt', ${milliseconds('received_at')})::text AS row
  FROM :schema.unparsed
  WHERE ($1::text IS NULL OR serial_number = $1) AND ($2::bigint IS NULL OR received_at >= ${moment('$2')})
    AND ($3::bigint IS NULL OR received_at < ${moment('$3')})
  ORDER BY received_at DESC LIMIT $4`

interface ListedReply {
  serialNumber: string
  commandId: string
  outcome: Outcome['outcome']
  meaning: string
  receivedAt: number
  reply: ReplyRow
}

/** Replies in PostgreSQL. */
export interface PostgresReplies<Issued extends IssuedCommand> {
  onReply(reply: CommandReply, command: Issued | undefined): Promise<ReplyKept>
  onReplies(answered: readonly AnsweredCommand<Issued>[]): Promise<readonly ReplyKept[]>
  onUnparsed(lines: readonly Buffer[], serialNumber: string): Promise<void>
  /** The replies that the filter asks for, the newest first. */
  replies(filter?: KeptReplyFilter): Promise<KeptReply[]>
  /** The lines that are not valid replies, the newest first. */
  unparsed(filter?: KeptRecordFilter): Promise<KeptReplyLine[]>
}

/** Stores replies and lists them, on the tables of `migrate`. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure for each call of storage
export function repliesOn<Issued extends IssuedCommand>(
  database: Database,
  family: Family | FamilyOfTerminal,
): PostgresReplies<Issued> {
  const onReplies = async (
    answered: readonly AnsweredCommand<Issued>[],
  ): Promise<readonly ReplyKept[]> => {
    // Of several replies to one command the last final one counts: a statement can't touch a row
    // twice.
    const last = new Map<string, CommandReply>()
    const rows = new Map<string, ReplyColumns>()
    const changes = answered.map(({ reply, command }) => {
      const key = keyOf(reply.serialNumber, reply.commandId)
      const row = columnsOf(reply, command, family)
      const before = rows.get(key)
      const isRepeated = row.outcome === 'pending' || row.reply_digest === before?.reply_digest
      if (before !== undefined && isRepeated) return undefined
      last.set(key, reply)
      rows.set(key, row)
      return key
    })
    const replies = [...last.values()]
    const kept = await database.rows<[serialNumber: string, commandId: string]>(KEEP, [
      storableJson([...rows.values()].map((row, index) => ({ ...row, place: index + 1 }))),
      replies.map(({ raw }) => raw),
      replies.map((reply) => (endsWithContent(reply) ? null : (reply.content ?? null))),
      Date.now(),
    ])
    const keys = new Set(kept.map(([terminal, id]) => keyOf(restored(terminal), restored(id))))
    return changes.map((key) => (key !== undefined && keys.has(key) ? 'kept' : 'repeated'))
  }
  return {
    async onReply(reply: CommandReply, command: Issued | undefined): Promise<ReplyKept> {
      return (await onReplies([{ reply, command }]))[0] ?? 'kept'
    },
    onReplies,
    async onUnparsed(lines: readonly Buffer[], serialNumber: string): Promise<void> {
      const different = new Map(lines.map((line) => [digestOf(line), line]))
      const values = [
        storable(serialNumber),
        [...different.keys()],
        [...different.values()],
        Date.now(),
      ]
      await database.rows(KEEP_UNPARSED, values)
    },
    async replies({
      serialNumber,
      outcome,
      since,
      limit,
    }: KeptReplyFilter = {}): Promise<KeptReply[]> {
      const found = await database.rows<ListedReply>(LIST, [
        serialNumber === undefined ? null : storable(serialNumber),
        outcome ?? null,
        since?.getTime() ?? null,
        limit ?? null,
      ])
      return found.map(({ serialNumber, commandId, reply, receivedAt, ...rest }) => {
        return {
          ...replyOf(serialNumber, commandId, reply),
          ...rest,
          receivedAt: new Date(receivedAt),
        }
      })
    },
    async unparsed({
      serialNumber,
      since,
      before,
      limit,
    }: KeptRecordFilter = {}): Promise<KeptReplyLine[]> {
      const found = await database.rows<{ serialNumber: string; line: string; receivedAt: number }>(
        LIST_UNPARSED,
        [
          serialNumber === undefined ? null : storable(serialNumber),
          since?.getTime() ?? null,
          before?.getTime() ?? null,
          limit ?? null,
        ],
      )
      return found.map(({ serialNumber, line, receivedAt }) => ({
        serialNumber: restored(serialNumber),
        line: Buffer.from(line, 'base64'),
        receivedAt: new Date(receivedAt),
      }))
    },
  }
}

interface ReplyColumns {
  outcome: Outcome['outcome']
  reply_digest: string
}

function columnsOf(
  reply: CommandReply,
  command: IssuedCommand | undefined,
  family: Family | FamilyOfTerminal,
): ReplyColumns {
  const { serialNumber, commandId, returnCode, commandName, content, raw } = reply
  const fields = Object.entries(reply.fields)
  const parts = JSON.stringify([returnCode, commandName, fields, content?.length])
  const row = {
    serial_number: serialNumber,
    id_key: idKeyOf(commandId),
    command_id: commandId,
    return_code: returnCode,
    command_name: commandName,
    fields,
    content_length: endsWithContent(reply) ? content?.length : null,
    ...outcomeOf(reply, command, family),
    reply_digest: digestOf(parts, content ?? '', raw),
  }
  return row
}

function endsWithContent({ raw, content }: CommandReply): boolean {
  return content !== undefined && raw.subarray(raw.length - content.length).equals(content)
}
