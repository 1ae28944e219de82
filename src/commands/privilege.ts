// The privileges that both families know.
import { choice, type Value } from './value.js'

/** What a user may do at the terminal's menu. */
export type Privilege = 'user' | 'registrar' | 'administrator' | 'custom' | 'superAdministrator'

const CODES: Readonly<Record<Privilege, string>> = {
  user: '0',
  registrar: '2',
  administrator: '6',
  custom: '10',
  superAdministrator: '14',
}

/** The codes of `Pri` and `Privilege`. */
export const PRIVILEGE: Value = choice(CODES)

/** The privilege with a code; undefined if there is none. */
export function privilegeOf(code: string): Privilege | undefined {
  return (Object.keys(CODES) as Privilege[]).find((privilege) => CODES[privilege] === code)
}
