// Public API of './roster' (re-exports only): who belongs on which terminal.
export {
  checkRosterCount,
  checkRosterFilter,
  LONGEST_CONTENT,
  REMOVED,
  REMOVED_KEPT,
  type RosterCountFilter,
  type RosterFilter,
  type RosterRow,
  type RosterStorage,
  type RosterWrite,
} from './roster/storage.js'
