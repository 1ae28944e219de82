// The state of a command, in words.
import type { Outcome } from '../reply/outcome.js'
import type { CommandState } from './storage.js'

const MEANINGS: Partial<Record<CommandState, string>> = {
  waiting: 'the terminal has not asked for it yet',
  unanswered: 'handed out, but the terminal never replied',
  expired: 'its time was over before the terminal asked for it',
  cancelled: 'cancelled',
  superseded: 'a newer command with the same key took its place',
}
const SENT = 'handed out; the terminal has not replied yet'

/** The meaning of a state, or that of the reply. */
export function meaningOf(state: CommandState, outcome: Outcome | undefined): string {
  return MEANINGS[state] ?? outcome?.meaning ?? SENT
}
