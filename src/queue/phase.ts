// How far a command is, as a number that a database can index; and what finds a state by it. Pure.
import type { Outcome } from '../reply/outcome.js'
import type { Cancellation, CommandState } from './storage.js'

/** The names of phases. */
export type Phase =
  | Cancellation['reason']
  | Outcome['outcome']
  | `${'waiting' | 'sent'}${'' | 'Until' | 'Lapsed'}`

/**
 * The phases of a command in storage. A pending reply raises a phase to `pending` and changes no
 * higher one, so their order counts: a command that was cancelled stays so.
 */
export const PHASES: Readonly<Record<Phase, number>> = {
  /** Not sent yet, and open forever; or until a moment; or it left the queue since. */
  waiting: 0,
  waitingUntil: 1,
  waitingLapsed: 2,
  /** Handed out, likewise. */
  sent: 3,
  sentUntil: 4,
  sentLapsed: 5,
  pending: 6,
  cancelled: 7,
  superseded: 8,
  expired: 9,
  unanswered: 10,
  succeeded: 11,
  failed: 12,
  unknown: 13,
}

/** Every phase. */
export const ALL_PHASES: readonly number[] = Object.values(PHASES)

/** The phases in which nothing more happens, unless a late reply comes. */
export const CLOSED: readonly number[] = ALL_PHASES.filter((phase) => phase > PHASES.pending)

/** The phases that end by themselves. */
export const ENDING: readonly number[] = [
  ...[PHASES.waitingUntil, PHASES.waitingLapsed],
  ...[PHASES.sentUntil, PHASES.sentLapsed, PHASES.pending],
]

/**
 * What must hold at a moment of a command in some phases: it is `live` until the later of
 * `openUntil` and `replyDueAt` (before it is sent: the earlier of `openUntil` and
 * `expiresAt`), and `over` from then on; it is `kept` if it is on its terminal or is sent
 * again, and `givenUp` if not.
 */
export type Condition = 'live' | 'over' | 'kept' | 'givenUp'

/** A part of the commands in some states: those in these phases for which these conditions hold. */
export interface Part {
  phases: readonly number[]
  conditions: readonly Condition[]
}

/** The parts that together are the commands in these states: `stateOf`, for a database. */
export function partsOf(states: ReadonlySet<CommandState>): Part[] {
  const whole = [...states].flatMap((state) => WHOLE[state])
  const parts: Part[] = []
  const { waitingUntil, waitingLapsed, sent, sentUntil, sentLapsed } = PHASES
  // Of those that have an end, most are over: the live ones are found by the end, the others by
  // their place in the list.
  const waiting = [waitingUntil, waitingLapsed]
  if (states.has('waiting') && states.has('expired')) whole.push(...waiting)
  else if (states.has('waiting')) parts.push({ phases: waiting, conditions: ['live'] })
  else if (states.has('expired')) parts.push({ phases: waiting, conditions: ['over'] })
  const ending = [sentUntil, sentLapsed]
  if (states.has('sent') && states.has('unanswered')) whole.push(sent, ...ending)
  else if (states.has('sent')) {
    parts.push({ phases: [sent], conditions: ['kept'] })
    parts.push({ phases: ending, conditions: ['live', 'kept'] })
  } else if (states.has('unanswered')) {
    parts.push({ phases: [sent, ...ending], conditions: ['givenUp'] })
  }
  return whole.length === 0 ? parts : [{ phases: whole, conditions: [] }, ...parts]
}

const WHOLE: Readonly<Record<CommandState, readonly number[]>> = {
  waiting: [PHASES.waiting],
  sent: [PHASES.pending],
  succeeded: [PHASES.succeeded],
  failed: [PHASES.failed],
  unknown: [PHASES.unknown],
  unanswered: [PHASES.unanswered],
  expired: [PHASES.expired],
  cancelled: [PHASES.cancelled],
  superseded: [PHASES.superseded],
}
