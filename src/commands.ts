// Public API of './commands' (re-exports only).

export { accessUserIn } from './commands/access/user-row.js'
export * as access from './commands/access.js'
export * as attendance from './commands/attendance.js'
export type { BuiltCommand } from './commands/built.js'
export { type CutOptions, cutText } from './commands/cut.js'
export * as dangerous from './commands/dangerous.js'
export type { TextOptions } from './commands/line.js'
export type { Offered } from './commands/offer.js'
export type { Person } from './commands/person.js'
