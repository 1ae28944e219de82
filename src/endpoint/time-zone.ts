// A terminal's time zone, and its offset from UTC at a moment.
import { tzOffset } from '@date-fns/tz'
import { type OptionNames, wrong } from '../check.js'
import { type ByTerminal, byTerminal, type ValueOf } from './by-terminal.js'
import type { Awaitable, Deadline } from './deadline.js'

/**
 * An IANA zone such as `'Asia/Manila'`, an offset such as `'+05:30'`, or a function of the serial
 * number that returns one, or a promise of one.
 */
export type TimeZoneOption = ByTerminal<string | undefined>

/** The options of every endpoint that needs to know where a terminal is. */
export interface TimeZoneOptions {
  /**
   * The terminals' time zone: a name such as `'Asia/Manila'`, an offset such as `'+05:30'`, or a
   * function of the serial number that returns one, or a promise of one; in handshakes the zone of
   * this process by default. Terminals set their clocks by it, and keep the offset they were sent
   * until their next handshake. Records of uploads then have an `instant`; without it they only
   * have the terminal's wall clock.
   */
  timeZone?: TimeZoneOption
}

/** The names of the options of every endpoint that needs to know where a terminal is. */
export const TIME_ZONE_OPTIONS: OptionNames<TimeZoneOptions> = { timeZone: true }

const EXPECTED =
  "a zone such as 'Asia/Manila', an offset such as '+05:30', or a function of the serial number that returns one"
const OFFSET = /^[+-](0\d|1[0-4]):[0-5]\d$/

/**
 * Creates a function that returns a terminal's zone; undefined if the option is not set, or its
 * function returns nothing.
 *
 * @throws TypeError if the option is not a zone; the created function throws one if the app's
 * function returns an invalid zone
 */
export function timeZoneOf(option: TimeZoneOption): ValueOf<string | undefined> {
  return byTerminal('timeZone', option, (zone) => {
    if (zone === undefined || zone === null) return undefined
    if (!isTimeZone(zone)) throw wrong('timeZone', zone, EXPECTED)
    return zone
  })
}

/**
 * Creates a function that returns the offset of a terminal's zone from UTC at a moment, in minutes
 * east; this process's if the terminal's is unknown.
 */
export function offsetOfOption(option: TimeZoneOption): OffsetOf {
  const zoneOf = timeZoneOf(option)
  return async (serialNumber, at, deadline) => {
    const zone = await zoneOf(serialNumber, deadline)
    return zone === undefined ? ownOffsetAt(at) : offsetAt(zone, at)
  }
}

/** The offset of a terminal's zone from UTC at a moment, in minutes east. */
export type OffsetOf = (serialNumber: string, at: Date, deadline?: Deadline) => Awaitable<number>

/** The offset of a zone from UTC at a moment, in minutes east: `480` for Asia/Manila. */
export function offsetAt(zone: string, at: Date): number {
  return Math.round(tzOffset(zone, at))
}

/** The offset from UTC, in minutes east, of the zone that this process runs in. */
export function ownOffsetAt(at: Date): number {
  // A bare minus would turn UTC into -0.
  return 0 - at.getTimezoneOffset()
}

/** Whether a value is a zone: an IANA name, or an offset such as `+05:30`. */
export function isTimeZone(zone: unknown): zone is string {
  if (typeof zone !== 'string') return false
  if (OFFSET.test(zone)) return true
  // Node 20 doesn't know offsets; later versions do, in more forms than terminals understand.
  if (!/^[a-z]/i.test(zone)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
