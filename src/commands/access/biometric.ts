// Templates on access terminals. A template needs its user: issue the user first.
import {
  BIO_TYPE,
  BIODATA,
  BIODATA_INTENT,
  type Biodata,
  type BiodataSelection,
  NO,
} from '../biodata.js'
import { type BuiltCommand, DATA } from '../built.js'
import { build, optional, required, type Shape } from '../line.js'
import { CONTENT, flag, integer, PIN } from '../value.js'

export type { Biodata, BiodataSelection }

/** A fingerprint, up to algorithm 10.0. */
export interface Fingerprint {
  /** `Pin`. */
  pin: string
  /** `FingerID`: 0–9, from the left little finger to the right little finger. */
  finger: number
  /** `Valid=3`: this finger gives a silent alarm; false by default. */
  isDuress?: boolean
  /** `Template`: base64 as it was uploaded, or bytes. Never shown in an error. */
  template: string | Uint8Array
}

const FINGER = integer(0, 9)

const PUT_FINGERPRINT: Shape = {
  head: 'DATA UPDATE templatev10',
  fields: [
    required('Pin', 'pin', PIN),
    required('FingerID', 'finger', FINGER),
    optional('Valid', 'isDuress', flag('1', '3'), '1'),
    required('Template', 'template', CONTENT),
  ],
  nature: DATA,
  intent: ['Pin', 'FingerID'],
}
const DELETE_FINGERPRINTS: Shape = {
  head: 'DATA DELETE templatev10',
  fields: [required('Pin', 'pin', PIN), optional('FingerID', 'finger', FINGER)],
  nature: DATA,
}
const DELETE_BIODATA: Shape = {
  head: 'DATA DELETE biodata',
  fields: [
    required('Type', 'type', BIO_TYPE),
    required('Pin', 'pin', PIN),
    optional('No', 'no', NO),
  ],
  nature: DATA,
}

/**
 * Adds or replaces a fingerprint (`DATA UPDATE templatev10`). Reply: 0 or more; -26 for an
 * empty template, -27 without the user, -30 for another algorithm version.
 */
export function putFingerprint(fingerprint: Fingerprint): BuiltCommand {
  return build('access.putFingerprint', PUT_FINGERPRINT, fingerprint)
}

/**
 * Deletes one fingerprint, or all of a user (`DATA DELETE templatev10`). Reply: 0 or more.
 */
export function deleteFingerprints(selection: { pin: string; finger?: number }): BuiltCommand {
  return build('access.deleteFingerprints', DELETE_FINGERPRINTS, selection)
}

/**
 * Adds or replaces a unified template (`DATA UPDATE biodata`). Reply: 0 or more; -30 for
 * another algorithm version, -631 for a wrong length of base64.
 */
export function putBiodata(biodata: Biodata): BuiltCommand {
  const shape = { head: 'DATA UPDATE biodata', fields: BIODATA, nature: DATA }
  return build('access.putBiodata', { ...shape, intent: BIODATA_INTENT }, biodata)
}

/**
 * Deletes a user's unified templates of one type (`DATA DELETE biodata`). Reply: 0 or more.
 * Without `Pin` the terminal would delete those of everybody, so `pin` is required.
 */
export function deleteBiodata(selection: BiodataSelection): BuiltCommand {
  return build('access.deleteBiodata', DELETE_BIODATA, selection)
}
