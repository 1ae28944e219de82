// A command's row in a list.
import { stateOf } from '../../queue/state.js'
import type { CommandRecord, CommandState } from '../../queue/storage.js'
import { type Family, outcomeOf } from '../../reply/outcome.js'
import { cut } from '../bytes.js'

/** A command in a list. Times are milliseconds. */
export interface CommandRow {
  serialNumber: string
  commandId: string
  /** Missing if a reply came to a command nobody issued. */
  text?: string
  state: CommandState
  /** The meaning of the reply; missing without one. */
  meaning?: string
  attemptsMade: number
  attempts?: number
  issuedAt?: number
  sentAt?: number
  replyDueAt?: number
  expiresAt?: number
  cancelledAt?: number
  repliedAt?: number
}

const LONGEST_IN_LIST = 300

/** Creates the row of a record, with its state at a moment. */
export function commandRow(
  record: CommandRecord,
  now: Date,
  family: Family = 'attendance',
  longest: number = LONGEST_IN_LIST,
): CommandRow {
  const { command, reply, terms, attemptsMade } = record
  const times = {
    issuedAt: record.issuedAt,
    sentAt: record.sentAt,
    replyDueAt: record.replyDueAt,
    expiresAt: terms?.expiresAt,
    cancelledAt: record.cancelled?.at,
    repliedAt: record.repliedAt,
  }
  const known = Object.entries(times).flatMap(([name, at]) => {
    return at === undefined ? [] : [[name, at.getTime()] as const]
  })
  return {
    serialNumber: command?.serialNumber ?? reply?.serialNumber ?? '',
    commandId: command?.commandId ?? reply?.commandId ?? '',
    ...(command && { text: cut(command.text, longest) }),
    state: stateOf(record, now, family),
    ...(reply && { meaning: outcomeOf(reply, command, family).meaning }),
    attemptsMade,
    ...(terms && { attempts: terms.attempts }),
    ...Object.fromEntries(known),
  }
}

/** The text that a search among commands looks at. */
export function textOfRow({
  commandId,
  text = '',
  meaning = '',
  serialNumber,
}: CommandRow): string {
  return [commandId, text, meaning, serialNumber].join('\n')
}
