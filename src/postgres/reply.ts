// Replies, each stored with its command: settling is one statement.
import { type IssuedCommand, keyOf } from '../command.js'
import { checkFilter } from '../filter.js'
import type { KeptLine, KeptReply } from '../kept.js'
import { SUMMARY_BYTES } from '../queue/summary.js'
import { type Family, type FamilyOfTerminal, type Outcome, outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept, ReplyStorage } from '../reply/storage.js'
import { personOf } from '../upload/person.js'
import { REPLY_SUMMARY, type ReplySummaryRow, replySummaryOf } from './command-row.js'
import {
  merged,
  newestFirst,
  ofTerminal,
  PLACE,
  type Placed,
  pageOf,
  placed,
  rangeOf,
  Values,
} from './list.js'
import { ENDS } from './phase.js'
import { type Database, Json, moment } from './query.js'
import { digestOf, keyOfText } from './text.js'

// Which reply counts is as `replaces` has it. And an older reply never replaces a newer one: a call that was held up and
// answered 503 must not undo what was answered OK since. Rows are locked in the order in which
// commands were issued, as a claim locks them.
const KEEP = `
  INSERT INTO :schema.commands AS kept (serial_number, id_key, command_id, pin, listed_at, replied_at, return_code, rows,
    command_name, outcome, meaning, fields, raw, content, content_length, reply_digest)
  SELECT serial_number, id_key, command_id, pin, ${moment('$4')}, ${moment('$4')}, return_code, rows, command_name, outcome,
    meaning, fields, raw, content, content_length, reply_digest
  FROM jsonb_to_recordset($1::jsonb) AS came (place bigint, serial_number text, id_key text, command_id text, pin text,
    return_code bigint, rows integer, command_name text, outcome text, meaning text, fields jsonb, content_length integer,
    reply_digest text)
  JOIN unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY AS bytes (raw, content, place) USING (place)
  ORDER BY (SELECT position FROM :schema.commands AS issued
    WHERE issued.serial_number = came.serial_number AND issued.id_key = came.id_key), serial_number, id_key
  ON CONFLICT (serial_number, id_key) DO UPDATE SET replied_at = excluded.replied_at, return_code = excluded.return_code,
    rows = excluded.rows, command_name = excluded.command_name, outcome = excluded.outcome, meaning = excluded.meaning,
    fields = excluded.fields, raw = excluded.raw, content = excluded.content, content_length = excluded.content_length,
    reply_digest = excluded.reply_digest
  WHERE kept.replied_at IS NULL OR (kept.reply_digest <> excluded.reply_digest AND excluded.outcome <> 'pending'
    AND (kept.outcome = 'pending' OR excluded.rows IS NULL AND (kept.rows IS NOT NULL OR kept.replied_at <= excluded.replied_at)))
  RETURNING json_build_array(serial_number, command_id)::text AS row`

const KEEP_UNPARSED = `
  INSERT INTO :schema.unparsed (serial_number, digest, line, received_at)
  SELECT $1, digest, line, ${moment('$4')} FROM unnest($2::text[], $3::bytea[]) AS came (digest, line)
  ORDER BY digest
  ON CONFLICT DO NOTHING`

// The phases that a reply is in, by its outcome.
const PHASES: Readonly<Record<Outcome['outcome'], readonly string[]>> = {
  succeeded: ['succeeded'],
  failed: ['failed'],
  unknown: ['unknown'],
  pending: ['pending', 'withdrawn'],
}

interface KeptReplyRow extends Placed, ReplySummaryRow {
  serialNumber: string
  commandId: string
}

interface KeptLineRow extends Placed {
  serialNumber: string
  size: number
  raw: string
}

/** Keeps replies and lists them: see `ReplyStorage`. */
export function repliesOn<Issued extends IssuedCommand>(
  database: Database,
  family: Family | FamilyOfTerminal,
): Required<
  Pick<
    ReplyStorage<Issued>,
    'onReply' | 'onReplies' | 'onUnparsed' | 'listReplies' | 'listUnparsed'
  >
> {
  const onReplies = async (
    answered: readonly AnsweredCommand<Issued>[],
  ): Promise<readonly ReplyKept[]> => {
    const said: ReplyKept[] = []
    // A statement can't touch a row twice: a second reply to the same command has a second one.
    for (let rest = [...answered.entries()]; rest.length > 0; ) {
      const round = new Map<string, [index: number, answered: AnsweredCommand<Issued>]>()
      const others = rest.filter(([index, one]) => {
        const key = keyOf(one.reply.serialNumber, one.reply.commandId)
        if (round.has(key)) return true
        round.set(key, [index, one])
        return false
      })
      const kept = await keep([...round.values()].map(([, one]) => one))
      for (const [key, [index]] of round) said[index] = kept.has(key) ? 'kept' : 'repeated'
      rest = others
    }
    return said
  }

  async function keep(answered: readonly AnsweredCommand<Issued>[]): Promise<Set<string>> {
    const rows = answered.map(({ reply, command }, index) => {
      return { place: index + 1, ...columnsOf(reply, command, family) }
    })
    const kept = await database.rows<[serialNumber: string, commandId: string]>(KEEP, [
      new Json(rows),
      answered.map(({ reply }) => reply.raw),
      answered.map(({ reply }) => (endsWithContent(reply) ? null : (reply.content ?? null))),
      Date.now(),
    ])
    return new Set(kept.map(([serialNumber, commandId]) => keyOf(serialNumber, commandId)))
  }

  return {
    async onReply(reply, command) {
      return (await onReplies([{ reply, command }]))[0] ?? 'kept'
    },
    onReplies,
    async onUnparsed(lines, serialNumber) {
      const different = new Map(lines.map((line) => [digestOf(line), line]))
      const values = [serialNumber, [...different.keys()], [...different.values()], Date.now()]
      await database.rows(KEEP_UNPARSED, values)
    },
    async listReplies(filter) {
      const { outcome, ...asked } = checkFilter('replies', filter, PLACE)
      const values = new Values()
      const conditions = [...ofTerminal(asked, values), ...rangeOf(asked, 'ends_at', values)]
      const end = `${newestFirst('ends_at')} LIMIT ${values.add(asked.limit + 1)}`
      const phases = outcome === undefined ? Object.values(PHASES).flat() : PHASES[outcome]
      const selections = phases.map((phase) => {
        const all = [`phase = '${phase}'`, ENDS, ...conditions]
        return `SELECT * FROM :schema.commands WHERE ${all.join(' AND ')}`
      })
      const found = await database.rows<KeptReplyRow>(
        `SELECT json_build_object('serialNumber', serial_number, 'commandId', command_id, ${REPLY_SUMMARY},
          ${placed('ends_at')})::text AS row FROM (${merged(selections, end)}) AS page ${newestFirst('ends_at')}`,
        values.all,
      )
      return pageOf(found, asked.limit, keptReplyOf)
    },
    async listUnparsed(filter) {
      const asked = checkFilter('unparsed', filter, PLACE)
      const values = new Values()
      const conditions = [...ofTerminal(asked, values), ...rangeOf(asked, 'received_at', values)]
      const found = await database.rows<KeptLineRow>(
        `SELECT json_build_object('serialNumber', serial_number, 'size', octet_length(line),
          'raw', encode(substring(line FROM 1 FOR ${SUMMARY_BYTES}), 'base64'), ${placed('received_at')})::text AS row
        FROM :schema.unparsed WHERE ${['true', ...conditions].join(' AND ')}
        ${newestFirst('received_at')} LIMIT ${values.add(asked.limit + 1)}`,
        values.all,
      )
      return pageOf(found, asked.limit, keptLineOf)
    },
  }
}

function keptReplyOf({ serialNumber, commandId, at, ...reply }: KeptReplyRow): KeptReply {
  return { serialNumber, commandId, ...replySummaryOf(reply), receivedAt: new Date(at) }
}

function keptLineOf({ serialNumber, at, size, raw }: KeptLineRow): KeptLine {
  return { serialNumber, receivedAt: new Date(at), size, raw: Buffer.from(raw, 'base64') }
}

function columnsOf(
  reply: CommandReply,
  command: IssuedCommand | undefined,
  family: Family | FamilyOfTerminal,
): object {
  const { serialNumber, commandId, returnCode, rows, commandName, content, raw } = reply
  const fields = Object.entries(reply.fields)
  const parts = JSON.stringify([returnCode, rows, commandName, fields, content?.length])
  return {
    serial_number: serialNumber,
    id_key: keyOfText(commandId),
    command_id: commandId,
    pin: personOf(reply),
    return_code: returnCode,
    rows,
    command_name: commandName,
    fields,
    content_length: endsWithContent(reply) ? content?.length : null,
    ...outcomeOf(reply, command, family),
    reply_digest: digestOf(parts, content ?? '', raw),
  }
}

function endsWithContent({ raw, content }: CommandReply): boolean {
  return content !== undefined && raw.subarray(raw.length - content.length).equals(content)
}
