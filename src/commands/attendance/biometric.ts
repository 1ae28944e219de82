// Templates on attendance terminals. A template needs its user: issue the user first.
import {
  BIO_TYPE,
  BIODATA,
  BIODATA_INTENT,
  type Biodata,
  type BiodataSelection,
  NO,
} from '../biodata.js'
import { type BuiltCommand, DATA, QUERY } from '../built.js'
import { build, fixed, optional, required, type Shape } from '../line.js'
import { CONTENT, CONTENT_SIZE, flag, integer, PIN } from '../value.js'

export type { Biodata, BiodataSelection }

/** A fingerprint, up to algorithm 10.0. */
export interface Fingerprint {
  /** `PIN`. */
  pin: string
  /** `FID`: 0–9, from the left little finger to the right little finger. */
  finger: number
  /** `Valid=3`: this finger gives a silent alarm; false by default. */
  isDuress?: boolean
  /**
   * `TMP`: base64 as it was uploaded, or bytes; `Size` is counted here. Never shown in an error.
   */
  template: string | Uint8Array
}

/** A piece of a near-infrared face (a face has 12 to 15). */
export interface FacePiece {
  /** `PIN`. */
  pin: string
  /** `FID`: the piece, from 0. Send all pieces of one person one after another. */
  piece: number
  /** `TMP`: base64 as it was uploaded, or bytes. Never shown in an error. */
  template: string | Uint8Array
}

/** A piece of a finger vein. */
export interface FingerVein {
  /** `Pin`. */
  pin: string
  /** `FID`: 0–9. */
  finger: number
  /** `Index`: the piece; 0 by default. */
  index?: number
  /** `Tmp`: base64 as it was uploaded, or bytes. Never shown in an error. */
  template: string | Uint8Array
}

/** One finger of a user, or all of them if `finger` is missing. */
export interface FingerSelection {
  /** The user. */
  pin: string
  /** 0–9. */
  finger?: number
}

const FINGER = integer(0, 9)
const VALID = flag('1', '3')

const PUT_FINGERPRINT: Shape = {
  head: 'DATA UPDATE FINGERTMP',
  fields: [
    required('PIN', 'pin', PIN),
    required('FID', 'finger', FINGER),
    required('Size', 'template', CONTENT_SIZE),
    optional('Valid', 'isDuress', VALID, '1'),
    required('TMP', 'template', CONTENT),
  ],
  nature: DATA,
  intent: ['PIN', 'FID'],
}
const PUT_FACE: Shape = {
  head: 'DATA UPDATE FACE',
  fields: [
    required('PIN', 'pin', PIN),
    required('FID', 'piece', integer(0, 99)),
    required('SIZE', 'template', CONTENT_SIZE),
    fixed('VALID', '1'),
    required('TMP', 'template', CONTENT),
  ],
  nature: DATA,
}
const PUT_FINGER_VEIN: Shape = {
  head: 'DATA UPDATE FVEIN',
  fields: [
    required('Pin', 'pin', PIN),
    required('FID', 'finger', FINGER),
    optional('Index', 'index', integer(0, 99), '0'),
    required('Size', 'template', CONTENT_SIZE),
    fixed('Valid', '1'),
    required('Tmp', 'template', CONTENT),
  ],
  nature: DATA,
  intent: ['Pin', 'FID', 'Index'],
}

const DELETE_BIODATA = [
  required('Pin', 'pin', PIN),
  required('Type', 'type', BIO_TYPE),
  optional('No', 'no', NO),
]
const QUERY_BIODATA = [
  required('Type', 'type', BIO_TYPE),
  optional('PIN', 'pin', PIN),
  optional('No', 'no', NO),
]

/**
 * Adds or replaces a fingerprint (`DATA UPDATE FINGERTMP`). Reply: 0; -9 if the size differs,
 * -10 or -11 without the user, -11 or -12 for an invalid template.
 */
export function putFingerprint(fingerprint: Fingerprint): BuiltCommand {
  return build('attendance.putFingerprint', PUT_FINGERPRINT, fingerprint)
}

/** Deletes one fingerprint, or all of a user (`DATA DELETE FINGERTMP`). Reply: 0. */
export function deleteFingerprints(selection: FingerSelection): BuiltCommand {
  const fields = [required('PIN', 'pin', PIN), optional('FID', 'finger', FINGER)]
  const shape = { head: 'DATA DELETE FINGERTMP', fields, nature: DATA }
  return build('attendance.deleteFingerprints', shape, selection)
}

/**
 * Requests a user's fingerprints, uploaded as OPERLOG (`DATA QUERY FINGERTMP`). `Return` may be a
 * count.
 */
export function queryFingerprints(selection: FingerSelection): BuiltCommand {
  const fields = [required('PIN', 'pin', PIN), optional('FingerID', 'finger', FINGER)]
  const shape: Shape = { head: 'DATA QUERY FINGERTMP', fields, nature: QUERY, intent: 'text' }
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
export function deleteFace(user: { pin: string }): BuiltCommand {
  const shape = { head: 'DATA DELETE FACE', fields: [required('PIN', 'pin', PIN)], nature: DATA }
  return build('attendance.deleteFace', shape, user)
}

/** Adds or replaces a piece of a finger vein (`DATA UPDATE FVEIN`). Reply: 0. */
export function putFingerVein(vein: FingerVein): BuiltCommand {
  return build('attendance.putFingerVein', PUT_FINGER_VEIN, vein)
}

/** Deletes one finger vein, or all of a user (`DATA DELETE FVEIN`). Reply: 0. */
export function deleteFingerVeins(selection: FingerSelection): BuiltCommand {
  const fields = [required('Pin', 'pin', PIN), optional('FID', 'finger', FINGER)]
  const shape = { head: 'DATA DELETE FVEIN', fields, nature: DATA }
  return build('attendance.deleteFingerVeins', shape, selection)
}

/**
 * Adds or replaces a unified template (`DATA UPDATE BIODATA`). Some terminals reply 0 even if they
 * cannot use it: query it back to be sure. -12 for a wrong value, -30 for another algorithm
 * version.
 */
export function putBiodata(biodata: Biodata): BuiltCommand {
  const shape = { head: 'DATA UPDATE BIODATA', fields: BIODATA, nature: DATA }
  return build('attendance.putBiodata', { ...shape, intent: BIODATA_INTENT }, biodata)
}

/** Deletes a user's unified templates of one type (`DATA DELETE BIODATA`). Reply: 0. */
export function deleteBiodata(selection: BiodataSelection): BuiltCommand {
  const shape = { head: 'DATA DELETE BIODATA', fields: DELETE_BIODATA, nature: DATA }
  return build('attendance.deleteBiodata', shape, selection)
}

/**
 * Requests unified templates of one type, uploaded as BIODATA (`DATA QUERY BIODATA`): of everybody,
 * of one user, or one finger, hand or eye of a user. `Return` may be a count.
 */
export function queryBiodata(
  selection: Omit<BiodataSelection, 'pin'> & { pin?: string },
): BuiltCommand {
  const shape: Shape = { head: 'DATA QUERY BIODATA', fields: QUERY_BIODATA, nature: QUERY }
  return build('attendance.queryBiodata', { ...shape, intent: 'text' }, selection)
}
