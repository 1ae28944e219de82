// Public API of './roster' (re-exports only): who belongs on which terminal.
export type {
  ReconcileOptions,
  Reconciliation,
  Roster,
  RosterAdapter,
  RosterCounts,
  RosterEnrollment,
  RosterEntry,
  RosterOptions,
  RosterStatus,
  ShownUser,
  StatusFilter,
} from './roster/options.js'
export type { Loaded, RosterPerson } from './roster/person.js'
export { roster } from './roster/roster.js'
export type { PersonState } from './roster/row.js'
export {
  checkRosterCount,
  checkRosterFilter,
  LONGEST_CONTENT,
  MOST_COMMANDS,
  REMOVED,
  REMOVED_KEPT,
  type RosterCountFilter,
  type RosterFilter,
  type RosterRow,
  type RosterStorage,
  type RosterWrite,
} from './roster/storage.js'
