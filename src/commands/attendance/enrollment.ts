// Enrollment at an attendance terminal, which is blocked until the person is done.
import { BIO_TYPE } from '../biodata.js'
import { type BuiltCommand, ENROLLMENT } from '../built.js'
import { build, optional, required, type Shape } from '../line.js'
import { CARD, flag, integer, PIN } from '../value.js'

/** Whom to enroll, and how often to retry. */
export interface Enrollment {
  /** `PIN`: the user must exist. */
  pin: string
  /** `RETRY`: how often to retry, 3 by default. */
  retries?: number
}

const PERSON = required('PIN', 'pin', PIN)
const RETRIES = optional('RETRY', 'retries', integer(0, 99), '3')
const OVERWRITE = optional('OVERWRITE', 'overwrite', flag(), '0')

const ENROLL_FINGERPRINT: Shape = {
  head: 'ENROLL_FP',
  fields: [PERSON, required('FID', 'finger', integer(0, 9)), RETRIES, OVERWRITE],
  nature: ENROLLMENT,
  intent: ['PIN', 'FID'],
}
const ENROLL_CARD: Shape = {
  head: 'ENROLL_MF',
  fields: [PERSON, RETRIES],
  nature: ENROLLMENT,
  intent: ['PIN'],
}
const ENROLL_BIODATA: Shape = {
  head: 'ENROLL_BIO',
  fields: [
    required('TYPE', 'type', BIO_TYPE),
    PERSON,
    optional('CardNo', 'card', CARD, ''),
    RETRIES,
    OVERWRITE,
  ],
  nature: ENROLLMENT,
  intent: ['TYPE', 'PIN'],
}

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
 * Asks a user for a face, palm or other feature (`ENROLL_BIO`): `type` (see `Biodata`) is 9 for a
 * visible-light face. The replies are those of `enrollFingerprint`, or -1002 if unsupported.
 */
export function enrollBiodata(
  enrollment: Enrollment & { type: number; card?: string; overwrite?: boolean },
): BuiltCommand {
  return build('attendance.enrollBiodata', ENROLL_BIODATA, enrollment)
}
