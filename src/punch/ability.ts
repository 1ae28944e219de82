// What a door terminal says that it can do: lists of bits as words. Pure.
import { ownOf } from '../check.js'
import type { TerminalFacts } from '../terminal/storage.js'
import { fieldOf } from '../upload/fields.js'
import { DOOR_EVENTS } from './door-event.js'
import { FUNCTIONS, QR_CODES } from './function.js'
import { VERIFICATION_BITS, VERIFICATIONS } from './verification.js'

/** One thing that a terminal can do. */
export interface Ability {
  /** Its number in the list, or the code of the event. */
  code: string
  /** What it is; missing if it isn't in the manuals. */
  words?: string
}

/**
 * What a door terminal says that it can do. A list is missing if the terminal didn't send it, or in
 * another form than the manual prints; what it sent is in its `options`.
 */
export interface Abilities {
  /** `AccSupportFunList`: by position. */
  functions?: readonly Ability[]
  /**
   * `EventTypes`, `NewNormalEventTypes`, `NewErrorEventTypes`, `NewWarningEventTypes`: the events that
   * it can report, by their codes. Missing only if all four are.
   */
  events?: readonly Ability[]
  /** `VerifyStyles`: the ways of verification, by the numbers that door events have. */
  verifications?: readonly Ability[]
  /** `NewVFStyles`: what it can check, by the bits that door events have instead. */
  checks?: readonly Ability[]
  /** `QRCodeDecryptFunList`: how its QR codes may be encrypted, by position. */
  qrCodes?: readonly Ability[]
}

// The first code of each list of events.
const EVENT_LISTS = {
  EventTypes: 0,
  NewNormalEventTypes: 4000,
  NewErrorEventTypes: 5000,
  NewWarningEventTypes: 6000,
}
const DIGITS = /^[01]+$/
const HEX = /^(?:[\da-f]{2})+$/i

/**
 * What a door terminal can do, as words, from the lists in its options (security PUSH manual,
 * "Register"). Nothing is left out: what no manual explains has its number alone. For fingers, faces
 * and palms see `capabilitiesOf` in `express-iclock/biometrics`.
 *
 * @example
 * const { functions } = abilitiesOf(await adapter.findTerminal('0316144680030'))
 * functions?.some(({ code }) => code === '40') // it enrolls people on command
 *
 * @param terminal as `findTerminal` returns it; null or undefined if it isn't known
 */
export function abilitiesOf(
  terminal: Pick<TerminalFacts, 'options'> | null | undefined,
): Abilities {
  const list = (name: string) => fieldOf(terminal?.options ?? {}, name)?.trim() ?? ''
  const functions = positionsIn(list('AccSupportFunList'))
  const events = Object.entries(EVENT_LISTS).map(([name, first]) => {
    return bitsIn(list(name))?.map((bit) => first + bit)
  })
  const verifications = bitsIn(list('VerifyStyles'))
  const checks = positionsIn([...list('NewVFStyles')].reverse().join(''))
  const qrCodes = positionsIn(list('QRCodeDecryptFunList'))
  return {
    ...(functions && { functions: named(functions, FUNCTIONS) }),
    ...(events.some((codes) => codes !== undefined) && {
      events: named(
        events.flatMap((codes) => codes ?? []),
        DOOR_EVENTS,
      ),
    }),
    ...(verifications && { verifications: named(verifications, VERIFICATIONS) }),
    ...(checks && { checks: named(checks, VERIFICATION_BITS) }),
    ...(qrCodes && { qrCodes: named(qrCodes, QR_CODES) }),
  }
}

/** The positions of the ones among binary digits, from the left. */
function positionsIn(digits: string): number[] | undefined {
  if (!DIGITS.test(digits)) return undefined
  return [...digits].flatMap((digit, position) => (digit === '1' ? [position] : []))
}

/** The bits that are set in bytes of two digits each, the lowest bit of a byte first. */
function bitsIn(hex: string): number[] | undefined {
  if (!HEX.test(hex)) return undefined
  return [...Buffer.from(hex, 'hex')].flatMap((byte, index) => {
    const bits = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1)
    return bits.map((bit) => index * 8 + bit)
  })
}

function named(codes: readonly number[], words: Readonly<Record<string, string>>): Ability[] {
  return codes.map((number) => {
    const code = String(number)
    const found = ownOf(words, code)
    return { code, ...(found !== undefined && { words: found }) }
  })
}
