// Stores replies, each in the row of its command: settling is one atomic write.
import type { IssuedCommand } from '../command.js'
import { replyTexts } from '../events/entry.js'
import { nextPlace } from '../place.js'
import { PHASES } from '../queue/phase.js'
import { SUMMARY_BYTES } from '../queue/summary.js'
import {
  type Family,
  type FamilyOfTerminal,
  isPending,
  type Outcome,
  outcomeOf,
} from '../reply/outcome.js'
import { replaces } from '../reply/precedence.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept } from '../reply/storage.js'
import { personOf } from '../upload/person.js'
import { FOREVER, idKey } from './command-row.js'
import { logEvents } from './event.js'
import { replyRowOf } from './reply-row.js'
import { insert, type Row, read, type Steps, type Value, write } from './step.js'
import { ascii, hash, number, serial } from './text.js'

const KEY = ['serial_number', 'id_key']
const MOST_TRIES = 20

/**
 * Stores replies in order: see `ReplyStorage.onReplies`. `isLogged` adds their events.
 *
 * @param repliedAt taken first: a call that is held up later must not win over a newer one
 */
export function* keepReplies<Issued extends IssuedCommand>(
  answered: readonly AnsweredCommand<Issued>[],
  family: Family | FamilyOfTerminal,
  repliedAt: number,
  isLogged: boolean,
): Steps<ReplyKept[]> {
  const kept: ReplyKept[] = []
  const fresh = new Map<string, [CommandReply, Outcome][]>()
  for (const { reply, command } of answered) {
    const outcome = outcomeOf(reply, command, family)
    const isNew = yield* keepReply(reply, replyRowOf(reply, outcome, repliedAt, nextPlace()))
    kept.push(isNew ? 'kept' : 'repeated')
    if (!isNew || !isLogged) continue
    const replies = fresh.get(reply.serialNumber) ?? []
    replies.push([reply, outcome])
    fresh.set(reply.serialNumber, replies)
  }
  // After all rows: who has a place in the log must wait for no row.
  for (const [serialNumber, replies] of fresh) {
    yield* logEvents(serialNumber, repliedAt, replyTexts(replies, new Date(repliedAt)))
  }
  return kept
}

function* keepReply(reply: CommandReply, row: Record<string, Value>): Steps<boolean> {
  const which = [serial(reply.serialNumber), idKey(reply.commandId)]
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if ((yield* settle(reply, row, which, 'replied_at IS NULL')) > 0) return true
    const sql = `SELECT replied_at, return_code, reply_rows, reply_digest, reply_place, command_text
      FROM iclock_commands WHERE serial_number = ? AND id_key = ?`
    const [before] = yield* read(sql, ...which)
    if (before === undefined) {
      const [isNew] = yield* insert('iclock_commands', KEY, [strayOf(reply, row)])
      if (isNew) return true
    } else if (before.replied_at !== null) {
      if (!takesPlaceOf(before, reply, row)) return false
      const place = String(before.reply_place)
      if ((yield* settle(reply, row, which, 'reply_place = ?', place)) > 0) return true
    }
  }
  throw new Error(
    `express-iclock: ${MOST_TRIES} writes in a row met another one to the same row; try again`,
  )
}

function* settle(
  reply: CommandReply,
  row: Record<string, Value>,
  which: readonly Value[],
  where: string,
  ...values: Value[]
): Steps<number> {
  const columns = Object.keys(row).map((name) => `${name} = ?`)
  const phase = phaseOf(row)
  // A command that was cancelled stays so while its reply is pending.
  const raised = `CASE WHEN phase < ${phase} THEN ${phase} ELSE phase END`
  const pin = personOf(reply)
  return yield* write(
    `UPDATE iclock_commands SET ${columns.join(', ')}, phase = ${isPending(reply) ? raised : phase},
       queue_lane = NULL, queue_key = NULL, pin = CASE WHEN command_text IS NULL THEN ? ELSE pin END
     WHERE serial_number = ? AND id_key = ? AND ${where}`,
    ...Object.values(row),
    pin === undefined ? null : ascii(pin),
    ...which,
    ...values,
  )
}

function phaseOf({ reply_outcome }: Record<string, Value>): number {
  return PHASES[reply_outcome as keyof typeof PHASES]
}

/** A row for a reply to a command that nobody issued. */
function strayOf(reply: CommandReply, row: Record<string, Value>): Record<string, Value> {
  const { serialNumber, commandId } = reply
  const [id, pin] = [idKey(commandId), personOf(reply)]
  return {
    serial_number: serial(serialNumber),
    id_key: id,
    long_id: id === ascii(commandId) ? null : ascii(commandId),
    listed_at: row.replied_at ?? 0,
    phase: phaseOf(row),
    attempts_made: 0,
    open_until: FOREVER,
    expires_at: FOREVER,
    live_until: FOREVER,
    pin: pin === undefined ? null : ascii(pin),
    ...row,
  }
}

// A duplicate changes nothing, and neither does an older reply: a call that was held up and
// answered 503 must not undo what was answered OK since.
function takesPlaceOf(before: Row, reply: CommandReply, row: Record<string, Value>): boolean {
  const rows = number(before.reply_rows)
  const kept = { ...reply, returnCode: number(before.return_code) ?? null }
  if (rows === undefined) delete kept.rows
  else kept.rows = rows
  if (before.reply_digest === row.reply_digest || !replaces(reply, kept)) return false
  const isFinal = !isPending(kept) && rows === undefined
  return !isFinal || Number(before.replied_at) <= Number(row.replied_at)
}

/** Stores lines that are not valid replies: see `ReplyStorage.onUnparsed`. */
export function* keepUnparsed(lines: readonly Buffer[], serialNumber: string): Steps<void> {
  const receivedAt = Date.now()
  const rows = lines.map((line) => ({
    serial_number: serial(serialNumber),
    line_key: hash(line),
    received_at: receivedAt,
    size: line.length,
    raw: line.subarray(0, SUMMARY_BYTES),
    raw_tail: line.length > SUMMARY_BYTES ? line.subarray(SUMMARY_BYTES) : null,
  }))
  yield* insert('iclock_unparsed', ['serial_number', 'line_key'], rows)
}
