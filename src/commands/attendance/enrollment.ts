// Enrollment at an attendance terminal, which is blocked until the person is done.
import { NO } from '../biodata.js'
import type { BuiltCommand } from '../built.js'
import {
  type BiodataEnrollment,
  type Enrollment,
  enrolling,
  OVERWRITE,
  RETRIES,
  TYPE,
} from '../enrollment.js'
import { FINGER } from '../finger.js'
import { build } from '../line.js'
import { person } from '../person.js'
import { optional, required } from '../shape.js'
import { CARD, flag } from '../value.js'

export type { BiodataEnrollment, Enrollment }

const ENROLL_FINGERPRINT = enrolling(
  'ENROLL_FP',
  ['PIN', 'FID'],
  person(),
  required('FID', 'finger', FINGER),
  RETRIES,
  OVERWRITE,
)
const ENROLL_CARD = enrolling('ENROLL_MF', ['PIN'], person(), RETRIES)
const BIODATA_REST = [
  ...[person(), optional('CardNo', 'card', CARD, ''), RETRIES, OVERWRITE],
  optional('MODE', 'keeps', flag()),
]
const ENROLL_BIODATA = enrolling('ENROLL_BIO', ['TYPE', 'PIN'], TYPE, ...BIODATA_REST)
const ENROLL_ONE = enrolling(
  'ENROLL_BIO',
  ['TYPE', 'NO', 'PIN'],
  TYPE,
  required('NO', 'no', NO),
  ...BIODATA_REST,
)

/**
 * Asks a user for a finger (`ENROLL_FP`). The reply comes once the person is done, within minutes:
 * 0, or 2 already enrolled, 4 poor quality, 5 the finger of another user, 6 cancelled, 7 busy; -2
 * or -10 without the user. `finger` is 0–9; `overwrite` (false by default) replaces an enrolled
 * finger.
 */
export function enrollFingerprint(
  enrollment: Enrollment & { finger: number; overwrite?: boolean },
): BuiltCommand {
  return build('attendance.enrollFingerprint', ENROLL_FINGERPRINT, enrollment)
}

/** Asks a user for a card (`ENROLL_MF`). Reply: 0, or 4 failed, 5 timed out, 6 cancelled. */
export function enrollCard(enrollment: Enrollment): BuiltCommand {
  return build('attendance.enrollCard', ENROLL_CARD, enrollment)
}

/**
 * Asks a user for a face, palm or other feature (`ENROLL_BIO`). `no` and `keeps` are written only
 * if given: older firmware doesn't know them. The replies are those of `enrollFingerprint`, or -1002
 * if unsupported.
 */
export function enrollBiodata(enrollment: BiodataEnrollment & { card?: string }): BuiltCommand {
  const shape = enrollment?.no === undefined ? ENROLL_BIODATA : ENROLL_ONE
  return build('attendance.enrollBiodata', shape, enrollment)
}
