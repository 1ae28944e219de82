// Templates on attendance terminals. A template needs its user: issue the user first.
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
import { type Person, person } from '../person.js'
import { deleting, fixed, optional, querying, required, updating } from '../shape.js'
import { CONTENT, CONTENT_SIZE, integer, PIN } from '../value.js'

export type { Biodata, BiodataSelection, Fingerprint, FingerSelection }

/** A piece of a near-infrared face (a face has 12 to 15). */
export interface FacePiece extends Person {
  /** `FID`: the piece, from 0. Send all pieces of one person one after another. */
  piece: number
  /** `TMP`: base64 as it was uploaded, or bytes. Never shown in an error. */
  template: string | Uint8Array
}

/** A piece of a finger vein. */
export interface FingerVein extends Person {
  /** `FID`: 0–9. */
  finger: number
  /** `Index`: the piece; 0 by default. */
  index?: number
  /** `Tmp`: base64 as it was uploaded, or bytes. Never shown in an error. */
  template: string | Uint8Array
}

const FID = required('FID', 'finger', FINGER)
const ANY_FID = optional('FID', 'finger', FINGER)
const SIZE = required('Size', 'template', CONTENT_SIZE)

const PUT_FINGERPRINT = updating(
  'FINGERTMP',
  [person(), FID, SIZE, DURESS, required('TMP', 'template', CONTENT)],
  ['PIN', 'FID'],
)
const PUT_FACE = updating('FACE', [
  person(),
  required('FID', 'piece', integer(0, 99)),
  required('SIZE', 'template', CONTENT_SIZE),
  fixed('VALID', '1'),
  required('TMP', 'template', CONTENT),
])
const PUT_FINGER_VEIN = updating(
  'FVEIN',
  [
    ...[person('Pin'), FID, optional('Index', 'index', integer(0, 99), '0'), SIZE],
    ...[fixed('Valid', '1'), required('Tmp', 'template', CONTENT)],
  ],
  ['Pin', 'FID', 'Index'],
)
const DELETE_BIODATA = deleting(
  'BIODATA',
  person('Pin'),
  required('Type', 'type', BIO_TYPE),
  optional('No', 'no', NO),
)
const QUERY_BIODATA = querying(
  'BIODATA',
  required('Type', 'type', BIO_TYPE),
  optional('PIN', 'pin', PIN),
  optional('No', 'no', NO),
)

/**
 * Adds or replaces a fingerprint (`DATA UPDATE FINGERTMP`). Reply: 0; -9 if the size differs,
 * -10 or -11 without the user, -11 or -12 for an invalid template.
 */
export function putFingerprint(fingerprint: Fingerprint): BuiltCommand {
  return build('attendance.putFingerprint', PUT_FINGERPRINT, fingerprint)
}

/** Deletes one fingerprint, or all of a user (`DATA DELETE FINGERTMP`). Reply: 0. */
export function deleteFingerprints(selection: FingerSelection): BuiltCommand {
  const shape = deleting('FINGERTMP', person(), ANY_FID)
  return build('attendance.deleteFingerprints', shape, selection)
}

/**
 * Requests a user's fingerprints, uploaded as OPERLOG (`DATA QUERY FINGERTMP`). `Return` may be a
 * count.
 */
export function queryFingerprints(selection: FingerSelection): BuiltCommand {
  const shape = querying('FINGERTMP', person(), optional('FingerID', 'finger', FINGER))
  return build('attendance.queryFingerprints', shape, selection)
}

/**
 * Adds one piece of a near-infrared face (`DATA UPDATE FACE`). Reply: 0 for each piece.
 * Pieces of another person must not come between them.
 */
export function putFace(piece: FacePiece): BuiltCommand {
  return build('attendance.putFace', PUT_FACE, piece)
}

/** Deletes a user's near-infrared face (`DATA DELETE FACE`). Reply: 0. */
export function deleteFace(user: Person): BuiltCommand {
  return build('attendance.deleteFace', deleting('FACE', person()), user)
}

/** Adds or replaces a piece of a finger vein (`DATA UPDATE FVEIN`). Reply: 0. */
export function putFingerVein(vein: FingerVein): BuiltCommand {
  return build('attendance.putFingerVein', PUT_FINGER_VEIN, vein)
}

/** Deletes one finger vein, or all of a user (`DATA DELETE FVEIN`). Reply: 0. */
export function deleteFingerVeins(selection: FingerSelection): BuiltCommand {
  return build('attendance.deleteFingerVeins', deleting('FVEIN', person('Pin'), ANY_FID), selection)
}

/**
 * Adds or replaces a unified template (`DATA UPDATE BIODATA`). Some terminals reply 0 even if they
 * cannot use it: query it back to be sure. -12 for a wrong value, -30 for another algorithm
 * version.
 */
export function putBiodata(biodata: Biodata): BuiltCommand {
  const shape = updating('BIODATA', BIODATA, BIODATA_INTENT)
  return build('attendance.putBiodata', shape, biodata)
}

/** Deletes a user's unified templates of one type (`DATA DELETE BIODATA`). Reply: 0. */
export function deleteBiodata(selection: BiodataSelection): BuiltCommand {
  return build('attendance.deleteBiodata', DELETE_BIODATA, selection)
}

/**
 * Requests unified templates of one type, uploaded as BIODATA (`DATA QUERY BIODATA`): of everybody,
 * of one user, or one finger, hand or eye of a user. `Return` may be a count.
 */
export function queryBiodata(
  selection: Omit<BiodataSelection, 'pin'> & { pin?: string },
): BuiltCommand {
  return build('attendance.queryBiodata', QUERY_BIODATA, selection)
}
