// A command as a row: its terms, how far it is, and its reply.
import type { IssuedCommand } from '../command.js'
import { personIn } from '../queue/person.js'
import { PHASES } from '../queue/phase.js'
import type {
  CommandProgress,
  CommandRecord,
  CommandSummary,
  DeliveryTerms,
  OwnMembers,
  QueuedCommand,
} from '../queue/storage.js'
import { cut, membersOf } from '../queue/summary.js'
import { keptReplyOf, replyOf } from './reply-row.js'
import type { Row, Value } from './step.js'
import { ascii, key, moment, number, pack, serial, unascii, unpack } from './text.js'

/** Represents "forever": a moment that every column holds and every index orders. */
export const FOREVER: number = Date.UTC(9999, 11, 31)

/** Where an urgent command waits, where others do, and where an urgent one is after it was sent. */
export const LANES = { urgent: 0, ordinary: 1, urgentSent: 2 } as const

/** What is read to list a command. */
export const SUMMARY: string =
  'position, serial_number, id_key, long_id, listed_at, command_text, members, terms, attempts_made, sent_at, reply_due_at, ' +
  'open_until, cancelled_at, cancelled_reason, replied_at, reply_outcome, reply_meaning, return_code, reply_rows, command_name'

/** What is read of a whole command, but for the end of its text. */
export const RECORD: string = `${SUMMARY}, text_bytes, content_length, reply_fields, reply_raw, reply_content`

/** A command to store; without terms it is one that the app sends itself. */
export type GivenCommand<Issued extends IssuedCommand> = Omit<QueuedCommand<Issued>, 'terms'> &
  Partial<Pick<QueuedCommand<Issued>, 'terms'>>

/** The column by which an id is found. */
export function idKey(commandId: string): string {
  return key(commandId, 44)
}

/** A command that was just issued. */
export function rowOf<Issued extends IssuedCommand>(
  { command, terms, issuedAt, openUntil }: GivenCommand<Issued>,
  position: number | undefined,
): Record<string, Value> {
  const { serialNumber, commandId, text } = command
  const pin = personIn(text)
  const [opens, expires] = [openUntil?.getTime() ?? FOREVER, terms?.expiresAt?.getTime() ?? FOREVER]
  const ends = Math.min(opens, expires)
  const waiting = ends < FOREVER ? PHASES.waitingUntil : PHASES.waiting
  return {
    serial_number: serial(serialNumber),
    id_key: idKey(commandId),
    listed_at: issuedAt.getTime(),
    phase: terms === undefined ? PHASES.sent : waiting,
    queue_lane: terms === undefined ? null : terms.urgent ? LANES.urgent : LANES.ordinary,
    queue_position: position ?? null,
    queue_key: keyOfIntent(terms?.key),
    attempts_made: terms === undefined ? 1 : 0,
    attempts_left: terms?.attempts ?? null,
    open_until: opens,
    expires_at: expires,
    live_until: ends,
    sent_at: terms === undefined ? issuedAt.getTime() : null,
    pin: pin === undefined ? null : ascii(pin),
    command_key: keyOfIntent(terms?.key),
    terms: terms === undefined ? null : pack(terms),
    text_bytes: Buffer.byteLength(text),
    command_text: ascii(cut(text)),
    members: pack(membersOf(command)),
  }
}

/** The column of a key of terms. */
export function keyOfIntent(intent: string | undefined): string | null {
  return intent === undefined ? null : key(intent, 1200)
}

/** Who and which, of a row. */
export function identityOf({ serial_number, id_key, long_id }: Row): {
  serialNumber: string
  commandId: string
} {
  const commandId = unascii(String(long_id ?? id_key))
  return { serialNumber: unascii(String(serial_number)), commandId }
}

/** How a command wants to be delivered; undefined if the app sends it itself. */
export function termsOf({ terms }: Row): DeliveryTerms | undefined {
  const known = unpack(terms) as (DeliveryTerms & { expiresAt?: string }) | undefined
  if (known?.expiresAt === undefined) return known
  return { ...known, expiresAt: new Date(known.expiresAt) }
}

/** The record of a row and the end of its text. */
export function recordOf<Issued extends IssuedCommand>(
  row: Row,
  tail: string,
): CommandRecord<Issued> {
  const { serialNumber, commandId } = identityOf(row)
  const command =
    row.command_text === null
      ? undefined
      : ({
          ...(unpack(row.members) as object),
          ...{ serialNumber, commandId, text: unascii(String(row.command_text)) + tail },
        } as Issued)
  return {
    ...(command !== undefined && { command }),
    ...progressOf(row),
    ...(row.replied_at !== null && { reply: replyOf(row, serialNumber, commandId) }),
  }
}

/** The summary of a row. */
export function summaryOf<Issued extends IssuedCommand>(row: Row): CommandSummary<Issued> {
  return {
    ...identityOf(row),
    ...progressOf(row),
    ...(row.command_text !== null && {
      text: unascii(String(row.command_text)),
      members: unpack(row.members) as OwnMembers<Issued>,
    }),
    ...(row.replied_at !== null && { reply: keptReplyOf(row) }),
  }
}

function progressOf(row: Row): CommandProgress {
  const terms = termsOf(row)
  const openUntil = number(row.open_until) ?? FOREVER
  const progress: CommandProgress = {
    ...(terms !== undefined && { terms }),
    attemptsMade: number(row.attempts_made) ?? 0,
  }
  const moments = {
    issuedAt: row.command_text === null ? undefined : moment(row.listed_at),
    sentAt: moment(row.sent_at),
    replyDueAt: moment(row.reply_due_at),
    openUntil: openUntil < FOREVER ? new Date(openUntil) : undefined,
    repliedAt: moment(row.replied_at),
  }
  for (const [name, at] of Object.entries(moments)) {
    if (at !== undefined) Object.assign(progress, { [name]: at })
  }
  const at = moment(row.cancelled_at)
  const reason = row.cancelled_reason as NonNullable<CommandProgress['cancelled']>['reason']
  if (at !== undefined) progress.cancelled = { at, reason }
  return progress
}
