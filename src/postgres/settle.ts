// Stores replies, each in the row of its command: one statement settles all of a body.

import type { IssuedCommand } from '../command.js'
import { keyOf } from '../command.js'
import { replyEventText } from '../events/entry.js'
import { shardOf } from '../events/shard.js'
import { type Family, type FamilyOfTerminal, type Outcome, outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept } from '../reply/storage.js'
import { personOf } from '../upload/person.js'
import { IS_LOGGED, logging } from './event.js'
import { type Database, Json, moment } from './query.js'
import { digestOf, keyOfText } from './text.js'

// Which reply counts is as `replaces` has it. And an older reply never replaces a newer one: a call that was held up and
// answered 503 must not undo what was answered OK since. Rows are locked in the order in which
// commands were issued, as a claim locks them.
const INSERTED = `
  INSERT INTO :schema.commands AS kept (serial_number, id_key, command_id, pin, listed_at, replied_at, return_code, rows,
    command_name, outcome, meaning, fields, raw, content, content_length, reply_digest)
  SELECT serial_number, id_key, command_id, pin, ${moment('$4')}, ${moment('$4')}, return_code, rows, command_name, outcome,
    meaning, fields, raw, content, content_length, reply_digest
  FROM came JOIN unnest($2::bytea[], $3::bytea[]) WITH ORDINALITY AS bytes (raw, content, place) USING (place)
  ORDER BY (SELECT position FROM :schema.commands AS issued
    WHERE issued.serial_number = came.serial_number AND issued.id_key = came.id_key), serial_number, id_key
  ON CONFLICT (serial_number, id_key) DO UPDATE SET replied_at = excluded.replied_at, return_code = excluded.return_code,
    rows = excluded.rows, command_name = excluded.command_name, outcome = excluded.outcome, meaning = excluded.meaning,
    fields = excluded.fields, raw = excluded.raw, content = excluded.content, content_length = excluded.content_length,
    reply_digest = excluded.reply_digest
  WHERE kept.replied_at IS NULL OR (kept.reply_digest <> excluded.reply_digest AND excluded.outcome <> 'pending'
    AND (kept.outcome = 'pending' OR excluded.rows IS NULL AND (kept.rows IS NOT NULL OR kept.replied_at <= excluded.replied_at)))
  RETURNING serial_number, id_key, command_id`

const CAME = `came AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS came (place bigint, serial_number text, id_key text, command_id text, pin text,
      return_code bigint, rows integer, command_name text, outcome text, meaning text, fields jsonb, content_length integer,
      reply_digest text, shard integer, event text)
  )`

const KEEP = `
  WITH ${CAME}, kept AS (${INSERTED})
  SELECT json_build_array(serial_number, command_id)::text AS row FROM kept`

const KEEP_AND_LOG = `
  WITH ${CAME}, kept AS (${INSERTED}), fresh AS (
    SELECT serial_number, shard, place, event FROM kept JOIN came USING (serial_number, id_key)
  ), ${logging('$4')}
  SELECT json_build_array(serial_number, command_id, ${IS_LOGGED})::text AS row FROM kept`

/** Stores replies in order: see `ReplyStorage.onReplies`. */
export function settlingOn<Issued extends IssuedCommand>(
  database: Database,
  family: Family | FamilyOfTerminal,
  hasEvents: boolean,
): (answered: readonly AnsweredCommand<Issued>[]) => Promise<readonly ReplyKept[]> {
  return async (answered: readonly AnsweredCommand<Issued>[]): Promise<readonly ReplyKept[]> => {
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
      const kept = await keep(
        database,
        [...round.values()].map(([, one]) => one),
        family,
        hasEvents,
      )
      for (const [key, [index]] of round) said[index] = kept.has(key) ? 'kept' : 'repeated'
      rest = others
    }
    return said
  }
}

/** Stores at most one reply for each command; returns which were new. */
async function keep(
  database: Database,
  answered: readonly AnsweredCommand[],
  family: Family | FamilyOfTerminal,
  hasEvents: boolean,
): Promise<Set<string>> {
  const repliedAt = new Date()
  const rows = answered.map(({ reply, command }, index) => {
    const outcome = outcomeOf(reply, command, family)
    const own = { place: index + 1, ...columnsOf(reply, outcome) }
    if (!hasEvents) return own
    const event = replyEventText(reply, outcome, repliedAt)
    return { ...own, event, shard: shardOf(reply.serialNumber) }
  })
  const statement = hasEvents ? KEEP_AND_LOG : KEEP
  const kept = await database.rows<[serialNumber: string, commandId: string]>(statement, [
    new Json(rows),
    answered.map(({ reply }) => reply.raw),
    answered.map(({ reply }) => (endsWithContent(reply) ? null : (reply.content ?? null))),
    repliedAt.getTime(),
  ])
  return new Set(kept.map(([serialNumber, commandId]) => keyOf(serialNumber, commandId)))
}

function columnsOf(reply: CommandReply, outcome: Outcome): object {
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
    ...outcome,
    reply_digest: digestOf(parts, content ?? '', raw),
  }
}

function endsWithContent({ raw, content }: CommandReply): boolean {
  return content !== undefined && raw.subarray(raw.length - content.length).equals(content)
}
