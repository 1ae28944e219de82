// What a decision about a PIN needs, and what it says. Types only.
import type { Capabilities } from '../biometrics/capability.js'
import type { BuiltCommand } from '../commands/built.js'
import type { Family } from '../reply/outcome.js'
import type { Round } from './presence.js'
import type { Held, PersonRow, PersonState } from './row.js'
import type { Settling } from './settle.js'

/** What a decision needs to know of the terminal and of the roster's options. */
export interface Context extends Settling {
  family: Family
  types: Capabilities
  /** Whether this person, or templates of this person, may be deleted. */
  isApplied(pin: string): boolean
  /**
   * `all`: a complete reading has shown everybody on the terminal; `each`: the terminal can only be
   * asked PIN by PIN; undefined: who is there isn't known yet.
   */
  isRead: 'all' | 'each' | undefined
  /** The questions whether people are still there; undefined if none is due. */
  round: Round | undefined
  /** Whether the app announced a change of this PIN, or of the terminal. */
  isChanged(pin: string): boolean
  adopts(pin: string, held: Held): boolean
  owns(pin: string): boolean
  /** Whether this administrator may be deleted or demoted. */
  isReleased(pin: string): boolean
}

/** Commands to issue together, and where the row names them. */
export interface Group {
  /** A facet, or the place of a removal or of a query. */
  at: { facet: string } | { removal: readonly boolean[] } | 'asked' | 'missing' | 'presence'
  commands: readonly BuiltCommand[]
}

/** What to do about a PIN. */
export interface Decision {
  /** The row as it is to be, without the ids of `groups`. */
  content: PersonRow
  state: PersonState
  /** In the order in which they are issued. */
  groups: readonly Group[]
  /** What is to be taken out of the queue if it is unsent. */
  cancel: readonly string[]
  /** Whether templates and photo must be loaded before anything can be decided. */
  needsSlots?: true
  /** Whether it deletes somebody who was not being deleted: only if the guards allow it. */
  isRemoval?: true
  /** Whether it issues a deletion that a pass has decided and not issued. */
  isOldRemoval?: true
  /** What the terminal changed, if that is to be reported. */
  drift?: Held
}
