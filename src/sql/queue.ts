// Handing commands out: the open ones, claims, and what closes them.

import { closingTexts } from '../events/entry.js'
import { PHASES } from '../queue/phase.js'
import { isOnTerminal } from '../queue/state.js'
import type {
  Cancellation,
  Claim,
  Closing,
  OpenBounds,
  OpenCommand,
  OpenCommands,
} from '../queue/storage.js'
import { FOREVER, identityOf, idKey, keyOfIntent, LANES, termsOf } from './command-row.js'
import { logEvents } from './event.js'
import { tailOf } from './issue.js'
import { newMark } from './mark.js'
import { marks, type Row, read, type Steps, type Value, write } from './step.js'
import { moment, number, serial, unascii } from './text.js'

const OPEN = `position, serial_number, id_key, long_id, command_text, text_bytes, terms, queue_lane, queue_position,
  attempts_made, attempts_left, sent_at, reply_due_at, open_until`

const lane = (name: keyof typeof LANES) => `
  SELECT * FROM (
    SELECT ${OPEN} FROM iclock_commands WHERE serial_number = ? AND queue_lane = ${LANES[name]} AND open_until > ?
    ORDER BY queue_position LIMIT ?
  ) AS ${name}`

const FIND_OPEN = `${lane('urgent')} UNION ALL ${lane('ordinary')} ORDER BY queue_lane, queue_position`

/** The open commands of a terminal: see `CommandStorage.openCommands`. */
export function* openCommands(
  serialNumber: string,
  now: Date,
  { limit, maxBytes }: OpenBounds,
): Steps<OpenCommands> {
  const [own, at] = [serial(serialNumber), now.getTime()]
  const found = yield* read(FIND_OPEN, own, at, 1, own, at, limit + 1)
  const records: OpenCommand[] = []
  let [bytes, texts, ordinary] = [0, 0, 0]
  for (const row of found) {
    const record = openCommandOf(row)
    const isUrgent = number(row.queue_lane) === LANES.urgent
    if (!isUrgent && ordinary++ === limit) return { records, more: true }
    if ((number(row.attempts_left) ?? 0) > 0 && !isOnTerminal(record, now)) {
      const size = number(row.text_bytes) ?? 0
      if (!isUrgent && texts > 0 && bytes + size > maxBytes) return { records, more: true }
      if (!isUrgent) {
        bytes += size
        texts++
      }
      record.text = yield* textOf(row)
    }
    records.push(record)
  }
  return { records, more: false }
}

function* textOf(row: Row): Steps<string> {
  const head = unascii(String(row.command_text))
  const isWhole = Buffer.byteLength(head) === number(row.text_bytes)
  return isWhole ? head : head + (yield* tailOf(number(row.position) ?? 0))
}

function openCommandOf(row: Row): OpenCommand {
  const terms = termsOf(row)
  if (terms === undefined) throw new TypeError('express-iclock: a queued command has no terms')
  const openUntil = number(row.open_until) ?? FOREVER
  const [sentAt, replyDueAt] = [moment(row.sent_at), moment(row.reply_due_at)]
  return {
    ...identityOf(row),
    terms,
    attemptsMade: number(row.attempts_made) ?? 0,
    ...(sentAt !== undefined && { sentAt }),
    ...(replyDueAt !== undefined && { replyDueAt }),
    ...(openUntil < FOREVER && { openUntil: new Date(openUntil) }),
  }
}

const CLAIM = `
  UPDATE iclock_commands SET attempts_made = ?, attempts_left = attempts_left - 1, sent_at = ?, reply_due_at = ?,
    waits_from = ?, open_until = ?, live_until = ?, phase = ?,
    queue_lane = CASE WHEN queue_lane = ${LANES.urgent} THEN ${LANES.urgentSent} ELSE queue_lane END
  WHERE serial_number = ? AND id_key = ? AND attempts_made = ? AND queue_lane IS NOT NULL AND open_until > ?`

/** Grants attempts in order, up to the first that can't be granted: see `CommandStorage.claim`. */
export function* claim(serialNumber: string, claims: readonly Claim[]): Steps<string[]> {
  const granted: string[] = []
  for (const { commandId, attempt, sentAt, replyDueAt, openUntil } of claims) {
    const [sent, due, until] = [
      sentAt.getTime(),
      replyDueAt.getTime(),
      openUntil?.getTime() ?? FOREVER,
    ]
    const phase = until < FOREVER ? PHASES.sentUntil : PHASES.sent
    // See `isOnTerminal` for the moment from which it waits.
    const progress = [attempt, sent, due, 2 * sent - due, until, Math.max(until, due), phase]
    const which = [serial(serialNumber), idKey(commandId), attempt - 1, sent]
    if ((yield* write(CLAIM, ...progress, ...which)) === 0) break
    granted.push(commandId)
  }
  return granted
}

/** Makes due what a terminal that starts anew has lost: see `CommandStorage.release`. */
export function* release(serialNumber: string, at: Date): Steps<void> {
  const [own, now] = [serial(serialNumber), at.getTime()]
  const waits = 'serial_number = ? AND queue_lane IN (0, 1, 2) AND attempts_made > 0'
  yield* write(
    `UPDATE iclock_commands SET reply_due_at = CASE WHEN reply_due_at > ? THEN ? ELSE reply_due_at END,
       open_until = ?, live_until = ?
     WHERE ${waits} AND attempts_left <= 0 AND open_until > ?`,
    ...[now, now, now, now, own, now],
  )
  yield* write(
    `UPDATE iclock_commands SET reply_due_at = ?
     WHERE ${waits} AND attempts_left > 0 AND open_until > ? AND reply_due_at > ?`,
    ...[now, own, now, now],
  )
}

const RULES: Readonly<Record<Cancellation['reason'], string>> = {
  // A pending reply doesn't settle a command, so it can still be cancelled.
  cancelled: "(reply_outcome IS NULL OR reply_outcome = 'pending')",
  superseded: 'replied_at IS NULL AND attempts_made = 0',
  expired: 'replied_at IS NULL AND attempts_made = 0',
  unanswered: 'replied_at IS NULL AND attempts_made = ?',
}

const POSITION = `
  SELECT queue_position AS place FROM iclock_commands WHERE serial_number = ? AND id_key = ?`

/** Closes commands: see `CommandStorage.cancel`. `isLogged` adds their events. */
export function* cancel(
  serialNumber: string,
  which: Closing,
  at: Date,
  reason: Cancellation['reason'],
  isLogged: boolean,
): Steps<string[]> {
  const own = serial(serialNumber)
  let chosen: readonly [sql: string, ...values: Value[]]
  if ('key' in which) {
    const [before] = yield* read(POSITION, own, idKey(which.before))
    const place = number(before?.place)
    if (place === undefined) return []
    const intent = keyOfIntent(which.key)
    const sql = 'queue_key = ? AND queue_position < ? AND open_until > ?'
    chosen = [sql, intent, place, at.getTime()]
  } else {
    if (which.ids.length === 0) return []
    const sql = `id_key IN (${marks(which.ids.length)}) AND command_text IS NOT NULL`
    chosen = [sql, ...which.ids.map(idKey)]
  }
  const attempts = reason === 'unanswered' && 'ids' in which ? [which.attemptsMade ?? 0] : []
  // By this mark the index of the key finds what this call closed.
  const mark = newMark()
  const [sql, ...values] = chosen
  const closed = yield* write(
    `UPDATE iclock_commands SET cancelled_at = ?, cancelled_reason = ?, phase = ?, queue_lane = NULL, queue_key = ?
     WHERE serial_number = ? AND ${sql} AND cancelled_at IS NULL AND ${RULES[reason]}`,
    ...[at.getTime(), reason, PHASES[reason], mark, own],
    ...values,
    ...attempts,
  )
  if (closed === 0) return []
  const found = yield* read(
    'SELECT serial_number, id_key, long_id FROM iclock_commands WHERE serial_number = ? AND queue_key = ?',
    ...[own, mark],
  )
  const ids = found.map((row) => identityOf(row).commandId)
  if (isLogged) {
    yield* logEvents(serialNumber, at.getTime(), closingTexts(ids, at, reason))
  }
  return ids
}
