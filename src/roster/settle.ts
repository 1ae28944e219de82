// How far the commands of a row are, and when what failed is tried again. Pure.
import type { CommandState } from '../queue/storage.js'
import type { Facet, Failure, PersonRow, Sending } from './row.js'

/** What is known of a command. */
export interface Look {
  state: CommandState
  meaning: string
  returnCode?: number | null
  /** How many rows answered a query; of a count, the number that the terminal sent. */
  rows?: number
  attemptsMade: number
}

/** What settling needs to know. */
export interface Settling {
  now: number
  /** What the terminal is and can do: `stuck` lasts as long as it is the same. */
  capabilities: string
  /** The same, with how often places became free: for failures of capacity. */
  places: string
  /** A command; undefined if storage doesn't have it. */
  look(id: string): Look | undefined
}

/** How far some commands are. */
export type Progress =
  | { is: 'lost' }
  | { is: 'open' }
  | { is: 'unsent' }
  | { is: 'done' }
  | { is: 'failed'; look: Look }

// Codes that change only with the terminal or with what is sent (PUSH manuals, appendix "return
// values").
const STUCK = new Set([-9, -11, -12, -26, -30, -100, -101, -102, -621, -628, -629, -631, -1002])
const STUCK_OF_TERMINAL = new Set([-13, -708, -801, -1004, -1006])
const FULL = new Set([-8, -18, -1001])
const USER_MISSING = new Set([-10, -27])

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** How long to wait after some failures in a row. */
export function pauseAfter(tries: number): number {
  return Math.min(MINUTE * 2 ** Math.min(tries, 20), DAY)
}

/** Whether a command's reply says that its user isn't on the terminal. */
export function isUserMissing({ state, returnCode }: Look): boolean {
  return state === 'failed' && USER_MISSING.has(returnCode ?? 0)
}

/**
 * How far the commands of a group are. `lost`: they were never issued, or closed unsent, so that they
 * are to be issued anew.
 */
export function progressOf(sending: Sending, look: Settling['look']): Progress {
  const { ids = [], isIssued } = sending
  const looks = ids.map(look)
  const known = looks.filter((one) => one !== undefined)
  // A pass that died chose these ids and never issued them. What was issued and is unknown was
  // forgotten after it ended.
  if (known.length < ids.length && !isIssued) return { is: 'lost' }
  if (known.some(({ state }) => state === 'superseded')) return { is: 'lost' }
  const open = known.filter(({ state }) => state === 'waiting' || state === 'sent')
  if (open.length > 0) {
    const isUnsent = open.length === ids.length && open.every((one) => one.attemptsMade === 0)
    return { is: isUnsent ? 'unsent' : 'open' }
  }
  const failed = known.find(({ state }) => state !== 'succeeded')
  return failed === undefined ? { is: 'done' } : { is: 'failed', look: failed }
}

/** Why commands failed, and what must happen before they are tried again. */
export function failureOf(look: Look, tries: number, settling: Settling): Failure {
  const { state, returnCode, meaning } = look
  const code = returnCode ?? 0
  if (state === 'cancelled') return { kind: 'cancelled', meaning: 'cancelled by a person' }
  if (state === 'failed' && FULL.has(code)) {
    return { kind: 'stuck', meaning, while: settling.places }
  }
  if (state === 'failed' && (STUCK.has(code) || STUCK_OF_TERMINAL.has(code))) {
    return { kind: 'stuck', meaning, while: settling.capabilities }
  }
  const retryAt = settling.now + pauseAfter(tries)
  return { kind: isUserMissing(look) ? 'user' : 'retry', meaning, retryAt }
}

/** Whether it is time to try again what failed. */
export function isDueAgain(failure: Failure, settling: Settling, isChanged: boolean): boolean {
  if (isChanged) return true
  switch (failure.kind) {
    case 'stuck':
      return failure.while !== settling.places && failure.while !== settling.capabilities
    case 'cancelled':
      return false
    default:
      return settling.now >= (failure.retryAt ?? 0)
  }
}

/** A facet with how far its commands are; undefined if it was deleted. */
export function settledFacet(facet: Facet, settling: Settling): Facet | undefined {
  if (facet.ids === undefined) return facet
  const { ids: _, isIssued: __, ...rest } = facet
  const progress = progressOf(facet, settling.look)
  const isDeletion = facet.digest === ''
  switch (progress.is) {
    case 'lost':
      if (isDeletion) {
        return {
          digest: '',
          failure: { kind: 'retry', meaning: 'not sent', retryAt: settling.now },
        }
      }
      // The digest of nothing that is ever sent: it is needed anew.
      return { ...rest, digest: LOST }
    case 'done': {
      const { failure: ___, tries: ____, ...done } = rest
      return done.digest === '' ? undefined : done
    }
    case 'failed': {
      if (isDeletion && isUserMissing(progress.look)) return undefined
      const tries = (facet.tries ?? 0) + 1
      return { ...rest, tries, failure: failureOf(progress.look, tries, settling) }
    }
    default:
      // Storage has them: should it forget them, they are not issued anew.
      return { ...facet, isIssued: true }
  }
}

/** The digest of a facet that must be sent again. */
export const LOST = 'lost'

/** The facets of somebody of whom the terminal has nothing: all are sent again but those on their way. */
export function lostFacets(facets: PersonRow['facets']): PersonRow['facets'] {
  const lost = Object.entries(facets).map(([name, facet]) => {
    return [name, facet.ids === undefined ? { ...facet, digest: LOST } : facet] as const
  })
  return Object.fromEntries(lost)
}

/** What the row of somebody says whom the terminal doesn't show. */
export function goneOf(facets: PersonRow['facets']): Pick<PersonRow, 'facets' | 'isGone'> {
  // Who is on his way may have come after the query had gone by.
  const isSent = facets.user?.ids !== undefined
  return { facets: lostFacets(facets), ...(!isSent && { isGone: true }) }
}
