// Commands that wipe a terminal or take it over, in their own object so that completion never
// offers them.
export * as access from './dangerous/access.js'
export * as attendance from './dangerous/attendance.js'
