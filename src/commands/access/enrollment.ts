// Enrollment at an access terminal, which is blocked until the person is done.
import { BIO_TYPE, NO } from '../biodata.js'
import { type BuiltCommand, ENROLLMENT } from '../built.js'
import { build, fixed, optional, required, type Shape } from '../line.js'
import { flag, integer, PIN } from '../value.js'

/** Whom to enroll, and how often to retry. */
export interface Enrollment {
  /** `PIN`. */
  pin: string
  /** `RETRY`: how often to retry, 3 by default. */
  retries?: number
  /** `MODE`: whether the terminal stores the result as well as uploading it; true by default. */
  keeps?: boolean
}

const PERSON = required('PIN', 'pin', PIN)
const RETRIES = optional('RETRY', 'retries', integer(0, 99), '3')
const MODE = optional('MODE', 'keeps', flag(), '1')

const ENROLL_CARD: Shape = {
  head: 'ENROLL_INFO',
  fields: [fixed('TYPE', '0'), PERSON, RETRIES, MODE],
  nature: ENROLLMENT,
  intent: ['PIN'],
}
const ENROLL_BIODATA: Shape = {
  head: 'ENROLL_BIO',
  fields: [
    required('TYPE', 'type', BIO_TYPE),
    optional('NO', 'no', NO, '0'),
    PERSON,
    RETRIES,
    optional('OVERWRITE', 'overwrite', flag(), '0'),
    MODE,
  ],
  nature: ENROLLMENT,
  intent: ['TYPE', 'NO', 'PIN'],
}

/**
 * Asks a user for a card (`ENROLL_INFO TYPE=0`). The card comes as an upload of type
 * `EnrollInfoData`, the reply once the person is done, within minutes: 0 or an error.
 */
export function enrollCard(enrollment: Enrollment): BuiltCommand {
  return build('access.enrollCard', ENROLL_CARD, enrollment)
}

/**
 * Asks a user for a finger, face or palm (`ENROLL_BIO`): `type` and `no`: see `Biodata`. The
 * template comes as an upload of type `BioData`, the reply once the person is done, within minutes:
 * 0, or 2 already enrolled, 4 poor quality, 5 another user's, 6 cancelled, 7 busy.
 */
export function enrollBiodata(
  enrollment: Enrollment & { type: number; no?: number; overwrite?: boolean },
): BuiltCommand {
  return build('access.enrollBiodata', ENROLL_BIODATA, enrollment)
}
