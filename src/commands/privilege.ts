// The privileges that both families know.
import { choice, type Value } from './value.js'

/** What a user may do at the terminal's menu. */
export type Privilege = 'user' | 'registrar' | 'administrator' | 'custom' | 'superAdministrator'

/** The codes of `Pri` and `Privilege`. */
export const PRIVILEGE: Value = choice({
  user: '0',
  registrar: '2',
  administrator: '6',
  custom: '10',
  superAdministrator: '14',
} satisfies Record<Privilege, string>)
