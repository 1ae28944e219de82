// What changes the open commands of a terminal: claims, a new start, and closing. One statement
// each; rows are locked in the order in which they were issued, so that statements that meet don't
// wait for each other in a circle.

import { shardOf } from '../events/shard.js'
import type { Cancellation, Claim, CommandStorage } from '../queue/storage.js'
import { IS_LOGGED, logging } from './event.js'
import { ENDS } from './phase.js'
import { type Database, Json, moment } from './query.js'
import { OPEN_PHASES } from './tables.js'
import { keyOfText } from './text.js'

// Once a row is locked, no other claim can change it, and claims are granted up to the first that
// can't be.
const CLAIM = `
  WITH claims AS (
    SELECT * FROM jsonb_to_recordset($3::jsonb)
      AS claims (place integer, id_key text, attempt integer, sent_at bigint, reply_due_at bigint, open_until bigint)
  ), locked AS (
    SELECT id_key, attempts_made, open_until, phase FROM :schema.commands
    WHERE serial_number = $1 AND id_key = ANY ($2::text[]) ORDER BY position FOR UPDATE
  ), granted AS (
    SELECT claims.*, bool_and(coalesce(attempts_made = attempt - 1 AND phase IN ${OPEN_PHASES}
      AND locked.open_until > ${moment('claims.sent_at')}, false)) OVER (ORDER BY place) AS is_granted
    FROM claims LEFT JOIN locked USING (id_key)
  )
  UPDATE :schema.commands AS kept
  SET attempts_made = attempt, sent_at = ${moment('granted.sent_at')}, reply_due_at = ${moment('granted.reply_due_at')},
    open_until = coalesce(${moment('granted.open_until')}, 'infinity')
  FROM granted
  WHERE kept.serial_number = $1 AND kept.id_key = ANY ($2::text[]) AND kept.id_key = granted.id_key AND is_granted
  RETURNING json_build_array(place, kept.command_id)::text AS row`

// Each of the two kinds is found by an index of its own.
const RELEASE = `
  WITH locked AS (
    SELECT id_key FROM :schema.commands
    WHERE serial_number = $1 AND id_key = ANY (ARRAY(
        SELECT id_key FROM :schema.commands WHERE serial_number = $1 AND phase = 'sent'
        UNION ALL
        SELECT id_key FROM :schema.commands
        WHERE serial_number = $1 AND phase = 'ending' AND ends_at > ${moment('$2')} AND ${ENDS}))
      AND phase IN ('sent', 'ending') AND open_until > ${moment('$2')} AND reply_due_at > ${moment('$2')}
    ORDER BY position FOR UPDATE
  )
  UPDATE :schema.commands SET reply_due_at = ${moment('$2')},
    open_until = CASE WHEN attempts_made >= attempts THEN ${moment('$2')} ELSE open_until END
  WHERE serial_number = $1 AND id_key = ANY (ARRAY(SELECT id_key FROM locked))
  RETURNING 'true' AS row`

// A pending reply doesn't settle a command, so it can still be cancelled.
const CLOSABLE: Readonly<Record<Cancellation['reason'], string>> = {
  cancelled: `(phase IN ${OPEN_PHASES} OR phase IN ('handed', 'pending') AND text IS NOT NULL)`,
  superseded: "phase IN ('waiting', 'expiring')",
  expired: "phase IN ('waiting', 'expiring')",
  unanswered: "phase IN ('sent', 'ending', 'handed') AND attempts_made = $5",
}

const BY_ID = 'id_key = ANY ($2::text[])'
const BY_KEY = `key = $2 AND phase IN ${OPEN_PHASES} AND open_until > ${moment('$3')}
      AND position < (SELECT position FROM :schema.commands WHERE serial_number = $1 AND id_key = $5)`

function cancel(which: string, reason: Cancellation['reason'], shard?: number): string {
  const isLogged = shard !== undefined
  return `
  WITH locked AS (
    SELECT id_key FROM :schema.commands WHERE serial_number = $1 AND ${which} AND ${CLOSABLE[reason]}
    ORDER BY position FOR UPDATE
  ), closed AS (
    UPDATE :schema.commands SET cancelled_at = ${moment('$3')}, cancelled_reason = $4
    WHERE serial_number = $1 AND id_key = ANY (ARRAY(SELECT id_key FROM locked))
    RETURNING serial_number, command_id, position
  ) ${isLogged ? logOf(shard) : ''}
  SELECT to_json(command_id)::text AS row FROM closed ${isLogged ? `WHERE ${IS_LOGGED} > 0` : ''}`
}

function logOf(shard: number): string {
  return `, fresh AS (
    SELECT serial_number, ${shard} AS shard, position AS place,
      json_build_object('t', 'closed', 'at', $3::bigint, 'commandId', command_id, 'reason', $4::text)::text AS event
    FROM closed
  ), ${logging('$3')}`
}

/** Claims, releases and closes commands: see `CommandStorage`. */
export function claimsOn(
  database: Database,
  hasEvents: boolean,
): Pick<Required<CommandStorage>, 'claim' | 'release' | 'cancel'> {
  return {
    async claim(serialNumber, claims) {
      if (claims.length === 0) return []
      const rows = claims.map(claimRow)
      const values = [serialNumber, rows.map(({ id_key }) => id_key), new Json(rows)]
      const granted = await database.rows<[place: number, commandId: string]>(CLAIM, values)
      return granted.sort(([one], [other]) => one - other).map(([, commandId]) => commandId)
    },
    async release(serialNumber, at) {
      await database.rows(RELEASE, [serialNumber, at.getTime()])
    },
    async cancel(serialNumber, which, at, reason) {
      const shard = hasEvents ? shardOf(serialNumber) : undefined
      if ('key' in which) {
        // Whoever closes what is unanswered says how many attempts he saw.
        if (reason === 'unanswered') return []
        const values = [serialNumber, which.key, at.getTime(), reason, keyOfText(which.before)]
        return database.rows<string>(cancel(BY_KEY, reason, shard), values)
      }
      if (which.ids.length === 0) return []
      const values = [serialNumber, which.ids.map(keyOfText), at.getTime(), reason]
      if (reason === 'unanswered') values.push(which.attemptsMade ?? 0)
      return database.rows<string>(cancel(BY_ID, reason, shard), values)
    },
  }
}

function claimRow({ commandId, attempt, sentAt, replyDueAt, openUntil }: Claim, place: number) {
  return {
    place,
    id_key: keyOfText(commandId),
    attempt,
    sent_at: sentAt.getTime(),
    reply_due_at: replyDueAt.getTime(),
    open_until: openUntil?.getTime(),
  }
}
