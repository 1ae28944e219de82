// What a row of the roster holds. Pure.
import { REMOVED } from './storage.js'

/**
 * The states of a person on a terminal:
 *
 * - `waiting`: something is yet to be sent, or on its way.
 * - `present`: on the terminal, with everything that it takes.
 * - `failed`: something failed; the meaning says what.
 * - `conflict`: the PIN is somebody else's on this terminal. Nothing is sent or deleted.
 * - `foreign`: on the terminal, and not ours.
 * - `unwanted`: ours, no longer wanted, and deletes are only reported, or withheld.
 * - `removing`: being deleted from the terminal.
 * - `removed`: gone from the terminal.
 */
export const PERSON_STATES = [
  'waiting',
  'present',
  'failed',
  'conflict',
  'foreign',
  'unwanted',
  'removing',
  'removed',
] as const

/** The state of a person on a terminal. */
export type PersonState = (typeof PERSON_STATES)[number]

/** Commands that a row names. */
export interface Sending {
  /** Chosen before they are issued; missing once their result is known. */
  ids?: string[]
  /** Whether storage is known to have them. */
  isIssued?: true
}

/** Why something was not done, and when it is tried again. */
export interface Failure {
  /**
   * `stuck` until the terminal changes; `retry` with growing pauses; `user`: the user is missing, and
   * put anew; `cancelled` by a person, until the app announces a change.
   */
  kind: 'stuck' | 'retry' | 'user' | 'cancelled'
  meaning: string
  /** What must change for `stuck`. */
  while?: string
  /** When it is tried again, in ms since 1970. */
  retryAt?: number
}

/** One thing that is sent for a person: `user`, `doors`, or a slot such as `finger 6`. */
export interface Facet extends Sending {
  /** The digest of what was last sent; `''` if it is being deleted. */
  digest: string
  /** Of templates: the digests of their contents. */
  pieces?: string[]
  failure?: Failure
  /** How often it has failed in a row. */
  tries?: number
  /** Whether it is no longer wanted, and stays because deletes are only reported. */
  isUnwanted?: true
}

/** What a terminal last said of a user. */
export interface Held {
  name?: string
  /** A digest of the card. */
  card?: string
  privilege?: string
  /** Whether it may be older than what was sent since. */
  isOld?: true
}

/** A person being deleted from a terminal. */
export interface Removal extends Sending {
  why: 'gone' | 'reused' | 'foreign'
  /** Those of `ids` that must succeed. */
  needed: string[]
  /** The one of `ids` that asks whether the user is still there. */
  query: string
  /** The slots that must be empty. */
  slots: string[]
  failure?: Failure
  tries?: number
  /** Whether all that must succeed did and nothing was shown since: only the proof is missing. */
  isDone?: true
  /** Whether the app said that the PIN is empty. */
  isConfirmed?: true
}

/** The question whether a user is still there. */
export interface Presence extends Sending {
  /** The round of questions that it belongs to; `''` if it is to be asked again. */
  token: string
  /** Whether the terminal has shown the user since. */
  isShown?: true
  /** Whether the terminal knows no such question. */
  isRefused?: true
  /** How often it was left unanswered. */
  tries?: number
  /** When it is asked again, in ms since 1970. */
  retryAt?: number
}

/** What is known of a PIN on a terminal. */
export interface PersonRow {
  /** Whose it is; missing if nobody is known to be there. */
  owner?: 'ours' | 'foreign'
  /** The app's `person`. */
  person?: string
  /** The name as it was last sent. */
  name?: string
  /** The name before that, while the newer one is on its way. */
  oldName?: string
  facets: Record<string, Facet>
  /** Why templates can't come, by slot. */
  unfit?: Record<string, string>
  /** The versions of templates and photo that the slots are of, and the terminal's capabilities. */
  version?: string
  removal?: Removal
  held?: Held
  /** The reading that last showed it. */
  seen?: string
  /** Whether the user was never sent, as far as is known. */
  isFresh?: true
  /** The difference that was corrected. */
  drift?: string
  /** Pieces that were enrolled at the terminal and reported, or made by it from our photo. */
  told?: Record<string, string>
  /** When the last of them came, in ms since 1970. */
  toldAt?: number
  /** An enrollment whose templates didn't come: the question for them. */
  missing?: Sending & { since: number; tries?: number }
  /** A query whether the PIN is free, and why it was not answered. */
  asked?: Sending & { failure?: Failure; tries?: number }
  /** The question whether the user is still there, of a terminal that can't show everybody. */
  presence?: Presence
  /** Whether it was shown to be free. */
  isFree?: true
  /** Whether the terminal didn't show the user when it was asked, to whom nothing was sent since. */
  isGone?: true
  meaning?: string
}

/** Whether a state is that of somebody who is, or may be, on the terminal. */
export function isThere(state: string): boolean {
  return state !== REMOVED && (PERSON_STATES as readonly string[]).includes(state)
}
