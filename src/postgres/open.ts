// What a poll reads: the open commands of a terminal, bounded in rows and in bytes.
import type { OpenBounds, OpenCommand, OpenCommands } from '../queue/storage.js'
import { type TermsRow, termsOf } from './command-row.js'
import { ENDS } from './phase.js'
import { type Database, dateOf, milliseconds, moment } from './query.js'
import { OPEN_PHASES } from './tables.js'

// Commands whose time is over stay in the index of what is open until somebody closes them. So many
// of them may stand before those that are asked for.
const SPARE = 16

const COLUMNS = `serial_number, command_id, position, text, terms, attempts, attempts_made, sent_at, reply_due_at, open_until`

// A text is looked at only in the last step: before it, a long one is a pointer. `$4` are the rows
// that may be read of either index, `$5` the bytes.
const OPEN = `
  WITH urgent AS (
    SELECT ${COLUMNS} FROM :schema.commands
    WHERE serial_number = $1 AND phase IN ('waiting', 'expiring') AND urgent ORDER BY position LIMIT $4
  ), others AS (
    SELECT ${COLUMNS} FROM :schema.commands
    WHERE serial_number = $1 AND phase IN ${OPEN_PHASES} AND NOT urgent ORDER BY position LIMIT $4
  ), counted AS (
    SELECT *, CASE WHEN is_due THEN octet_length(text) ELSE 0 END AS size, row_number() OVER (ORDER BY position) AS place
    FROM (SELECT *, attempts_made < attempts AND NOT coalesce(attempts_made > 0 AND reply_due_at > ${moment('$2')}
      AND sent_at - ${moment('$2')} <= reply_due_at - sent_at, false) AS is_due FROM others) AS judged
    WHERE open_until > ${moment('$2')}
  ), summed AS (
    SELECT *, sum(size) OVER (ORDER BY position) AS total FROM counted
  ), cut AS (
    SELECT *, place > $3 OR bool_or(size > 0 AND total > $5 AND total > size) OVER (ORDER BY position) AS is_over FROM summed
  ), first AS (
    SELECT * FROM urgent WHERE open_until > ${moment('$2')} ORDER BY position LIMIT 1
  ), chosen AS (
    SELECT 0 AS place, command_id, text, terms, attempts_made, sent_at, reply_due_at, open_until FROM first
    UNION ALL
    SELECT place, command_id, CASE WHEN is_due THEN text END, terms, attempts_made, sent_at, reply_due_at, open_until
    FROM cut WHERE NOT is_over
  )
  SELECT json_build_object('more', EXISTS (SELECT FROM cut WHERE is_over),
    'isCrowded', (SELECT count(*) FROM urgent) = $4 AND NOT EXISTS (SELECT FROM first)
      OR (SELECT count(*) FROM others) = $4 AND NOT EXISTS (SELECT FROM cut WHERE is_over),
    'records', (SELECT coalesce(json_agg(json_build_object('commandId', command_id, 'text', text, 'terms', terms,
      'attemptsMade', attempts_made, 'sentAt', ${milliseconds('sent_at')}, 'replyDueAt', ${milliseconds('reply_due_at')},
      'openUntil', ${milliseconds('open_until')}) ORDER BY place), '[]') FROM chosen))::text AS row`

// Closes what `result` would close too. Rows that somebody holds are left to him.
const CLOSE = `
  WITH over AS (
    SELECT id_key FROM :schema.commands
    WHERE serial_number = $1 AND phase IN ('expiring', 'ending') AND ends_at <= ${moment('$2')} AND ${ENDS}
      AND open_until <= ${moment('$2')}
    LIMIT 1000 FOR UPDATE SKIP LOCKED
  )
  UPDATE :schema.commands SET cancelled_at = open_until,
    cancelled_reason = CASE WHEN attempts_made = 0 THEN 'expired' ELSE 'unanswered' END
  WHERE serial_number = $1 AND id_key = ANY (ARRAY(SELECT id_key FROM over))
  RETURNING 'true' AS row`

interface OpenRow {
  more: boolean
  isCrowded: boolean
  records: {
    commandId: string
    text: string | null
    terms: TermsRow
    attemptsMade: number
    sentAt: number | null
    replyDueAt: number | null
    openUntil: number | null
  }[]
}

/** The open commands of a terminal: see `CommandStorage`. */
export async function openCommandsOn(
  database: Database,
  serialNumber: string,
  now: Date,
  { limit, maxBytes }: OpenBounds,
): Promise<OpenCommands> {
  let most = limit + 1 + SPARE
  for (let tries = 1; ; tries++) {
    const values = [serialNumber, now.getTime(), limit, most, maxBytes]
    const [row] = await database.rows<OpenRow>(OPEN, values)
    const { records, more, isCrowded } = row as OpenRow
    if (!isCrowded) {
      return { records: records.map((record) => openOf(serialNumber, record)), more }
    }
    // A `now` that is ahead of the clock must not close anything.
    const over = Math.min(now.getTime(), Date.now())
    if (tries === 1) await database.rows(CLOSE, [serialNumber, over])
    most *= 32
  }
}

function openOf(
  serialNumber: string,
  { commandId, text, terms, attemptsMade, ...times }: OpenRow['records'][number],
): OpenCommand {
  const open: OpenCommand = { serialNumber, commandId, terms: termsOf(terms), attemptsMade }
  if (text !== null) open.text = text
  for (const member of ['sentAt', 'replyDueAt', 'openUntil'] as const) {
    const date = dateOf(times[member])
    if (date !== undefined) open[member] = date
  }
  return open
}
