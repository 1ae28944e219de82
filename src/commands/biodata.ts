// Unified templates (BIODATA), which both families write alike.
import { type Field, optional, required } from './shape.js'
import { CONTENT, flag, integer, PIN, type Value } from './value.js'

/** A unified template, as terminals upload it in BIODATA. */
export interface Biodata {
  /** `Pin`. */
  pin: string
  /**
   * `Type`: 0 general, 1 finger, 2 near-infrared face, 3 voice, 4 iris, 5 retina, 6 palm print, 7
   * finger vein, 8 palm vein, 9 visible-light face, 10 visible-light palm.
   */
  type: number
  /** `No`: the finger 0–9, or the hand or eye (0 left, 1 right); 0 by default. */
  no?: number
  /** `Index`: which piece of the template, 0 by default. Send every piece. */
  index?: number
  /** `Valid`; true by default. */
  isValid?: boolean
  /** `Duress`: whether it gives a silent alarm; false by default. */
  isDuress?: boolean
  /** `MajorVer` of the algorithm, such as 58; a terminal with another version refuses it (-30). */
  majorVersion: number
  /** `MinorVer` of the algorithm. */
  minorVersion: number
  /** `Format`: a number, 0 (ZK) by default; the text `ZK` was refused. */
  format?: number
  /** `Tmp`: base64 as it was uploaded, or bytes. Never shown in an error. */
  template: string | Uint8Array
}

/** Which unified templates. */
export interface BiodataSelection {
  /** `Pin`. */
  pin: string
  /** `Type`: see {@link Biodata}. */
  type: number
  /** `No`: one finger, hand or eye; all of them by default. */
  no?: number
}

/** A kind of biometric data. */
export const BIO_TYPE: Value = integer(0, 10)
/** A finger, a hand or an eye. */
export const NO: Value = integer(0, 9)

/** The fields of a unified template; the template comes last so that no key can hide in it. */
export const BIODATA: readonly Field[] = [
  required('Pin', 'pin', PIN),
  optional('No', 'no', NO, '0'),
  optional('Index', 'index', integer(0, 255), '0'),
  optional('Valid', 'isValid', flag(), '1'),
  optional('Duress', 'isDuress', flag(), '0'),
  required('Type', 'type', BIO_TYPE),
  required('MajorVer', 'majorVersion', integer(0, 999)),
  required('MinorVer', 'minorVersion', integer(0, 999)),
  optional('Format', 'format', integer(0, 9), '0'),
  required('Tmp', 'template', CONTENT),
]
/** The keys that identify a unified template. */
export const BIODATA_INTENT: readonly string[] = ['Pin', 'No', 'Index', 'Type']
