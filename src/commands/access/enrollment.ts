// Enrollment at an access terminal, which is blocked until the person is done.
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
import { build } from '../line.js'
import { person } from '../person.js'
import { fixed, optional } from '../shape.js'
import { flag } from '../value.js'

export type { BiodataEnrollment, Enrollment }

const MODE = optional('MODE', 'keeps', flag(), '1')

const ENROLL_CARD = enrolling('ENROLL_INFO', ['PIN'], fixed('TYPE', '0'), person(), RETRIES, MODE)
const ENROLL_BIODATA = enrolling(
  'ENROLL_BIO',
  ['TYPE', 'NO', 'PIN'],
  TYPE,
  optional('NO', 'no', NO, '0'),
  person(),
  RETRIES,
  OVERWRITE,
  MODE,
)

/**
 * Asks a user for a card (`ENROLL_INFO TYPE=0`). The card comes as an upload of type
 * `EnrollInfoData`, the reply once the person is done, within minutes: 0 or an error.
 */
export function enrollCard(enrollment: Enrollment & { keeps?: boolean }): BuiltCommand {
  return build('access.enrollCard', ENROLL_CARD, enrollment)
}

/**
 * Asks a user for a finger, face or palm (`ENROLL_BIO`); `no` is 0 by default. The template comes as an upload of type `BioData`, the reply once the person is done, within minutes:
 * 0, or 2 already enrolled, 4 poor quality, 5 another user's, 6 cancelled, 7 busy.
 */
export function enrollBiodata(enrollment: BiodataEnrollment): BuiltCommand {
  return build('access.enrollBiodata', ENROLL_BIODATA, enrollment)
}
