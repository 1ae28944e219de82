// The types of biometric data: one index everywhere in the protocol.

/** The names of the types, by their number in the manuals. */
export const TYPES = [
  'general',
  'finger',
  'infraredFace',
  'voice',
  'iris',
  'retina',
  'palmPrint',
  'fingerVein',
  'palmVein',
  'face',
  'palm',
] as const

/**
 * A type of biometric data: `finger`, `infraredFace` (near infrared), `face` (visible light),
 * `palm` (visible light), `palmVein`, `palmPrint`, `fingerVein`, `iris`, `retina`, `voice`, or
 * `general`.
 */
export type BiometricType = (typeof TYPES)[number]

/**
 * The last version of fingers that the older tables (FP, FINGERTMP, templatev10) carry; those above
 * need the unified one.
 */
export const LAST_OLD_FINGER = 10

/** The number of a type. */
export function numberOf(type: BiometricType): number {
  return TYPES.indexOf(type)
}
