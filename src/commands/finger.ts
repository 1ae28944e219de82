// Fingers, which both families number alike.
import type { Person } from './person.js'
import { type Field, optional } from './shape.js'
import { flag, integer, type Value } from './value.js'

/** A fingerprint, up to algorithm 10.0. */
export interface Fingerprint extends Person {
  /** `FID` or `FingerID`: 0–9, from the left little finger to the right little finger. */
  finger: number
  /** `Valid=3`: this finger gives a silent alarm; false by default. */
  isDuress?: boolean
  /** `TMP` or `Template`: base64 as it was uploaded, or bytes. Never shown in an error. */
  template: string | Uint8Array
}

/** One finger of a user, or all of them if `finger` is missing. */
export interface FingerSelection extends Person {
  /** 0–9. */
  finger?: number
}

/** The number of a finger. */
export const FINGER: Value = integer(0, 9)
/** Whether the finger gives a silent alarm. */
export const DURESS: Field = optional('Valid', 'isDuress', flag('1', '3'), '1')
