// How a person was verified: the numbers of both families as words. Pure.
import { ownOf } from '../check.js'

/** One way to be recognized. `user ID` is a typed PIN. */
export type VerificationWord =
  | ('face' | 'palm' | 'palm vein' | 'finger' | 'finger vein' | 'voice' | 'iris' | 'retina')
  | ('password' | 'user ID' | 'card' | 'QR code' | 'other')

/** How a person was verified. */
export interface Verification {
  /** The number as sent, or sixteen binary digits; `''` if the line has none. */
  code: string
  /**
   * What the number stands for: one of these ways, each with everything that was checked. Empty if
   * the number isn't in the manuals.
   *
   * @example
   * [['card', 'finger']] // the card and the finger
   * [['card'], ['password']] // the card or the password: the terminal doesn't say which
   */
  ways: readonly (readonly VerificationWord[])[]
}

/**
 * By the number of their bit (security PUSH manual, "SET OPTIONS", the new verification types); of an
 * event bit 0 says that all of them were checked.
 */
export const VERIFICATION_BITS: Readonly<Record<string, VerificationWord>> = {
  1: 'face',
  2: 'palm',
  3: 'palm vein',
  4: 'finger',
  5: 'finger vein',
  6: 'voice',
  7: 'iris',
  8: 'retina',
  9: 'password',
  10: 'user ID',
  11: 'card',
  12: 'QR code',
}
const BINARY = /^[01]{16}$/

/**
 * The numbers that both manuals print (security PUSH manual, appendix 3; attendance PUSH manual,
 * appendix 7): alternatives are separated by `or`, and what was checked together by `+`.
 */
export const VERIFICATIONS: Readonly<Record<string, string>> = {
  0: 'finger vein or face or finger or card or password',
  1: 'finger',
  2: 'user ID',
  3: 'password',
  4: 'card',
  5: 'finger or password',
  6: 'finger or card',
  7: 'card or password',
  8: 'user ID + finger',
  9: 'finger + password',
  10: 'card + finger',
  11: 'card + password',
  12: 'finger + password + card',
  13: 'user ID + finger + password',
  14: 'user ID + finger or card + finger',
  15: 'face',
  16: 'face + finger',
  17: 'face + password',
  18: 'face + card',
  19: 'face + finger + card',
  20: 'face + finger + password',
  21: 'finger vein',
  22: 'finger vein + password',
  23: 'finger vein + card',
  24: 'finger vein + password + card',
  25: 'palm',
  26: 'palm + card',
  27: 'palm + face',
  28: 'palm + finger',
  29: 'palm + finger + face',
  200: 'other',
}

/** What time clocks send instead, seen on terminals of all ages. */
export const CLOCK_VERIFICATIONS: Readonly<Record<string, string>> = {
  0: 'password',
  2: 'card',
  9: 'other',
}

/** The verification that a time clock reports. */
export function clockVerification(code: string): Verification {
  const words = ownOf(CLOCK_VERIFICATIONS, code) ?? ownOf(VERIFICATIONS, code)
  return { code, ways: waysOf(words) }
}

/** The verification that a door terminal reports, as a number or in bits. */
export function doorVerification(code: string): Verification {
  return { code, ways: BINARY.test(code) ? waysOfBits(code) : waysOf(ownOf(VERIFICATIONS, code)) }
}

function waysOf(words: string | undefined): Verification['ways'] {
  if (words === undefined) return []
  return words.split(' or ').map((way) => way.split(' + ') as VerificationWord[])
}

function waysOfBits(digits: string): Verification['ways'] {
  const isSet = (bit: number) => digits[digits.length - 1 - bit] === '1'
  const words = Object.entries(VERIFICATION_BITS).flatMap(([bit, word]) => {
    return isSet(Number(bit)) ? [word] : []
  })
  if (words.length === 0) return []
  return isSet(0) ? [words] : words.map((word) => [word])
}
