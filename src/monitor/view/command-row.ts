// A command's row in a list.

import { personIn } from '../../queue/person.js'
import { outcomeOfSummary, stateOfSummary } from '../../queue/state.js'
import type { CommandProgress, CommandState, CommandSummary } from '../../queue/storage.js'
import type { Family } from '../../reply/outcome.js'
import { cut } from '../bytes.js'
import { type Phrase, phraseOf } from '../phrase.js'

/** A command in a list. Times are milliseconds. */
export interface CommandRow {
  serialNumber: string
  commandId: string
  /** Missing if a reply came to a command nobody issued. */
  text?: string
  /** What it does, in words; missing for texts that only engineers know. */
  phrase?: Phrase
  /** The PIN of the person whom it is about, and the name. */
  pin?: string
  person?: string
  state: CommandState
  /** The meaning of the reply; missing without one. */
  meaning?: string
  attemptsMade: number
  attempts?: number
  /** Whether it is of the roster, which sends it again itself. */
  isOfRoster?: true
  issuedAt?: number
  sentAt?: number
  replyDueAt?: number
  expiresAt?: number
  cancelledAt?: number
  repliedAt?: number
}

const LONGEST_TEXT = 200

/** Creates the row of a summary, with its state at a moment. */
export function summaryRow(
  summary: CommandSummary,
  now: Date,
  family: Family = 'attendance',
): CommandRow {
  const { serialNumber, commandId, text } = summary
  const outcome = outcomeOfSummary(summary, family)
  return {
    serialNumber,
    commandId,
    ...(text !== undefined && wordsOf(text)),
    state: stateOfSummary(summary, now, family),
    ...(outcome && { meaning: outcome.meaning }),
    ...progressOf(summary),
  }
}

function wordsOf(text: string): Pick<CommandRow, 'text' | 'phrase' | 'pin'> {
  const phrase = phraseOf(text)
  const pin = personIn(text)
  return {
    text: cut(text, LONGEST_TEXT),
    ...(phrase && { phrase }),
    ...(pin !== undefined && { pin }),
  }
}

function progressOf(progress: CommandProgress): ProgressRow {
  const { terms, attemptsMade, issuedAt, sentAt, replyDueAt, repliedAt, cancelled } = progress
  const times = {
    issuedAt,
    sentAt,
    replyDueAt,
    expiresAt: terms?.expiresAt,
    cancelledAt: cancelled?.at,
    repliedAt,
  }
  const known = Object.entries(times).flatMap(([name, at]) => {
    return at === undefined ? [] : [[name, at.getTime()] as const]
  })
  return {
    attemptsMade,
    ...(terms && { attempts: terms.attempts }),
    ...(terms?.fence !== undefined && { isOfRoster: true }),
    ...Object.fromEntries(known),
  }
}

type ProgressRow = Pick<CommandRow, 'attemptsMade' | 'attempts' | 'isOfRoster'> &
  Partial<Record<Times, number>>
type Times = 'issuedAt' | 'sentAt' | 'replyDueAt' | 'expiresAt' | 'cancelledAt' | 'repliedAt'

/** The text that a search among commands looks at. */
export function textOfRow({
  commandId,
  text = '',
  meaning = '',
  serialNumber,
}: CommandRow): string {
  return [commandId, text, meaning, serialNumber].join('\n')
}
