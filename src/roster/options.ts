// What an app passes to roster(), and what it gets. Types only.
import type { Capabilities } from '../biometrics/capability.js'
import type { Privilege } from '../commands/privilege.js'
import type { ByTerminal } from '../endpoint/by-terminal.js'
import type { HookOptions } from '../endpoint/hook.js'
import type { Page } from '../page.js'
import type { CommandIdStyle } from '../queue/issuer.js'
import type { CommandStorage } from '../queue/storage.js'
import type { ReplyStorage } from '../reply/storage.js'
import type { TerminalStorage } from '../terminal/storage.js'
import type { UploadStorage } from '../upload/storage.js'
import type { UploadRecord } from '../upload/upload.js'
import type { RosterPerson } from './person.js'
import type { PersonState } from './row.js'
import type { RosterFilter, RosterStorage } from './storage.js'

/** The storage that the roster needs. */
export type RosterAdapter = ReplyStorage &
  CommandStorage &
  UploadStorage &
  TerminalStorage &
  RosterStorage

/** A user as a terminal shows it. */
export interface ShownUser {
  serialNumber: string
  pin: string
  /** The name as it came; the terminal may have cut it. */
  name?: string
  privilege?: Privilege
}

/** New templates, or a photo, that were enrolled at a terminal. */
export interface RosterEnrollment {
  serialNumber: string
  pin: string
  /** Those of the upload that are new; keep them, and yield them as `templates`. */
  records: readonly UploadRecord[]
  /** The same whenever the same enrollment is reported again. */
  key: string
  /** What this terminal can do: keep it beside the records, and yield it as `source`. */
  source: Capabilities
}

/** The options of `roster`. What describes a terminal may be a function of its serial number. */
export interface RosterOptions<Adapter extends RosterAdapter = RosterAdapter> extends HookOptions {
  /** The storage of the router. */
  adapter: Adapter
  /**
   * Who belongs on a terminal, asked anew at each pass: each PIN once. If it throws, nothing is
   * done; if it yields nobody where there were people, nobody is deleted.
   */
  desired(serialNumber: string): AsyncIterable<RosterPerson> | Iterable<RosterPerson>
  /**
   * Called with what was enrolled at a terminal, before the terminal gets its `OK`. At
   * least once: it is called again if it fails, with the same `key`. What the roster sent itself
   * isn't reported.
   */
  onEnrollment?(enrollment: RosterEnrollment): unknown
  /** Called when a user was changed at a terminal; the roster corrects the same change once. */
  onDrift?(user: ShownUser): unknown
  /**
   * `'report'`, the default, deletes nobody; `'apply'` deletes those who were put there by the roster
   * and no longer belong there.
   */
  deletes?: 'report' | 'apply'
  /**
   * How many people of one terminal may be deleted within 24 hours: by default a tenth of those the
   * roster has put there, or 5 if that is more, but never more than half of the terminal's people.
   */
  maxDeletes?: number
  /** The same for all terminals together: by default a tenth, or 5 if that is more. */
  maxFleetDeletes?: number
  /**
   * Whether a PIN that the roster didn't put there is its own all the same, so that it is deleted if
   * it isn't desired; by default none is.
   */
  owns?(serialNumber: string, pin: string): boolean
  /**
   * Whether a user who is on the terminal under a desired PIN is that person; by default if the names
   * agree.
   */
  adopt?(user: ShownUser, pin: string): boolean
  /** The PINs of administrators (`Pri=14`) who may be deleted. */
  admins?: readonly string[]
  /** How often a terminal is asked who is on it without a reason, in ms: 7 days by default. */
  readEvery?: number
  /** How often each terminal has a pass, in ms: 10 minutes by default. */
  every?: number
  /** As for `commandQueue`. */
  encoding?: ByTerminal<string | undefined>
  /** As for `commandQueue`. */
  commandIds?: ByTerminal<CommandIdStyle | undefined>
}

/** Why something is, or isn't, done about a PIN. */
export interface RosterEntry {
  pin: string
  /** The name that was last sent, or that the terminal shows. */
  name?: string
  /** Who should have the PIN, if it is somebody else's on this terminal: then `name` is theirs. */
  wanted?: string
  reason: string
}

/** What a pass did about a terminal, or, of a dry run, what it would do. */
export interface Reconciliation {
  serialNumber: string
  /** For whom something is sent. */
  put: RosterEntry[]
  /** Who is deleted. */
  remove: RosterEntry[]
  /** For whom something is on its way. */
  waiting: RosterEntry[]
  /** What failed, and PINs that are somebody else's (`conflict`). */
  failed: RosterEntry[]
  /** Who is on the terminal and isn't ours. */
  foreign: RosterEntry[]
  /** Who isn't deleted, and why. */
  skipped: RosterEntry[]
  /** How many others there are: in step. */
  present: number
  /** What stands in the way of the whole terminal. */
  notice?: string
}

/** How to run one pass. */
export interface ReconcileOptions {
  /** Issues and writes nothing, and reports what `deletes: 'apply'` would do. */
  dryRun?: boolean
  /** Asks the terminal who is on it, whatever is known. */
  read?: boolean
  /**
   * Who may be deleted by this pass, whatever the option of `roster` says: those of these PINs who
   * don't belong on the terminal.
   */
  deletes?: readonly string[]
  /** As the option of `roster`, for this pass. */
  maxDeletes?: number
  /** As the option of `roster`, for this pass. */
  maxFleetDeletes?: number
}

/** A person on a terminal, for people to see. */
export interface RosterStatus {
  serialNumber: string
  pin: string
  /** The name that was last sent, or that the terminal shows. */
  name?: string
  state: PersonState
  /** The state in words. */
  meaning: string
  /** When the state began. */
  since: Date
  /** The app's `person`. */
  person?: string
  /** `user`, `doors` and each slot such as `finger 6`: what is known of it, in words. */
  facets: Record<string, string>
}

/** Which rows to show. */
export interface StatusFilter extends Omit<RosterFilter, 'state'> {
  state?: PersonState | readonly PersonState[]
}

/** Where everybody stands. */
export interface RosterCounts extends Record<PersonState, number> {
  /** How many people belong, or did belong, on the terminals: those in step, on their way or failed. */
  wanted: number
}

/** Keeps people on terminals in step with what the app wants. */
export interface Roster<Adapter extends RosterAdapter = RosterAdapter> {
  /** The adapter to give to the router: through it the roster sees what terminals upload. */
  adapter: Adapter
  /**
   * Runs one pass for a terminal. Any process may, at any time.
   *
   * @throws IclockError `DELETES_EXCEEDED` if more people would be deleted than may be; nobody is
   *   then, and everything else is done. What `desired` throws
   */
  reconcile(serialNumber: string, options?: ReconcileOptions): Promise<Reconciliation>
  /** A page of people on terminals, in the order of terminals and PINs. */
  status(filter?: StatusFilter): Promise<Page<RosterStatus>>
  /** How many people are in each state, on one terminal or on all. */
  count(serialNumber?: string): Promise<RosterCounts>
  /**
   * Says that something changed: passes for this terminal, or for all terminals that know this PIN,
   * run soon. What failed is tried again.
   */
  changed(what: { serialNumber: string } | { pin: string }): Promise<void>
  /**
   * Says that a PIN is free on a terminal that can't show it: whoever is to have it is put there with
   * the next pass. Look at the terminal first: somebody who is there would be mixed up with him.
   */
  confirmFree(serialNumber: string, pin: string): Promise<void>
  /** Runs passes until the signal: at changes, at handshakes, at counts that fell, by the clock. */
  start(options?: { signal?: AbortSignal }): void
}
