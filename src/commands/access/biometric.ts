// Templates on access terminals. A template needs its user: issue the user first.
import {
  BIO_TYPE,
  BIODATA,
  BIODATA_INTENT,
  type Biodata,
  type BiodataSelection,
  NO,
} from '../biodata.js'
import type { BuiltCommand } from '../built.js'
import { DURESS, FINGER, type Fingerprint, type FingerSelection } from '../finger.js'
import { build } from '../line.js'
import { person } from '../person.js'
import { deleting, optional, required, updating } from '../shape.js'
import { CONTENT } from '../value.js'

export type { Biodata, BiodataSelection, Fingerprint, FingerSelection }

const PUT_FINGERPRINT = updating(
  'templatev10',
  [
    ...[person('Pin'), required('FingerID', 'finger', FINGER), DURESS],
    required('Template', 'template', CONTENT),
  ],
  ['Pin', 'FingerID'],
)
const DELETE_FINGERPRINTS = deleting(
  'templatev10',
  person('Pin'),
  optional('FingerID', 'finger', FINGER),
)
const DELETE_BIODATA = deleting(
  'biodata',
  required('Type', 'type', BIO_TYPE),
  person('Pin'),
  optional('No', 'no', NO),
)

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
export function deleteFingerprints(selection: FingerSelection): BuiltCommand {
  return build('access.deleteFingerprints', DELETE_FINGERPRINTS, selection)
}

/**
 * Adds or replaces a unified template (`DATA UPDATE biodata`). Reply: 0 or more; -30 for
 * another algorithm version, -631 for a wrong length of base64.
 */
export function putBiodata(biodata: Biodata): BuiltCommand {
  return build('access.putBiodata', updating('biodata', BIODATA, BIODATA_INTENT), biodata)
}

/**
 * Deletes a user's unified templates of one type (`DATA DELETE biodata`). Reply: 0 or more.
 * Without `Pin` the terminal would delete those of everybody, so `pin` is required.
 */
export function deleteBiodata(selection: BiodataSelection): BuiltCommand {
  return build('access.deleteBiodata', DELETE_BIODATA, selection)
}
