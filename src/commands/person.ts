// The user that a row or a command is about.
import { type Field, required } from './shape.js'
import { PIN } from './value.js'

/** A user, by number. */
export interface Person {
  /** `PIN`: 1 to 24 digits, letters or `_`; many models take 9 digits at most. */
  pin: string
}

/** The field that names the user. Its letter case differs by table. */
export function person(key: 'PIN' | 'Pin' | 'pin' = 'PIN'): Field {
  return required(key, 'pin', PIN)
}
