// What a poll reads: the open commands of a terminal, bounded in rows and in bytes.
import type { OpenBounds, OpenCommand, OpenCommands } from '../queue/storage.js'
import { type TermsRow, termsOf } from './command-row.js'
import { ENDS } from './phase.js'
import { type Database, dateOf, milliseconds, moment } from './query.js'
import { OPEN_PHASES } from './tables.js'

// Commands whose time is over stay in the index of what is open until somebody closes them. This many
// of them may come before those that are asked for.
const SPARE = 16

const NOW = moment('$2')
const COLUMNS = `urgent, command_id, position, text, terms, attempts, attempts_made, sent_at, reply_due_at, open_until`
const IS_ON_TERMINAL = `attempts_made > 0 AND reply_due_at > ${NOW} AND sent_at - ${NOW} <= reply_due_at - sent_at`

// Of either index `$4` rows may be read. Until the bounds are known, a long text is a pointer; it has
// a size only if it can be sent now.
const OPEN = `
  SELECT json_build_object('isUrgent', urgent, 'isOpen', is_open, 'isDue', size IS NOT NULL, 'text',
    CASE WHEN place <= CASE WHEN urgent THEN 1 ELSE $3::integer END AND (urgent OR total <= $5 OR total = size) AND size IS NOT NULL
      THEN text END,
    'commandId', command_id, 'terms', terms, 'attemptsMade', attempts_made, 'sentAt', ${milliseconds('sent_at')},
    'replyDueAt', ${milliseconds('reply_due_at')}, 'openUntil', ${milliseconds('open_until')})::text AS row
  FROM (
    SELECT *, count(*) FILTER (WHERE is_open) OVER in_order AS place, sum(size) OVER in_order AS total
    FROM (
      SELECT *, open_until > ${NOW} AS is_open, CASE WHEN open_until > ${NOW} AND attempts_made < attempts
        AND (${IS_ON_TERMINAL}) IS NOT true THEN octet_length(text) END AS size
      FROM (
        (SELECT ${COLUMNS} FROM :schema.commands
          WHERE serial_number = $1 AND phase IN ('waiting', 'expiring') AND urgent ORDER BY position LIMIT $4)
        UNION ALL
        (SELECT ${COLUMNS} FROM :schema.commands
          WHERE serial_number = $1 AND phase IN ${OPEN_PHASES} AND NOT urgent ORDER BY position LIMIT $4)
      ) AS read
    ) AS measured
    WINDOW in_order AS (PARTITION BY urgent ORDER BY position)
  ) AS counted
  ORDER BY urgent DESC, position`

// Closes what `result` would close too. Rows that are locked are left to whoever locked them.
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
  isUrgent: boolean
  isOpen: boolean
  /** Whether it can be sent now. */
  isDue: boolean
  commandId: string
  /** Null if it isn't due, or if the bounds end before it. */
  text: string | null
  terms: TermsRow
  attemptsMade: number
  sentAt: number | null
  replyDueAt: number | null
  openUntil: number | null
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
    const rows = await database.rows<OpenRow>(OPEN, values)
    const urgent = rows.filter(({ isUrgent }) => isUrgent)
    const others = rows.slice(urgent.length)
    const next = urgent.find(({ isOpen }) => isOpen)
    const { open, more } = bounded(others, limit)
    // What was read may not be all that there is.
    const isCrowded =
      (next === undefined && urgent.length === most) || (!more && others.length === most)
    if (!isCrowded) {
      const records = next === undefined ? open : [next, ...open]
      return { records: records.map((row) => openOf(serialNumber, row)), more }
    }
    // A `now` that is ahead of the clock must not close anything.
    const over = Math.min(now.getTime(), Date.now())
    if (tries === 1) await database.rows(CLOSE, [serialNumber, over])
    most *= 32
  }
}

function bounded(rows: readonly OpenRow[], limit: number): { open: OpenRow[]; more: boolean } {
  const open = rows.filter(({ isOpen }) => isOpen)
  const end = open.findIndex(
    ({ isDue, text }, index) => index === limit || (isDue && text === null),
  )
  return end === -1 ? { open, more: false } : { open: open.slice(0, end), more: true }
}

function openOf(
  serialNumber: string,
  { commandId, text, terms, attemptsMade, ...times }: OpenRow,
): OpenCommand {
  const open: OpenCommand = { serialNumber, commandId, terms: termsOf(terms), attemptsMade }
  if (text !== null) open.text = text
  for (const member of ['sentAt', 'replyDueAt', 'openUntil'] as const) {
    const date = dateOf(times[member])
    if (date !== undefined) open[member] = date
  }
  return open
}
