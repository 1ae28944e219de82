// Reads the serial number in the query.
import { quoted } from '../check.js'
import { IclockError } from './errors.js'
import type { Target } from './query.js'

// Optimization: the query of nearly every request needs no decoding, and has no other member that
// begins like `SN` (15 % of our own time on `node:http`).
const PLAIN_QUERY = /^[^?#]*\?SN=([\w-]{1,64})(?:&(?!sn)[a-z]\w*=[\w.,:-]*)*$/i
// Each of these is `SN` to some query parser, such as the `qs` of Express.
const SERIAL_NUMBER_KEY = /^\[?sn([[\]]|$)/i
// Characters that no label shows: controls, invisible and bidirectional characters, line
// separators, blanks other than the space, and U+FFFD, which marks invalid UTF-8.
const NOT_PRINTED =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufffd]|(?! )\p{Zs}|^ | $/u

/** Whether a text can be the serial number of a terminal. */
export function isSerialNumber(text: string): boolean {
  return text !== '' && text.length <= 64 && !NOT_PRINTED.test(text)
}

/**
 * Reads `SN` from the query, in any letter case.
 *
 * @throws IclockError `SERIAL_NUMBER_MISSING`, `SERIAL_NUMBER_INVALID`
 */
export function serialNumberOf(target: Target): string {
  const plain = PLAIN_QUERY.exec(target.text)?.[1]
  if (plain !== undefined) return plain
  const claims = target.members.filter(([name]) => SERIAL_NUMBER_KEY.test(name))
  const [claim] = claims
  if (claims.length !== 1 || claim === undefined || claim[0].length > 2 || !claim[1].trim()) {
    throw new IclockError(
      'SERIAL_NUMBER_MISSING',
      `The query must contain SN exactly once, e.g. ?SN=0316144680030; got ${quoted(target.query)}.`,
    )
  }
  const serialNumber = claim[1]
  // A fragment isn't part of a request's target, and parsers disagree on what it belongs to.
  if (!isSerialNumber(serialNumber) || target.text.includes('#')) {
    throw new IclockError(
      'SERIAL_NUMBER_INVALID',
      `${quoted(serialNumber)} is not a serial number; expected at most 64 characters without control or invisible ` +
        'characters, and no blanks around them.',
    )
  }
  return serialNumber
}
