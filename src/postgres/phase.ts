// Which rows are in a state at a moment: the phases of the table, and for those that the clock ends,
// which side of the moment they are on.
import type { CommandState } from '../queue/storage.js'

/** A part of the rows in a state. */
export interface Part {
  phase: string
  /** What the clock decides: still so (`live`), or over. Missing if nothing. */
  side?: 'live' | 'over'
  /** Further SQL conditions, in which `:now` is the moment. */
  where?: string
}

// A clock that was ahead when the last attempt was made holds nobody up: see `stateOf`.
const AHEAD = 'attempts_made >= attempts AND sent_at - :now > reply_due_at - sent_at'

/** The SQL condition of the indexes by the end of rows. */
export const ENDS = "ends_at < 'infinity'"

/** The parts that the rows in each state are made of. */
export const PARTS: Readonly<Record<CommandState, readonly Part[]>> = {
  waiting: [{ phase: 'waiting' }, { phase: 'expiring', side: 'live' }],
  sent: [
    ...[{ phase: 'sent' }, { phase: 'handed' }, { phase: 'pending' }],
    { phase: 'ending', side: 'live', where: `(${AHEAD}) IS NOT true` },
  ],
  succeeded: [{ phase: 'succeeded' }],
  failed: [{ phase: 'failed' }],
  unknown: [{ phase: 'unknown' }],
  unanswered: [
    ...closed('unanswered'),
    { phase: 'ending', side: 'over' },
    { phase: 'ending', where: `sent_at > :now AND ends_at > :now AND ${AHEAD}` },
  ],
  expired: [...closed('expired'), { phase: 'expiring', side: 'over' }],
  cancelled: closed('cancelled'),
  superseded: closed('superseded'),
}

// A pending reply may come after it was closed.
function closed(reason: string): Part[] {
  return [{ phase: reason }, { phase: 'withdrawn', where: `cancelled_reason = '${reason}'` }]
}

/** The parts of several states, without those that make up a whole phase together. */
export function partsOfAll(states: readonly CommandState[]): readonly Part[] {
  const wanted = new Set(states)
  const parts = [...wanted].flatMap((state) => PARTS[state])
  const isWhole = (phase: string) => {
    return Object.entries(PARTS).every(([state, of]) => {
      return wanted.has(state as CommandState) || of.every((part) => part.phase !== phase)
    })
  }
  const whole = [...new Set(parts.map(({ phase }) => phase))].filter(isWhole)
  const rest = parts.filter(({ phase }) => !whole.includes(phase))
  return [...whole.map((phase) => ({ phase })), ...rest]
}

/**
 * The SQL condition of a part.
 *
 * @param now the moment, in SQL
 * @param endsAt SQL for the end of a row: an expression keeps an index on it out of use
 */
export function conditionOf({ phase, side, where }: Part, now: string, endsAt = 'ends_at'): string {
  const clock = side && `${endsAt} ${side === 'live' ? '>' : '<='} ${now} AND ${ENDS}`
  const conditions = [`phase = '${phase}'`, clock, where?.replaceAll(':now', now)]
  return conditions.filter((condition) => condition !== undefined).join(' AND ')
}
