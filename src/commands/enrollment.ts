// Enrollment: a person comes to the terminal, which does nothing else until then.
import { BIO_TYPE } from './biodata.js'
import { ENROLLMENT } from './built.js'
import type { Person } from './person.js'
import { type Field, optional, required, type Shape } from './shape.js'
import { flag, integer } from './value.js'

/** Whom to enroll, and how often to retry. The user must exist. */
export interface Enrollment extends Person {
  /** `RETRY`: how often to retry, 3 by default. */
  retries?: number
}

/** Which feature of whom to enroll. */
export interface BiodataEnrollment extends Enrollment {
  /** `TYPE` (see `Biodata`): 9 for a visible-light face. */
  type: number
  /** `NO`: the finger 0–9, or the hand or eye (0 left, 1 right). */
  no?: number
  /** `OVERWRITE`: whether it replaces what is enrolled; false by default. */
  overwrite?: boolean
  /** `MODE`: whether the terminal stores the result as well as uploading it; true by default. */
  keeps?: boolean
}

/** What to enroll. */
export const TYPE: Field = required('TYPE', 'type', BIO_TYPE)
/** How often to retry. */
export const RETRIES: Field = optional('RETRY', 'retries', integer(0, 99), '3')
/** Whether to replace what is enrolled. */
export const OVERWRITE: Field = optional('OVERWRITE', 'overwrite', flag(), '0')

/** Asks somebody to come. Another request for the same replaces an unsent one. */
export function enrolling(head: string, intent: readonly string[], ...fields: Field[]): Shape {
  return { head, fields, nature: ENROLLMENT, intent }
}
