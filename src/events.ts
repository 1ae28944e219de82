// Who came and went, in one shape for every terminal.
export type { Punch } from './punch/punch.js'
export { punchOf } from './punch/punch.js'
export type { Verification, VerificationWord } from './punch/verification.js'
